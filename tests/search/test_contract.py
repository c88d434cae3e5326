"""What every engine must find. One class of sentences, run on each backend."""

import os
import uuid

import pytest

from search import engine, index
from search.backends import failover
from search.query import Query, Scope
from tests import needs
from tests.search import toy
from tests.search.toy import ALL, ask, ids

pytestmark = pytest.mark.django_db


@pytest.fixture(
    params=["database", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)],
    autouse=True,
)
def backend(request, settings):
    """The engine under test; a node gets an index of its own, taken away afterwards."""
    if request.param == "database":
        settings.ELASTICSEARCH_URL = ""
        yield request.param
        return
    settings.ELASTICSEARCH_URL = needs.elasticsearch()
    settings.ELASTICSEARCH_PREFIX = f"test-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    failover.breaker.succeeded()
    engine.sync()
    yield request.param
    for name in failover.elastic()._in_use():
        failover.elastic().abandon(name)


@pytest.fixture
def find(county, backend):
    """Ask the engine under test, once it has caught up, and be sure that it answered itself."""
    engine.sync()

    def asked(text="", scope=toy.TEAM, **rest):
        result = ask(text, scope, **rest)
        assert (result.backend, result.degraded) == (backend, False)
        return result

    asked.county = county
    return asked


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("飞尚", 1),
        ("佳禧", 3),
        ("鞋", 9),
        ("飞尚一期", 1),
        ("钠离子", 1),
        ("南部佳禧", 3),
        ("南部县佳禧印染公司", 3),
        ("南部 扩建", 3),
        ("ISO9001", 7),
        ("iso", 7),
        ("３Ｄ打印", 7),
        ("B2-301", 6),
        ("智能制造", 7),
        ("优食谷", 2),
        ("绿溪优食谷", 2),
        ("國際食品", 2),
        ("台湾电子", 10),
        ("臺灣", 10),
        ("技术改造", 3),
        ("重慶長安", 6),
    ],
)
def test_part_of_a_name_or_text_finds_the_row(find, text, found):
    result = find(text)
    assert ids(result, approximate=False)[0] == found
    assert result.hits[0].title == find.county.rows[found].title


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fsxxdc", 1),
        ("xxdccyy", 1),
        ("FSXX", 1),
        ("feishang", 1),
        ("feishangxin", 1),
        ("feishangx", 1),
        ("feishang dianchi", 1),
        ("飞尚dianchi", 1),
        ("chongqing", 6),
        ("chang'an", 6),
        ("jxyr", 3),
    ],
)
def test_pinyin_and_initials_find_the_row(find, text, found):
    result = find(text)
    assert ids(result) == [found]
    assert "拼音" in result.hits[0].why


def test_a_polyphone_is_not_read_letter_by_letter(find):
    """重庆 is chongqing here; 长 of 长安 is chang."""
    assert ids(find("zhongqingzhangan")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("佳喜印染", 3),
        ("佳喜", 3),
        ("飞尚心型电池", 1),
        ("飞尚型电池产业园", 1),
        ("飞尚新形电池产业园", 1),
        ("优食食谷国际", 2),
        ("优谷国际", 2),
    ],
)
def test_a_wrong_or_missing_character_still_finds_and_says_so(find, text, found):
    hit = find(text).hits[0]
    assert hit.object_id == found
    assert hit.approximate
    assert "近似" in hit.why


def test_names_one_character_apart_both_surface_the_typed_one_first(find):
    result = find("中研模具")
    assert ids(result)[:2] == [4, 5]
    assert [hit.approximate for hit in result.hits[:2]] == [False, True]


@pytest.mark.parametrize("text", ["不存在的词", "火星殖民地开发", "qwxzvk", "华腾印染纺织"])
def test_nothing_is_found_where_nothing_is_like_it(find, text):
    assert ids(find(text)) == []


def test_a_stage_word_is_a_filter(find):
    result = find("在谈")
    assert sorted(ids(result)) == [3, 6]
    assert [(f.field, f.value, f.text) for f in result.filters] == [
        ("stage", "negotiation", "在谈")
    ]
    assert ids(find("在谈 汽车")) == [6]


