"""What mends most of the rows an import sent back: the words to be answered, the heading to be
settled, or else the file itself."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm.spreadsheets.plan import Plan

_QUOTED = re.compile(r"“[^”]*”|[0-9０-９.,，]+")
# What is settled once for a whole column, under its heading.
_OF_HEADING = ("没有单位", "没有面积单位", "分不清月和日", "在对表头时")


class Where(StrEnum):
    """The step of an import where it is mended."""

    WORDS, COLUMNS, FILE = "words", "columns", "file"


@dataclass(frozen=True)
class Remedy:
    """rows: how many of the rows sent back it mends. reason: one of theirs, as an example."""

    where: Where
    rows: int
    heading: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "where": self.where.value}


def remedy_of(plan: Plan) -> Remedy | None:
    """The mend that most of the rows sent back need; None where none was sent back."""
    reasons = {(one.sheet, one.row): one for one in plan.refused}
    if not reasons:
        return None
    asked: dict[str, set[int]] = defaultdict(set)
    for question in plan.questions.all():
        if question.refuses:
            asked[question.heading].update(question.rows)
    alike: dict[tuple[Where, str, str], list[str]] = defaultdict(list)
    for (_, row), one in reasons.items():
        heading = next((heading for heading, rows in asked.items() if row in rows), "")
        if heading:
            kind = (Where.WORDS, heading, "")
        elif one.reason.startswith("缺少") or any(part in one.reason for part in _OF_HEADING):
            kind = (Where.COLUMNS, one.column or "", _QUOTED.sub("", one.reason))
        else:
            kind = (Where.FILE, one.column or "", _QUOTED.sub("", one.reason))
        alike[kind].append(one.reason)
    (where, heading, _), found = max(alike.items(), key=lambda pair: len(pair[1]))
    return Remedy(where, len(found), heading, found[0])
