"""What a person settles about a file beside it: the mapping, a JSON document.

{"columns": {HEADING: FIELD or null}, "units": {FIELD: "百万美元" or "M/D/YYYY"},
 "several_stages": "refuse", "furthest" or "first", "group_by": [FIELD],
 "values": {FIELD: {WORD: what it means, see crm/spreadsheets/words.py}},
 "constants": {FIELD: what every row's cell says},
 "match": [FIELD] by which a row of the ledger is recognised, in place of the ledger's own key,
 "first_row": "headings" or "data", where it is not what it looks like}
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from crm.errors import Refused
from crm.ledgers import Column
from crm.spreadsheets.cells import fold
from crm.spreadsheets.moments import ORDERS
from crm.spreadsheets.money import read_unit
from crm.spreadsheets.questions import Question
from crm.spreadsheets.stage_words import REFUSE, SEVERAL
from crm.spreadsheets.values import AREAS
from crm.spreadsheets.words import Answer, checked_values

HEADINGS, DATA = FIRST_ROWS = ("headings", "data")
_KEYS = {
    "columns", "units", "several_stages", "group_by", "values", "constants", "match", "first_row",
}  # fmt: skip


@dataclass(frozen=True)
class Mapping:
    """columns: folded heading → field, None = leave the column out."""

    columns: dict[str, str | None] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    several_stages: str = REFUSE
    group_by: tuple[str, ...] = ()
    values: dict[str, dict[str, Answer]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    match: tuple[str, ...] = ()
    first_row: str = ""

    def unit_of(self, name: str) -> str | None:
        """The unit of a money field, when the mapping settles one."""
        unit = self.units.get(name)
        return None if unit in ORDERS else unit

    def order_of(self, name: str) -> str | None:
        """Which of day and month comes first in a date field, when the mapping settles it."""
        unit = self.units.get(name)
        return unit if unit in ORDERS else None


def read_mapping(text: str, columns: Collection[Column]) -> Mapping:
    """The mapping of a JSON text; Refused where it names what the ledger does not have."""
    try:
        given = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _refused("映射文件不是有效的 JSON，请检查括号、引号和逗号。") from error
    return mapping_of(given, columns)


def mapping_of(given: Any, of_ledger: Collection[Column]) -> Mapping:
    fields = {column.name: column for column in of_ledger}
    if not isinstance(given, dict) or not set(given) <= _KEYS:
        raise _refused(f"映射只能有这些项：{'、'.join(sorted(_KEYS))}。")
    columns, units = given.get("columns", {}), given.get("units", {})
    group_by, several = given.get("group_by", []), given.get("several_stages", REFUSE)
    constants, match = given.get("constants", {}), given.get("match", [])
    if not isinstance(constants, dict):
        raise _refused("映射里 constants 应为对象：{字段: 每一行都填的内容}。")
    if not isinstance(match, list):
        raise _refused("映射里 match 应为数组：[字段]。")
    if not (isinstance(columns, dict) and isinstance(units, dict) and isinstance(group_by, list)):
        raise _refused("映射里 columns 和 units 应为对象，group_by 应为数组。")
    named = [*filter(None, columns.values()), *units, *group_by, *constants, *match]
    if unknown := [str(name) for name in named if name not in fields]:
        raise _refused(f"映射里的字段“{unknown[0]}”在台账中不存在，可用的有：{'、'.join(fields)}。")
    if several not in SEVERAL:
        raise _refused(f"several_stages 只能是 {'、'.join(SEVERAL)} 之一。")
    first_row = given.get("first_row", "")
    if first_row not in ("", *FIRST_ROWS):
        raise _refused(f"first_row 只能是 {'、'.join(FIRST_ROWS)} 之一。")
    for unit in units.values():
        if not isinstance(unit, str) or not (
            unit in ORDERS or unit in AREAS or read_unit(unit) is not None
        ):
            raise _refused(
                f"映射里的单位“{unit}”不认识，请写万元、百万美元等，日期请写 {ORDERS[0]}。"
            )
    return Mapping(
        {fold(heading): name or None for heading, name in columns.items()},
        dict(units),
        several,
        tuple(group_by),
        checked_values(given.get("values", {}), fields),
        {name: str(value) for name, value in constants.items()},
        tuple(match),
        first_row,
    )


def with_proposals(mapping: Mapping, questions: Iterable[Question]) -> Mapping:
    """The mapping with the sure proposal of each question as its answer."""
    values = {field: dict(words) for field, words in mapping.values.items()}
    for question in questions:
        if question.sure is not None:
            values.setdefault(question.column.name, {})[question.word] = question.sure.value
    return replace(mapping, values=values)


def _refused(reason: str) -> Refused:
    return Refused(reason, code="mapping_refused")