def test_a_filter_word_in_a_name_still_finds_the_name(find):
    assert sorted(ids(find("签约"))) == [2, 8]
    assert ids(find("签约仪式")) == [8]
    assert find("签约仪式").filters == ()


def test_a_filter_that_gives_nothing_is_tried_as_text(find):
    find.county.change(2, facets={"stage": ("lead",)}, body="去年签约。")
    find.county.drop(8)
    engine.sync()
    result = find("签约 食品")
    assert ids(result) == [2]
    assert result.filters == ()


def test_filter_words_inside_a_longer_word_are_found(find):
    result = find("在建电池项目")
    assert ids(result) == [1]
    assert [f.value for f in result.filters] == ["construction"]


@pytest.mark.parametrize(
    ("text", "found", "value"),
    [
        ("10亿以上", [1, 2], ">=1000000000"),
        ("10亿以上的电池项目", [1], ">=1000000000"),
        ("1亿以下", [3], "<=100000000"),
        ("8000万以下", [3], "<=80000000"),
        ("不足8000万", [], "<=79999999"),
        ("3亿以上 汽车", [6], ">=300000000"),
        ("超过3亿 汽车", [], ">=300000001"),
        ("1-5亿", [6], "100000000..500000000"),
        ("十亿元以上", [1, 2], ">=1000000000"),
    ],
)
def test_an_amount_is_a_range_and_unknown_amounts_are_in_none(find, text, found, value):
    result = find(text)
    assert sorted(ids(result)) == found
    assert [f.value for f in result.filters] == [value]
    assert {f.field for f in result.filters} == {"planned_investment"}


def test_filters_without_text_list_the_newest_first(find):
    assert ids(find(filters={"stage": ("lead",)})) == [10, 9, 8, 7, 5]
    assert ids(find(filters={"stage": ("lead",), "park": ("2", "3")})) == [10, 9, 8]
    assert ids(find(filters={"planned_investment": (">=1000000000",)})) == [2, 1]
    assert ids(find("电池", filters={"stage": ("exited",)})) == [11]
    assert ids(find(filters={"stage": ("no such",)})) == []


def test_kinds_narrow_and_an_unknown_kind_has_nothing(find):
    companies = toy.Toy("company")
    index.register(companies.index)
    companies.save(1, "电池材料公司")
    engine.sync()
    assert {hit.kind for hit in find("电池").hits} == {"project", "company"}
    assert {hit.kind for hit in find("电池", kinds=("company",)).hits} == {"company"}
    assert find("电池", kinds=("nothing",)).total == 0


def test_an_empty_scope_sees_nothing(find):
    for text in ("电池", "", "10亿以上", "机密"):
        result = find(text, Scope.nothing(), filters={"stage": ("signed",)})
        assert (result.hits, result.total, dict(result.facets)) == ((), 0, {})


def test_another_teams_row_is_in_no_hit_count_or_facet(find):
    mine, theirs, every = (
        find("电池", scope) for scope in (toy.TEAM, Scope(frozenset({"team:2"})), ALL)
    )
    assert 90 not in ids(mine)
    assert ids(theirs) == [90]
    assert every.total == mine.total + 1
    assert "signed" not in mine.facets["stage"]
    assert find("机密").total == 0
    assert ids(find("jmdc")) == []


def test_visible_has_the_last_word_before_anything_is_counted(find):
    asked = []

    def visible(kind, candidates):
        asked.append((kind, sorted(candidates)))
        return {1} & set(candidates)

    result = find("电池", Scope(everything=True, visible=visible))
    assert ids(result) == [1]
    assert result.total == 1
    assert result.facets["kind"] == {"project": 1}
    # Every candidate was shown to it, and each only once.
    shown = [object_id for _, candidates in asked for object_id in candidates]
    assert sorted(shown) == sorted(set(shown))
    assert {1, 11, 90} <= set(shown)


def test_pages_follow_one_another(find):
    whole = ids(find("产业", limit=50))
    assert len(whole) > 2
    assert ids(find("产业", limit=2)) + ids(find("产业", limit=50, offset=2)) == whole
    assert find("产业", limit=1).total == len(whole)
    assert ids(find("产业", offset=10_000_000)) == []


