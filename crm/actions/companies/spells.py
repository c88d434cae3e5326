"""规上: a company enters the statistics bureau's list (入库), leaves it (退库), and what was said
of either is corrected."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from typing import Any

from crm import access, clock
from crm.access import Action
from crm.actions import _checks, _lock, _record
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.dates import When
from crm.errors import Refused
from crm.models import Company, User
from crm.models.companies.spells import AboveScaleSpell, EntryMode, ExitReason


def enter(
    company: Company,
    *,
    by: User,
    entered: When | date,
    mode: EntryMode | str = "",
    revenue: Decimal | None = None,
    document: str = "",
    note: str = "",
    left: When | None = None,
    exit_reason: ExitReason | str = "",
    exit_document: str = "",
    anyway: Anyway = NOTHING_SAID,
) -> AboveScaleSpell:
    """入库: puts on record that a company entered the list of companies above scale, by a revenue
    of main business in yuan; an old stay may be told with its end. Refused where it shares a day
    with another stay of the company: nobody enters who is in, so nothing is asked (`anyway`)."""
    when = entered if isinstance(entered, When) else When.day(entered)
    spell = AboveScaleSpell(
        company=company,
        entered_on=when.start,
        entered_until=when.end,
        mode=mode,
        revenue=revenue,
        document=document,
        note=note,
        exit_reason=exit_reason,
        exit_document=exit_document,
    )
    spell.left = left
    access.require(by, Action.REGISTER, spell)
    with _alone(company):
        return _insert(spell, by=by, verb="enter")


def leave(
    spell: AboveScaleSpell,
    *,
    by: User,
    left: When | date,
    exit_reason: ExitReason | str,
    document: str = "",
    note: str = "",
) -> AboveScaleSpell:
    """退库: ends a stay, with the reason; the row that says so replaces the one that stood."""
    when = left if isinstance(left, When) else When.day(left)
    values = {
        "left_on": when.start,
        "left_until": when.end,
        "exit_reason": exit_reason,
        "exit_document": document,
        **({"note": note} if note else {}),
    }
    access.require(by, Action.CHANGE, spell)
    with _alone(spell.company):
        standing = _checks.current(spell)
        if not standing.is_open:
            raise Refused(f"这一段已于 {standing.left} 退库；时间不对请更正。", "stale")
        return _insert(_checks.corrected(standing, values), by=by, verb="leave")


def correct_spell(
    spell: AboveScaleSpell, values: Mapping[str, Any], *, by: User, reason: str
) -> AboveScaleSpell:
    """Corrects what was said of a stay by a new row that replaces it."""
    access.require(by, Action.CHANGE, spell)
    _checks.require_reason(reason, "更正规上入退库")
    with _alone(spell.company):
        row = _checks.corrected(_checks.current(spell), values)
        return _insert(row, by=by, verb="correct_spell", reason=reason)


def _alone(company: Company) -> AbstractContextManager[None]:
    """Whoever asks how long a company was in does so while nobody else lets it in or out."""
    return _lock.one_at_a_time("abovescalespell", str(company.pk))


def _insert(spell: AboveScaleSpell, *, by: User, verb: str, reason: str = "") -> AboveScaleSpell:
    _checks.dated(spell, "entered", "入库时间在今天之后；入库后再登记。")
    _check_exit(spell)
    spell.recorded_at, spell.by = clock.now(), by
    spell.complete()
    others = AboveScaleSpell.objects.standing().filter(company=spell.company)
    if spell.replaces is not None:
        others = others.exclude(pk=spell.replaces.pk)
    others = others.select_related("company")
    if (other := spell.contradicts(others)) is not None:
        until = f"{other.left} 退库" if other.left else "仍在库"
        raise Refused(
            f"“{spell.company}”已有一段 {other.entered} 入库、{until}，与这一段时间重叠；"
            "请先登记那一段退库，或更正时间。",
            "overlap",
            ["entered"],
        )
    inserted: AboveScaleSpell = _record.insert(spell, by=by, verb=verb, reason=reason)
    return inserted


def _check_exit(spell: AboveScaleSpell) -> None:
    left, entered = spell.left, spell.entered
    if left is None or entered is None:
        return
    if left.start > clock.today():
        raise Refused("退库时间在今天之后；退库后再登记。", "future_date", ["left"])
    if left.end < entered.start:
        raise Refused("退库时间早于入库时间，请核对。", "invalid", ["left"])
