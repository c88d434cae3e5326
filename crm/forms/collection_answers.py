"""An answer to a round (填报): what was typed behind a link, read, held against what is on record,
and written by the register's own verbs once it is taken over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from crm import ledgers
from crm.actions.indicators import readings
from crm.actions.indicators.readings import Stated
from crm.errors import Refused
from crm.exact import trimmed
from crm.forms.ledgers import LedgerForm
from crm.forms.reading_grid import PARTS, against, number_in
from crm.ledgers import Kind
from crm.ledgers.asking import asked_in, is_own, whose
from crm.models import User
from crm.models.indicators.closings import MonthClosing
from crm.models.indicators.collections import Collection, CollectionRecipient
from crm.models.indicators.indicators import Indicator, Nature
from crm.models.indicators.readings import SUBJECTS, Reading
from crm.spreadsheets.cells import Unreadable

MOST_ROWS = 20  # of one answer
WHY = "why"  # where the page keeps the reason for what is unlikely
LONGEST = 4_000  # signs of one value, as sent


@dataclass
class Known:
    """What the ledger has of those who were asked: their readings of the month and of the year
    before it, asked for once, however many they are."""

    collection: Collection
    indicators: list[Indicator] = field(default_factory=list)
    is_closed: bool = False
    _readings: dict[tuple[int, ...], list[Reading]] = field(default_factory=dict)

    @classmethod
    def of(cls, collection: Collection, recipients: Sequence[CollectionRecipient]) -> Known:
        known = cls(collection)
        if not collection.is_of_readings or collection.month_on is None:
            return known
        known.indicators = list(collection.indicators.order_by("pk"))
        month = collection.month_on
        known.is_closed = MonthClosing.objects.closes(month)
        whom = _of_whom(collection, recipients)
        found = (
            Reading.objects.standing()
            .filter(indicator__in=known.indicators, value__isnull=False, **whom)
            .filter(month_on__gte=date(month.year - 1, month.month, 1), month_on__lte=month)
        )
        for one in found.order_by("month_on", "pk"):
            known._readings.setdefault(_key(one), []).append(one)
        return known

    def readings(self, indicator: Indicator, subject: Any) -> list[Reading]:
        """Of one of them, the oldest first."""
        like = Reading(indicator=indicator)
        if subject is not None:
            setattr(like, str(subject._meta.model_name), subject)
        return self._readings.get(_key(like), [])


def _of_whom(
    collection: Collection, recipients: Iterable[CollectionRecipient]
) -> Mapping[str, Any]:
    """The condition that leaves each recipient's own readings, the county's for departments."""
    subjects = [one.subject for one in recipients if one.subject is not None]
    return {f"{collection.kind}__in": subjects} if subjects else dict.fromkeys(SUBJECTS)


def _key(reading: Reading) -> tuple[int, ...]:
    return (reading.indicator_id, *(number or 0 for number in reading.same_subject.values()))


@dataclass
class AskedNumber:
    """One number of the month: what is on record of it (`held`) and of the last month before."""

    indicator: Indicator
    name: str
    typed: str
    last: Reading | None
    held: Reading | None
    value: Decimal | None = None
    told: str = ""
    error: str = ""
    unlikely: str = ""

    @property
    def label(self) -> str:
        return f"{self.indicator.name}（{self.indicator.unit}）"

    @property
    def last_text(self) -> str:
        return trimmed(self.last.value) if self.last and self.last.value is not None else ""


class ReadingsAnswer:
    """Numbers of one month of one recipient, as typed."""

    def __init__(
        self, recipient: CollectionRecipient, known: Known, typed: Mapping[str, str]
    ) -> None:
        self.recipient, self.known, self.typed = recipient, known, typed
        self.why = typed.get(WHY, "").strip()[:200]
        month = recipient.collection.month_on
        self.numbers = []
        for indicator in known.indicators:
            name = f"v-{indicator.pk}"
            on_record = known.readings(indicator, recipient.subject)
            held = next((one for one in on_record if one.month_on == month), None)
            before = [one for one in on_record if one.month_on != month]
            last = before[-1] if before else None
            said = typed.get(name, "").strip()
            self.numbers.append(AskedNumber(indicator, name, said, last, held))

    @property
    def names(self) -> list[str]:
        return [*(one.name for one in self.numbers), WHY]

    @property
    def errors(self) -> list[str]:
        return [f"{one.label}：{one.error}" for one in self.numbers if one.error]

    @property
    def unlikely(self) -> list[str]:
        return [f"{one.label} {one.typed}：{one.unlikely}" for one in self.numbers if one.unlikely]

    def is_valid(self) -> bool:
        """Whether each number can be read and what is unlikely has its reason."""
        for one in self.numbers:
            one.error = one.unlikely = ""
            self._read(one)
        if not any(one.value is not None or one.error for one in self.numbers):
            for one in self.numbers[:1]:
                one.error = "请至少填一个数；确实没有的填 0。"
        self._check_parts()
        return not self.errors and (bool(self.why) or not self.unlikely)

    def _read(self, one: AskedNumber) -> None:
        try:
            one.value, one.told = number_in(one.typed, one.indicator) if one.typed else (None, "")
        except Unreadable as unreadable:
            one.error = unreadable.reason
            return
        if one.value is None:
            return
        if one.value < 0 and not one.indicator.may_be_negative:
            one.error = f"{one.indicator}不会小于 0，请核对。"
        elif one.last is not None:
            one.unlikely = "；".join(against(one.indicator, one.value, self._before(one)))

    def _before(self, one: AskedNumber) -> Decimal | None:
        """What the number is held against: a cumulative one begins anew with the year."""
        month = self.recipient.collection.month_on
        is_anew = one.indicator.nature == Nature.CUMULATIVE
        if one.last is None or (is_anew and month and one.last.month_on.year != month.year):
            return None
        return one.last.value

    def _check_parts(self) -> None:
        by_code = {one.indicator.code: one for one in self.numbers}
        for part, whole in PARTS:
            one, total = by_code.get(part), by_code.get(whole)
            if one and total and one.value and total.value is not None and one.value > total.value:
                said = f"比它所属的 {trimmed(total.value)} 还大"
                one.unlikely = "；".join(filter(None, [one.unlikely, said]))

    def kept(self) -> dict[str, str]:
        """What stays of it once it is taken over."""
        return dict(self.typed)

    def write(self, *, by: User, reason: str) -> list[models.Model]:
        """Has every number on record as its reading; what stands there already is left alone."""
        collection, subject = self.recipient.collection, self.recipient.subject
        month = collection.month
        assert month is not None
        written: list[models.Model] = []
        for one in self.numbers:
            if one.value is None or (one.held and one.held.value == one.value):
                continue
            if self.known.is_closed and not reason:
                raise Refused(
                    f"{month}已经封账；确需登记的，请写明修订原因。", "closed", ["reason"]
                )
            if one.held is not None and not reason:
                raise Refused(
                    f"{one.indicator}已登记为 {trimmed(one.held.value)}，接收 {trimmed(one.value)} "
                    "就是修订，请写明修订原因。",
                    "reason_needed",
                    ["reason"],
                )
            why = "；".join(filter(None, [reason, self.why if one.unlikely else ""]))
            source = f"填报“{collection}”#{self.recipient.pk}"
            stated = Stated(
                one.indicator, subject, month, one.value, why[:200], one.held, source[:200]
            )
            try:
                written.append(readings.record_stated(stated, by=by))
            except Refused as refused:
                raise Refused(f"{one.label}：{refused.reason}", refused.code) from refused
        return written


class LedgerAnswer:
    """Rows of a ledger, each a form of the columns asked for; of the recipient's own row where the
    ledger is the one it stands in."""

    def __init__(
        self,
        recipient: CollectionRecipient,
        known: Known,
        typed: Mapping[str, str],
        *,
        is_judged: bool = True,
    ) -> None:
        self.recipient, self.typed, self.is_judged = recipient, typed, is_judged
        collection = recipient.collection
        self.ledger = ledgers.get(collection.register)
        self.columns = asked_in(collection)
        self.is_own = is_own(self.ledger, collection.kind)
        sent = typed.get("rows", "")
        self.count = min(max(int(sent) if sent.isdecimal() and len(sent) < 4 else 1, 1), MOST_ROWS)
        self.forms = [self._form(at) for at in range(1 if self.is_own else self.count)]
        self.why = typed.get(WHY, "").strip()[:200]
        self.unlikely: list[str] = []

    def _form(self, at: int) -> LedgerForm:
        row = self.recipient.subject if self.is_own else None
        asked = {column.name for column in self.columns}
        data = self.typed or None if self.is_judged else None
        form = LedgerForm(self.ledger, None, data, row=row, prefix=f"r{at}", only=asked)
        for name in asked:
            if form.add_prefix(name) in self.typed:
                form.initial[name] = self.typed[form.add_prefix(name)]
        for name in ("version", "seen", "reason"):
            form.fields.pop(name, None)
        for bound in form.fields.values():
            for attribute in ("hx-get", "hx-vals", "hx-trigger", "hx-target"):
                bound.widget.attrs.pop(attribute, None)
        return form

    @property
    def names(self) -> list[str]:
        return ["rows", *(form.add_prefix(name) for form in self.forms for name in form.fields)]

    @property
    def errors(self) -> list[str]:
        said = []
        for at, form in enumerate(self.forms, start=1):
            where = f"第 {at} 条，" if len(self.forms) > 1 else ""
            for name, told in form.errors.items():
                label = form.fields[name].label if name in form.fields else ""
                said.append(f"{where}{label}：{' '.join(told)}")
        return said

    def said(self) -> list[LedgerForm]:
        """The forms that say something."""
        told = [form for form in self.forms if self.is_own or self._says(form)]
        return told or self.forms[:1]

    def _says(self, form: LedgerForm) -> bool:
        """Whether anything but a choice that has a default was typed."""
        typed = {name: self.typed.get(form.add_prefix(name), "") for name in form.fields}
        return any(
            text.strip() and text != str(form.fields[name].initial or "")
            for name, text in typed.items()
        )

    def is_valid(self) -> bool:
        blank = [form for form in self.forms if form not in self.said()]
        for form in blank:
            for bound in form.fields.values():
                bound.required = False
        refused = [form for form in self.forms if not form.is_valid()]
        return not refused

    def cells(self) -> list[list[tuple[str, str]]]:
        """What was typed, as (label, text), a list a row."""
        return [
            [(c.heading, str(form[c.name].value() or "")) for c in self.columns]
            for form in self.said()
        ]

    def kept(self) -> dict[str, str]:
        """What stays of it once it is taken over: no personal data."""
        sealed = {
            form.add_prefix(column.name)
            for form in self.forms
            for column in self.columns
            if column.kind is Kind.PERSONAL
        }
        return {name: text for name, text in self.typed.items() if name not in sealed}

    def write(self, *, by: User, reason: str) -> list[models.Model]:
        """Registers each row with the ledger's own verb, or changes the recipient's own."""
        subject = self.recipient.subject
        owner = whose(self.ledger, self.recipient.collection.kind)
        written = []
        for form in self.said():
            values = form.values()
            if self.is_own:
                written.append(self.ledger.change(subject, values, by=by))
            else:
                named = {owner.name: subject} if owner is not None and subject else {}
                written.append(self.ledger.register(values | named, by=by))
        return written


Answer = ReadingsAnswer | LedgerAnswer


def answer_of(
    recipient: CollectionRecipient,
    known: Known,
    typed: Mapping[str, str] | None = None,
    *,
    is_judged: bool = True,
) -> Answer:
    """The answer as it was kept, or as it was just typed; not judged while it is still written."""
    said = (recipient.answer or {}) if typed is None else typed
    if recipient.collection.is_of_readings:
        return ReadingsAnswer(recipient, known, said)
    return LedgerAnswer(recipient, known, said, is_judged=is_judged)


def judged(recipient: CollectionRecipient, known: Known) -> Answer:
    """The answer as it was kept, with what is wrong or unlikely about it; what was taken over is
    the register's, and says no more than it said."""
    is_open = recipient.may_be_filled
    answer = answer_of(recipient, known, is_judged=is_open)
    if recipient.answer and (is_open or isinstance(answer, ReadingsAnswer)):
        answer.is_valid()
    return answer


def kept_of(answer: Answer, sent: Mapping[str, str]) -> dict[str, str]:
    """Of what was sent, what the round asks for."""
    return {name: sent[name][:LONGEST] for name in answer.names if name in sent}
