# ruff: noqa: E402 - Django is set up first
"""How fast search answers beside plain Django's icontains, on the same rows and the same words.

    python bench/search_speed.py [ROWS]     20,000 unless told; DATABASE_URL may name a server

Both sides return the newest or best twenty rows to one client in this process, warm. icontains
looks for the words as typed; search also ranks, reads pinyin and forgives mistakes, which
icontains cannot, so those forms are timed for search alone.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_folder = tempfile.TemporaryDirectory(prefix="parkledger-bench-")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_folder.name}/bench.sqlite3")
os.environ["ELASTICSEARCH_URL"] = ""

import django

django.setup()

from django.core.management import call_command
from django.db import connection, models
from django.db.models import Q

from search import engine, index, sound
from search.index import Document, Index
from search.query import Query, Scope

PLACES = [
    "绿溪",
    "南部",
    "阆中",
    "仪陇",
    "营山",
    "蓬安",
    "西充",
    "高坪",
    "嘉陵",
    "顺庆",
    "剑阁",
    "苍溪",
    "旺苍",
    "青川",
    "巴州",
    "平昌",
]
BRANDS = "佳禧飞尚锦腾恒鑫瑞盛宏泰安和源达信诚润华丰茂康宁格朗博睿凯德欧亚东方天元新"
TRADES = [
    "印染",
    "电池",
    "储能",
    "食品",
    "服装",
    "鞋业",
    "制药",
    "模具",
    "磨具",
    "光伏",
    "冷链",
    "物流",
    "包装",
    "纺织",
    "机械",
    "电子",
    "化工",
    "建材",
    "家具",
    "塑料",
    "玻璃",
    "陶瓷",
    "钢构",
    "饲料",
    "调味品",
    "茶叶",
    "医疗器械",
    "汽车零部件",
    "智能装备",
    "新材料",
]
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "生产基地项目", "二期扩建项目", "产业园项目")
WORDS = [
    "标准厂房",
    "工业用地",
    "技术改造",
    "施工许可",
    "环评",
    "供地",
    "投产",
    "达产",
    "就业",
    "税收",
    "研发",
    "专利",
    "订单",
    "出口",
    "物流",
    "污水处理",
    "天然气",
    "变电站",
    "道路",
    "配套",
    "融资",
    "补贴",
    "园惠贷",
    "用工",
    "培训",
]


class Row(models.Model):
    """What a plain application would search: a name and a text."""

    title = models.CharField(max_length=120)
    body = models.TextField()

    class Meta:
        app_label = "search"
        db_table = "bench_row"

    def __str__(self) -> str:
        return self.title


def make(count: int) -> list[Row]:
    dice = random.Random(7)
    rows = []
    for i in range(1, count + 1):
        brand = "".join(dice.sample(BRANDS, 2))
        title = f"{dice.choice(PLACES)}县{brand}{dice.choice(TRADES)}{dice.choice(FORMS)}"
        body = "，".join(dice.sample(WORDS, 8)) + "。"
        rows.append(Row(id=i, title=title, body=body))
    return rows


def documents(ids: Sequence[int] | None = None) -> Iterator[Document]:
    rows = Row.objects.order_by("pk") if ids is None else Row.objects.filter(pk__in=ids)
    scopes = frozenset({"team:1"})
    for row in rows.iterator(chunk_size=2_000):
        yield Document("bench", row.pk, row.title, row.body, scopes=scopes)


def queries(rows: list[Row]) -> dict[str, list[str]]:
    dice = random.Random(11)
    some = dice.sample(rows, 40)
    brands = [row.title[3:5] for row in some]
    trades = [dice.choice(TRADES) for _ in some]
    return {
        "a brand": brands,
        "a trade": trades,
        "a word of the text": [dice.choice(WORDS) for _ in some],
        "two words": [f"{row.title[:2]} {row.title[3:5]}" for row in some],
        "a whole name": [row.title for row in some],
        "nothing there": [f"{brand}冥王星" for brand in brands],
        "pinyin (search alone)": ["".join(s for _, s in sound.syllables(b)) for b in brands],
        "initials (search alone)": [sound.initials(row.title[3:7]) for row in some],
        "one character left out (search alone)": [row.title[3:4] + row.title[5:8] for row in some],
    }


def plain(text: str) -> int:
    wanted = Q()
    for word in text.split():
        wanted &= Q(title__icontains=word) | Q(body__icontains=word)
    return len(Row.objects.filter(wanted).order_by("-pk")[:20])


def ours(text: str) -> int:
    return len(engine.run(Query(text, Scope(frozenset({"team:1"})))).hits)


def timed(ask: Callable[[str], int], texts: list[str]) -> list[float]:
    for text in texts[:5]:
        ask(text)
    took = []
    for text in texts:
        start = time.perf_counter()
        ask(text)
        took.append(1_000 * (time.perf_counter() - start))
    return sorted(took)


def told(took: list[float]) -> str:
    p95 = took[int(0.95 * (len(took) - 1))]
    return f"{statistics.median(took):8.2f} {p95:8.2f} {took[-1]:8.2f}"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    call_command("migrate", "search", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    rows = make(count)
    Row.objects.bulk_create(rows, batch_size=2_000)
    for known in index.registered():
        index.unregister(known.kind)
    index.register(Index("bench", "样本", "search.Row", documents))
    start = time.perf_counter()
    engine.rebuild()
    seconds = time.perf_counter() - start
    print(f"{connection.vendor}, {count} rows; indexed in {seconds:.1f} s", end="")
    print(f" ({count / seconds:.0f} rows a second)")
    print(f"{'ms':40}{'icontains: p50':>16} {'p95':>8} {'max':>8}{'search: p50':>15} p95 max")
    every: tuple[list[float], list[float]] = ([], [])
    for form, texts in queries(rows).items():
        found = timed(ours, texts)
        if "alone" in form:
            print(f"{form:40}{'':>34}   {told(found)}")
            continue
        baseline = timed(plain, texts)
        every[0].extend(baseline)
        every[1].extend(found)
        print(f"{form:40}{told(baseline):>34}   {told(found)}")
    print(
        f"{'all forms both can answer':40}{told(sorted(every[0])):>34}   {told(sorted(every[1]))}"
    )


if __name__ == "__main__":
    try:
        main()
    finally:
        connection.close()
        _folder.cleanup()
