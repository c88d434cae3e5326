"""What a form or a file gives of a fact, as its verbs take it: what it must name, when it happened,
and whose it is, which no correction changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.dates import When
from crm.errors import Refused


def needed(values: Mapping[str, Any], lacking: Mapping[str, str]) -> dict[str, Any]:
    """The values that say something; Refused at those of `lacking` that do not, with its words."""
    kept = {name: value for name, value in values.items() if value is not None}
    if wrong := {name: why for name, why in lacking.items() if name not in kept}:
        raise Refused("".join(wrong.values()), "invalid", wrong)
    return kept


def with_days(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The values with the first and the last day of a moment in its place; a blank one is left
    out."""
    kept = dict(values)
    moment = kept.pop(name, None)
    if isinstance(moment, When):
        kept |= {f"{name}_on": moment.start, f"{name}_until": moment.end}
    return kept


def unmoved(values: Mapping[str, Any], row: Any, *names: str, said: str) -> dict[str, Any]:
    """The values without those that say whose the fact is; Refused (`said`) where they name
    another row than it has."""
    told = [name for name in names if name in values]
    if any(values[name] != getattr(row, name) for name in told):
        raise Refused(said, "invalid", told)
    return {name: value for name, value in values.items() if name not in names}


def year(said: Any) -> int:
    """A year as a cell or a form says it."""
    if not str(said or "").isdecimal():
        raise Refused("年度请写四位，例如 2023。", "invalid", ["year"])
    return int(said)


def with_year(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the year, where they say one, as a number."""
    kept = dict(values)
    if "year" in kept:
        kept["year"] = year(kept["year"])
    return kept
