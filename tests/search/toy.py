"""A small county to be found: an index without a table, served from a dict."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from search import engine, index
from search.index import Document, Index, Term
from search.query import Query, Result, Scope

ALL = Scope(everything=True)
TEAM = Scope(tokens=frozenset({"team:1"}))

PROJECTS = {
    1: {
        "title": "飞尚新型电池产业园",
        "body": "钠离子电池与储能系统，占地300亩，分两期建设。",
        "aliases": ("飞尚一期",),
        "facets": {"stage": ("construction",), "park": ("1",)},
        "numbers": {"planned_investment": 5_000_000_000},
    },
    2: {
        "title": "中国（绿溪）优食谷国际食品产业城",
        "body": "休闲食品加工，冷链物流。",
        "facets": {"stage": ("signed",), "park": ("2",)},
        "numbers": {"planned_investment": 1_200_000_000},
    },
    3: {
        "title": "南部县佳禧印染有限公司二期扩建",
        "body": "染整车间技改，配套污水处理。",
        "facets": {"stage": ("negotiation",), "park": ("3",)},
        "numbers": {"planned_investment": 80_000_000},
    },
    4: {"title": "中研模具制造", "facets": {"stage": ("operation",), "park": ("1",)}},
    5: {"title": "中研磨具制造", "facets": {"stage": ("lead",), "park": ("1",)}},
    6: {
        "title": "重庆长安汽车零部件基地",
        "body": "与六安工厂配套，编号B2-301。",
        "facets": {"stage": ("negotiation",), "park": ("1",)},
        "numbers": {"planned_investment": 300_000_000},
    },
    7: {
        "title": "ISO9001认证的3D打印实验室",
        "tags": ("智能制造",),
        "facets": {"stage": ("lead",)},
    },
    8: {"title": "签约仪式纪念馆", "facets": {"stage": ("lead",), "park": ("2",)}},
    9: {"title": "<b>鞋材</b>&配件市场", "facets": {"stage": ("lead",), "park": ("3",)}},
    10: {
        "title": "臺灣電子產業園",
        "body": "国际论坛的配套。",
        "facets": {"stage": ("lead",), "park": ("2",)},
    },
    11: {"title": "锂电池回收利用", "facets": {"stage": ("exited",), "park": ("3",)}},
}
HIDDEN = {90: {"title": "机密电池项目", "facets": {"stage": ("signed",)}}}
WORDS = (
    Term("stage", "lead", "线索", ("线索",)),
    Term("stage", "negotiation", "洽谈", ("洽谈", "在谈")),
    Term("stage", "signed", "签约", ("签约", "已签约")),
    Term("stage", "construction", "开工建设", ("开工", "在建")),
    Term("park", "1", "电池产业园", ("电池产业园",)),
    Term("park", "3", "纺织鞋服产业园", ("纺织鞋服产业园", "纺织鞋服")),
)


class Toy:
    """The rows and the index over them; `save` and `drop` write as an action would."""

    def __init__(self, kind: str = "project") -> None:
        self.kind = kind
        self.rows: dict[int, Document] = {}
        self.words: tuple[Term, ...] = WORDS
        self.index = Index(kind, "项目", f"toy.{kind}", self.documents, lambda: self.words)

    def documents(self, ids: Sequence[int] | None) -> Iterable[Document]:
        chosen = sorted(self.rows) if ids is None else [i for i in ids if i in self.rows]
        return [self.rows[i] for i in chosen]

    def put(self, object_id: int, title: str, team: str = "team:1", **rest: Any) -> None:
        """A row of the ledger whose index nobody told anything."""
        scopes = frozenset({team})
        self.rows[object_id] = Document(self.kind, object_id, title, scopes=scopes, **rest)

    def save(self, object_id: int, title: str, team: str = "team:1", **rest: Any) -> None:
        self.put(object_id, title, team, **rest)
        engine.touch_many(self.kind, [object_id])

    def change(self, object_id: int, **fields: Any) -> None:
        self.rows[object_id] = replace(self.rows[object_id], **fields)
        engine.touch_many(self.kind, [object_id])

    def drop(self, object_id: int) -> None:
        del self.rows[object_id]
        engine.touch_many(self.kind, [object_id])


def county() -> Toy:
    """The rows above, saved; the hidden one belongs to another team."""
    toy = Toy()
    index.register(toy.index)
    for object_id, row in PROJECTS.items():
        toy.put(object_id, **row)
    for object_id, row in HIDDEN.items():
        toy.put(object_id, team="team:2", **row)
    engine.touch_many(toy.kind, list(toy.rows))
    return toy


Asker = Callable[..., Result]


def ids(result: Result, *, approximate: bool = True) -> list[int]:
    return [hit.object_id for hit in result.hits if approximate or not hit.approximate]


def ask(text: str = "", scope: Scope = TEAM, **rest: Any) -> Result:
    return engine.run(Query(text, scope, **rest))
