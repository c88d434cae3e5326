"""The page of a fact that is never rewritten: whether it stands, everything that was said in its
place, and the words of second persons on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from crm import ledgers
from crm.actions import withdrawals
from crm.ledgers import Column, Ledger
from crm.models import Confirmation, CreditShare
from crm.views.ledgers import history
from crm.views.ledgers.cells import Cell, Shower
from crm.views.ledgers.history import Change

# Columns that tell of a row and not of the fact; the reason is told as the verb's.
OF_ONE_ROW = {"by", "recorded_at", "judged"}


@dataclass(frozen=True)
class Step:
    """One row of a fact's chain: as first entered, a correction, its withdrawal. `url` leads to
    what it said; empty on that very page, and for a withdrawal, which says nothing else. `copied`
    is the page of the fact that a merge copied."""

    at: datetime
    verb: str
    who: str
    reason: str
    changes: list[Change]
    url: str
    is_here: bool
    withdraws: bool
    copied: str = ""

    @property
    def on(self) -> date:
        return timezone.localtime(self.at).date()

    @property
    def told(self) -> str:
        why = f"：{self.reason.rstrip('。')}" if self.reason else ""
        return f"{self.on.isoformat()} {self.who}{self.verb}{why}。"


@dataclass(frozen=True)
class State:
    """`mark` is the word for a fact that stands no more, empty while it stands; `url` leads to what
    stands for it."""

    mark: str = ""
    said: str = ""
    url: str = ""


@dataclass(frozen=True)
class Word:
    """One person's 认定 or 退回; `void_url`: where its speaker, who looks at it, withdraws it."""

    row: Confirmation
    url: str
    is_withdrawn: bool
    void_url: str = ""


@dataclass(frozen=True)
class Told:
    """What the page of a fact shows beside what it says. why_not: said to who could withdraw facts
    like this one, but not this one."""

    state: State
    steps: list[Step]
    words: list[Word]
    why_not: str = ""
    void_url: str = ""


def told_of(fact: Any, ledger: Ledger, user: Any) -> Told:
    steps = chain(fact, ledger, user)
    state = _state(fact, steps)
    words = words_on(fact, user)
    if state.mark or not withdrawals.can_void(fact, user):
        return Told(state, steps, words)
    why_not = withdrawals.why_not(fact)
    return Told(state, steps, words, why_not, "" if why_not else void_url(fact))


def chain(fact: Any, ledger: Ledger, user: Any) -> list[Step]:
    """The first entry first, each step with what it says otherwise than the one before. A step out
    of the user's sight is left out."""
    numbers = fact.chain()
    rows = ledger.known(user).in_bulk(numbers)
    entries = {entry.object_id: entry for entry in history.written(rows.values())}
    shower = Shower(user)
    steps: list[Step] = []
    before: dict[str, Cell] = {}
    for row in (rows[number] for number in numbers if number in rows):
        entry = entries.get(row.pk)
        verb, who, reason = (
            history.said(entry) if entry else (_done(row), str(row.by or "系统"), "")
        )
        cells = {
            column.name: shower.cell(column, row, full=True)
            for column in kept_of(ledger)
            if column.in_api and column.name != "reason"
        }
        changes = _otherwise(before, cells) if before else []
        is_here = row.pk == fact.pk
        url = "" if is_here or row.withdraws else page_url(row)
        steps.append(Step(row.recorded_at, verb, who, reason, changes, url, is_here, row.withdraws))
        before = cells
    origin = fact.copy_of_id and ledger.known(user).filter(pk=fact.copy_of_id).first()
    return [replace(steps[0], copied=page_url(origin)), *steps[1:]] if origin else steps


def kept_of(ledger: Ledger) -> list[Column]:
    """The columns that say the fact itself."""
    return [column for column in ledger.columns if column.name not in OF_ONE_ROW]


def _done(row: Any) -> str:
    """What a row of a chain did that no entry tells of."""
    return "作废" if row.withdraws else "更正" if row.replaces_id else "登记"


def _otherwise(before: dict[str, Cell], now: dict[str, Cell]) -> list[Change]:
    return [
        Change(cell.label, *("空" if one.is_empty else one.text for one in (before[name], cell)))
        for name, cell in now.items()
        if cell.text != before[name].text
    ]


def _state(fact: Any, steps: list[Step]) -> State:
    last = steps[-1]
    if last.withdraws:
        return State("已作废", f"{last.told}从那天起不再计入，更早的报告不变。")
    if not last.is_here:
        here = next(place for place, step in enumerate(steps) if step.is_here)
        return State("已更正", steps[here + 1].told, last.url)
    if fact.stands:
        return State()
    if type(fact).objects.filter(replaces=fact).exists():
        return State("已更正", "更正后的那一条不在您能看到的范围里。")
    if isinstance(fact, CreditShare) and fact.project.withdrawn_at is None:
        return State("不再计入", "这个项目后来重新分过业绩，以最近一次为准。")
    what = str(type(fact)._meta.get_field(fact.hangs_on).verbose_name)
    return State("不再计入", f"它所在的{what}已并入另一个{what}，以保留的{what}上的为准。")


def words_on(fact: Any, user: Any = None) -> list[Word]:
    """What was said of a move or a receipt, in the order it was said; withdrawn words too."""
    about = getattr(type(fact).objects.all(), "confirmed_by", "")
    if not about:
        return []
    rows = list(Confirmation.objects.filter(**{about: fact}).select_related("by").order_by("pk"))
    withdrawn = {row.replaces_id for row in rows if row.withdraws}
    return [
        Word(
            row,
            reverse("desk-row", args=["confirmations", row.pk]),
            row.pk in withdrawn,
            void_url(row, page_url(fact))
            if user is not None and row.pk not in withdrawn and withdrawals.can_void(row, user)
            else "",
        )
        for row in rows
        if not row.withdraws
    ]


def page_url(fact: Any) -> str:
    return reverse("desk-row", args=[_key(fact), fact.pk])


def void_url(fact: Any, back: str = "") -> str:
    """Where a fact is withdrawn; `back` is the page to return to, without it the fact's own."""
    url = reverse("desk-void", args=[_key(fact), fact.pk])
    return f"{url}?{urlencode({'next': back})}" if back else url


def _key(fact: Any) -> str:
    ledger = ledgers.of_noun(str(fact._meta.model_name))
    assert ledger is not None
    return ledger.key
