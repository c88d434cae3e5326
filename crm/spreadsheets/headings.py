"""Which column of a ledger a heading of a file means.

A heading matches by its whole text, apart from its unit: 计划开工时间 is not 开工时间.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crm.ledgers.base import Column
from crm.spreadsheets.cells import Cell, fold, plain
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.money import read_unit
from crm.spreadsheets.values import AREAS

# What may stand between a person and his number.
_OF_A_PERSON = {"职务", "职位", "岗位", "职务职称"}
_COUNTS = {"人", "个", "家", "天", "个月", "%", "吨", "吨标煤", "吨标准煤"}
_NOTES = {
    "必填",
    "选填",
    "必填项",
    "可选",
    "全称",
    "年月",
    "年月日",
    "年/月/日",
    "单选",
    "下拉选择",
}
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_AFTER_SLASH = re.compile(r"(.+)[/:_]([^/:_]+)")
_UNIT_AT_END = re.compile(
    r"(.+?)((?:[十百千]?[万亿]|百万|千万)(?:人民币|美|欧|港|日)?元|亩|平方米)"
)
OTHER_TIME = re.compile(r"计划|预计|预期|拟|目标|[0-9]{4}|上年|去年|同期|累计|当年|本年|本月")


@dataclass(frozen=True)
class Heading:
    """One column of the table: what its heading says, and the unit the heading gives. also: the
    field it would mean too, had another column no better heading for it."""

    index: int
    text: str
    unit: str | None = None
    field: str | None = None
    also: str | None = None


def letter_of(index: int) -> str:
    """What Excel calls a column: 0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Matcher:
    """The headings a ledger's columns are known by. The names our own program has for them (name,
    stage) are none: a mapping may use them, a file that has them speaks of something else."""

    def __init__(
        self, columns: Sequence[Column], needed: Collection[str], mapping: Mapping
    ) -> None:
        self.mapping = mapping
        words = [w for c in columns if c.name in needed for w in (c.label, *c.aliases)]
        self.openings = {word[:2] for word in words}
        # Heading → (how well it fits, field): the label first, then the aliases in their order.
        self.known: dict[str, tuple[int, str]] = {}
        for column in columns:
            for rank, word in enumerate((column.label, *column.aliases)):
                self.known.setdefault(canon(word), (rank, column.name))
                bare, unit = split_unit(word)
                if unit:
                    self.known.setdefault(canon(bare), (rank, column.name))
        # Heading → (how well it fits, field, the field that has to stand on its left).
        self.near = {
            canon(word): (len(column.aliases) + rank, column.name, column.near)
            for column in columns
            for rank, word in enumerate(column.near_aliases)
        }
        self.nears = {column.name for column in columns if column.near}

    def knows(self, cell: Cell) -> bool:
        """Whether a cell says the heading of some column."""
        return isinstance(cell, str) and any(
            canon(text) in self.known for text in (cell, split_unit(cell)[0])
        )

    def may_be_headings(self, cells: Sequence[Cell]) -> bool:
        """A quick look at a data row: does some cell begin like the heading of a needed column?"""
        return any(isinstance(cell, str) and cell[:2] in self.openings for cell in cells)

    def headings(self, lines: list[tuple[str, str]]) -> list[Heading]:
        """The headings of one candidate row; a field goes to the heading that fits it best."""
        made: list[tuple[Heading, int]] = []
        left: str | None = None
        for index, (top, under) in enumerate(lines):
            if text := "/".join(part for part in (top, under) if part):
                unit, rank, name = self._match(top, under, left)
                made.append((Heading(index, text, unit, name), rank))
                if name not in self.nears and text not in _OF_A_PERSON:
                    left = name
        best: dict[str, tuple[int, int]] = {}
        for heading, rank in made:
            if heading.field and (heading.field not in best or rank < best[heading.field][0]):
                best[heading.field] = (rank, heading.index)
        return [
            heading
            if heading.field is None or best[heading.field][1] == heading.index
            else Heading(heading.index, heading.text, heading.unit, also=heading.field)
            for heading, _ in made
        ]

    def _match(
        self, top: str, under: str, left: str | None = None
    ) -> tuple[str | None, int, str | None]:
        if is_unit_alone(under):  # the line below the headings has the units, in brackets or not
            under = f"({plain(under).strip('()')})"
        units = [split_unit(text)[1] for text in (under, top)]
        unit = next((word for word in units if word), None)
        for text in (f"{top}/{under}" if under else top, under, f"{top}{under}"):
            if text and fold(text) in self.mapping.columns:
                return unit, -1, self.mapping.columns[fold(text)]
        for text in self._readings(top, under):
            if known := self.known.get(canon(text)):
                return unit, *known
            if (near := self.near.get(canon(text))) and near[2] == left:
                return unit, *near[:2]
        return unit, 0, None

    @staticmethod
    def _readings(top: str, under: str) -> list[str]:
        """The texts a heading may be known by, the fullest first."""
        if not under:
            return [top, split_unit(top)[0]]
        bare_top, bare = split_unit(top)[0], split_unit(under)[0]
        together = [f"{top}{under}", f"{bare_top}{bare}"]
        if re.search("计划|预计|拟", top):
            return [*together, f"计划{bare}"]
        return together if OTHER_TIME.search(top) else [*together, under, bare]


def split_unit(heading: str) -> tuple[str, str | None]:
    """`投资额（万元）`, `总投资/亿元`, `投资额万元` → the heading and its unit."""
    text = re.sub(r"\s+", "", plain(heading)).strip("*")
    unit = None
    for inside in _IN_BRACKETS.findall(text):
        word = inside.removeprefix("单位:").removeprefix("单位")
        if _is_unit(word):
            unit = word
        elif word not in _NOTES:
            continue
        text = text.replace(f"({inside})", "", 1)
    if unit is None and (match := _AFTER_SLASH.fullmatch(text)):
        rest = match[2].removeprefix("单位")
        if _is_unit(rest):
            text, unit = match[1], rest
    if unit is None and (match := _UNIT_AT_END.fullmatch(text)):
        text, unit = match[1], match[2]
    return text.rstrip(":*").removesuffix(":单位").removesuffix(",单位"), unit


def is_unit_alone(text: str) -> bool:
    """`（万元）`, `单位：亩`, `(年月)`: a line of headings that only says in what."""
    word = "".join(plain(text).split()).strip("()").removeprefix("单位").lstrip(":")
    return bool(word) and (_is_unit(word) or word in _NOTES)


def _is_unit(word: str) -> bool:
    return word in AREAS or word in _COUNTS or read_unit(word) is not None


def canon(heading: str) -> str:
    return fold(heading).strip("*:").replace("时间", "日期")
