"""The national classification of industries, GB/T 4754—2017: sections, divisions, groups.

Read from crm/gbt4754.csv, facts of the standard. Classes (four digits) are taken by their group: a
code 1923 is known as a class of 192, its own name is not kept.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

FILE = Path(__file__).with_name("gbt4754.csv")
STANDARD = "GB/T 4754—2017"
_CODE = re.compile(r"([A-Ta-t]?)\s*(\d{2,4})(?!\d)")


@dataclass(frozen=True)
class Entry:
    code: str
    name: str
    section: str


@lru_cache(maxsize=1)
def entries() -> dict[str, Entry]:
    """Code → entry, in the standard's order."""
    with FILE.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        return {
            row["代码"]: Entry(row["代码"], row["名称"], row["门类"])
            for row in csv.DictReader(lines)
        }


@lru_cache(maxsize=1)
def _named() -> dict[str, str]:
    """Name → code; of a division and its only group of one name the division."""
    found: dict[str, str] = {}
    for entry in entries().values():
        found.setdefault(entry.name, entry.code)
    return found


def known(code: str) -> Entry | None:
    """The entry of a code; a class answers with its group."""
    return entries().get(code) or (entries().get(code[:3]) if len(code) == 4 else None)


def read(text: str) -> str:
    """The code people mean by 1923, C1923, 195 制鞋业 or 制鞋业; empty for nothing.

    ValueError where the standard has no such code or name, or another section's letter is given.
    """
    text = text.strip()
    if not text:
        return ""
    if match := _CODE.match(text):
        letter, code = match.group(1).upper(), match.group(2)
        entry = known(code)
        if entry is None or (letter and letter != entry.section):
            raise ValueError(text)
        return code
    if (code := _named().get(text)) and code.isdigit():
        return code
    raise ValueError(text)


def like(text: str) -> list[tuple[str, str]]:
    """(code, name) of divisions and groups called so or nearly: 通用设备 → 34 通用设备制造业."""
    text = text.strip()
    if len(text) < 2:
        return []
    return [
        (entry.code, entry.name)
        for entry in entries().values()
        if entry.code.isdigit() and (text in entry.name or entry.name.removesuffix("业") in text)
    ]


def label(code: str) -> str:
    """195 制鞋业; of a class 1953（195 制鞋业）."""
    entry = known(code)
    if entry is None:
        return code
    return (
        f"{entry.code} {entry.name}"
        if entry.code == code
        else f"{code}（{entry.code} {entry.name}）"
    )


WRONG = "?"  # no code: what was typed means none


def code_or_wrong(text: str) -> str:
    """For a setter, which must not raise: `refuse_wrong` speaks at the field when the row is
    checked."""
    try:
        return read(text)
    except ValueError:
        return WRONG


def refuse_wrong(row: Any) -> None:
    if row.gbt_code == WRONG:
        raise ValidationError(
            {"gbt": f"{STANDARD} 里没有这个代码或名称；写代码（如 1953、195）或大类、中类全称。"}
        )


def rows_under(rows: models.QuerySet, asked: Sequence[str]) -> models.QuerySet:
    """The rows whose code lies under what is asked for: C, 19, 195, C1953 or a name."""
    try:
        wanted = [prefix for text in asked for prefix in prefixes(text)]
    except ValueError:
        return rows.none()
    condition = Q()
    for prefix in wanted:
        condition |= Q(gbt_code__startswith=prefix)
    return rows.filter(condition) if wanted else rows


def prefixes(text: str) -> list[str]:
    """What codes begin with that are asked for: a letter means its section's divisions.

    ValueError as `read`."""
    section = text.strip().upper()
    if section.isalpha() and section in entries():
        return [e.code for e in entries().values() if e.section == section and len(e.code) == 2]
    return [read(text)]