def test_the_exact_name_is_not_lost_behind_many_newer_ones(find):
    for i in range(1_000, 1_450):
        find.county.put(i, f"第{i}号产业园电池车间")
    find.county.put(999, "产业园电池")
    engine.touch_many("project", [999])
    engine.touch_many("project", range(1_000, 1_450))
    engine.sync()
    result = find("产业园电池")
    assert ids(result)[0] == 999
    assert result.capped


def test_a_rare_row_is_not_lost_behind_a_cap_when_filtered(find):
    for i in range(1_000, 1_450):
        find.county.put(i, f"电池车间{i}号")
    find.county.put(999, "老电池厂", "team:9", facets={"stage": ("trial",)})
    engine.touch_many("project", [999, *range(1_000, 1_450)])
    engine.sync()
    assert ids(find("电池", Scope(frozenset({"team:9"})))) == [999]
    assert ids(find("电池", ALL, filters={"stage": ("trial",)})) == [999]


def test_a_change_is_found_by_its_new_name_and_no_longer_by_the_old(find):
    find.county.change(1, title="腾跃储能基地", aliases=(), body="")
    engine.sync()
    assert ids(find("腾跃")) == [1]
    assert ids(find("飞尚")) == []
    find.county.drop(1)
    engine.sync()
    assert ids(find("腾跃")) == []


def test_rights_and_numbers_follow_a_change(find):
    find.county.change(1, scopes=frozenset({"team:2"}), numbers={})
    engine.sync()
    assert ids(find("飞尚")) == []
    assert ids(find("飞尚", ALL)) == [1]
    assert ids(find("10亿以上", ALL)) == [2]


def test_marks_are_on_the_stored_text(find):
    titles = {
        "佳禧": "佳禧",
        "國際食品": "国际食品",
        "fsxx": "飞尚新型",
        "３d": "3D",
        "鞋材": "鞋材",
    }
    for text, marked in titles.items():
        hit = find(text).hits[0]
        assert "".join(hit.title[a:b] for a, b in hit.marks) == marked
    hit = find("国际论坛").hits[0]
    assert [hit.snippet[a:b] for a, b in hit.snippet_marks] == ["国际论坛"]


def test_a_title_with_markup_is_given_as_stored(find):
    hit = find("鞋材").hits[0]
    assert hit.title == "<b>鞋材</b>&配件市场"


HOSTILE = [
    '"',
    '"电池',
    "电池\"' OR 1=1 --",
    "* ? ~ ( AND OR NEAR",
    "name : 电池",
    "NEAR(电池 飞尚, 2)",
    "*电池",
    "电池*",
    "{name} : 电",
    "^电池",
    "电池-产业",
    "a:b AND (",
    "_s",
    "_e _s",
    "\\",
    "'':*",
    "\x00电池\x00",
    "\ud800",
    "电\ud83d池",
    "。，！？",
    "的",
    "的{的",
    "的“签约”的",
    "有限公司",
    " \u3000\t\n",
    "\u202e\u200b\ufeff电池",
    "e" + "\u0301" * 10_000,
    "𠮷野家",
    "a" * 1_000_000,
    "电" * 1_000_000,
    "a " * 10_000,
    "电池 " * 10_000,
    " " * 1_000_000 + "电池",
    "1" * 400 + "亿以上",
    "亿亿亿万万以上",
    "9999999999亿以上",
    "1-1-1-1亿",
    "xian" * 100,
    "13800001234",
    "((((((((((",
    "%00%27",
    "{{7*7}}",
    "<svg onload=alert(1)>",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_refused_or_sees_more(find, text):
    result = find(text)
    assert set(ids(result)) <= set(toy.PROJECTS)


def test_a_hidden_number_cannot_be_probed(find):
    """What is not indexed gives the same answer whatever is typed."""
    assert {find(prefix).total for prefix in ("138", "1380", "13800001234")} == {0}


def test_a_negative_page_is_the_first(find):
    assert engine.run(Query("电池", toy.TEAM, limit=-1)).hits == ()
    assert ids(find("电池", offset=-5)) == ids(find("电池"))
