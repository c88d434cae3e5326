"""对词: what the unknown words of an import mean, asked once a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from crm import ledgers
from crm.access import Action
from crm.ledgers import Column, Kind, Ledger
from crm.models import ImportUpload, Industry
from crm.models.system.words import Treatment, WordMeaning
from crm.spreadsheets.cells import fold
from crm.spreadsheets.questions import HIGH, names_for
from crm.spreadsheets.stage_words import REFUSE as REFUSE_SEVERAL
from crm.spreadsheets.stage_words import SEVERAL, is_standing
from crm.spreadsheets.words import ASKED, NEW, REFUSE, WHOLE

LISTED = 80  # names that fit into a list one chooses from
SUGGESTED = 800  # names a field proposes while one types
_IS, _OTHER = "is:", "other"


@dataclass
class Word:
    """One word as it is asked: what may be chosen, and what is chosen so far."""

    index: int
    word: str
    rows: int
    refuses: bool
    reason: str
    proposals: list[dict[str, str]]
    chosen: str
    other: str = ""
    parent: str = ""
    error: str = ""
    is_several: bool = False

    @property
    def may_be_empty(self) -> bool:
        """A date that has not come may be left out, though nobody takes the row with it."""
        return self.is_whole or not self.refuses

    @property
    def is_whole(self) -> bool:
        """A question of the column, not of one of its words."""
        return self.word == WHOLE

    @property
    def is_sure(self) -> bool:
        sure = [one for one in self.proposals if one["confidence"] == HIGH]
        return len(sure) == 1


@dataclass
class Asked:
    """The words of one column. names: all that may be meant, where they fit into a list; else one
    types, with suggestions. may_add: whoever asks may enter the word as a new row there."""

    heading: str
    field: str
    label: str
    names: list[str] = field(default_factory=list)
    is_listed: bool = False
    may_add: bool = False
    parents: list[Any] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    known: list[list[Any]] = field(default_factory=list)


class WordsForm:
    """Bound to what was sent, or filled with the sure proposals, which one click then takes."""

    def __init__(
        self, ledger: Ledger, upload: ImportUpload, user: Any, sent: QueryDict | None
    ) -> None:
        self.ledger, self.user, self.sent = ledger, user, sent
        self.columns = {column.name: column for column in ledger.import_columns}
        known = dict(upload.outcome.get("known", []))
        self.asked: dict[str, Asked] = {}
        for index, one in enumerate(upload.outcome["questions"]):
            column = self.columns.get(one["field"])
            if column is None:
                continue
            if one["field"] not in self.asked:
                self.asked[one["field"]] = self._asked(column, one, known)
            self.asked[one["field"]].words.append(self._word(index, one))
        several = sent.get("several_stages", "") if sent else upload.settings.get("several_stages")
        self.several_stages = several if several in SEVERAL else REFUSE_SEVERAL
        self.errors: list[str] = []
        self.values: dict[str, dict[str, Any]] = {}
        self.remembered: dict[str, dict[str, Any]] = {}

    def _asked(self, column: Column, one: Mapping[str, Any], known: Mapping[str, Any]) -> Asked:
        asked = Asked(one["column"], column.name, column.label)
        asked.known = known.get(one["column"], [])
        if column.kind in ASKED:  # else an amount: kept as it stands, typed anew, or left empty
            asked.names = [value for value, _ in names_for(column, self.user, SUGGESTED)]
        if column.reference:
            asked.may_add = _may_add(column.reference, self.user)
            if asked.may_add and column.reference == "industries":
                asked.parents = list(Industry.objects.order_by("-is_leading", "name"))
        asked.is_listed = bool(asked.names) and len(asked.names) <= LISTED
        return asked

    def _word(self, index: int, one: Mapping[str, Any]) -> Word:
        word = Word(
            index, one["word"], one["rows"], one["refuses"], one["reason"], one["proposals"], ""
        )
        word.is_several = one.get("is_several", False)
        if self.sent is not None:
            word.chosen = self.sent.get(f"answer-{index}", "")
            word.other = self.sent.get(f"other-{index}", "").strip()
            word.parent = self.sent.get(f"parent-{index}", "")
        elif word.is_sure:
            sure = next(p for p in word.proposals if p["confidence"] == HIGH)
            word.chosen = _IS + sure["value"]
        return word

    @property
    def sure_count(self) -> int:
        return sum(word.is_sure for asked in self.asked.values() for word in asked.words)

    @property
    def several_count(self) -> int:
        """Words that name several stages: one answer settles them all."""
        return sum(word.is_several for asked in self.asked.values() for word in asked.words)

    @property
    def count(self) -> int:
        return sum(len(asked.words) for asked in self.asked.values())

    def is_valid(self) -> bool:
        """Fills `values` (this file's answers) and `remembered` (the office's)."""
        for asked in self.asked.values():
            for word in asked.words:
                self._take(asked, word)
        return not self.errors

    def _take(self, asked: Asked, word: Word) -> None:
        chosen = (word.other and _IS + word.other) or word.chosen
        if not chosen:
            return
        key = fold(word.word)
        answer: Any
        if chosen == "empty":
            answer = None
        elif chosen == REFUSE:
            answer = {REFUSE: True}
        elif chosen == NEW and asked.may_add:
            given = {"name": word.word}
            if word.parent:
                given["parent"] = word.parent
            self.values.setdefault(asked.field, {})[key] = {NEW: given}
            self.remembered.setdefault(asked.field, {})[key] = word.word
            return
        elif chosen.startswith(_IS):
            answer = chosen.removeprefix(_IS)
            if problem := self._problem(asked, answer):
                word.error = problem
                self.errors.append(f"“{word.word}”：{problem}")
                return
        else:
            return
        self.values.setdefault(asked.field, {})[key] = answer
        # An amount, or a column as a whole, means something in its file alone.
        if self.columns[asked.field].kind in ASKED and not word.is_whole:
            self.remembered.setdefault(asked.field, {})[key] = answer

    def _problem(self, asked: Asked, answer: str) -> str:
        """Why a name that was typed cannot be meant."""
        offered = {p["value"] for word in asked.words for p in word.proposals}
        if answer in asked.names or answer in offered:
            return ""
        return cannot_be_meant(self.columns[asked.field], answer, self.user)


def cannot_be_meant(column: Column, answer: str, user: Any) -> str:
    """Why a cell of this column cannot say so; "" where it can, or its parser will tell."""
    if not column.reference:
        return ""
    if not ledgers.referable(column.reference, by=user).exists():
        return f"还没有登记任何{column.label}。"
    try:
        found = ledgers.referred(column.reference, answer, by=user)
    except ledgers.Several:
        return "有几条同名的，请写明编号，例如“标准厂房项目 #12”。"
    return "" if found else f"没有名为“{answer}”的{column.label}。"


class MeaningForm(forms.Form):
    """What a remembered word is to mean from now on."""

    treatment = forms.ChoiceField(label="怎么办", choices=Treatment.choices)
    value = forms.CharField(label="意思", max_length=200, required=False)

    def __init__(self, row: WordMeaning, user: Any, sent: QueryDict | None = None) -> None:
        told = {"treatment": row.treatment, "value": row.value}
        super().__init__(sent, initial=told)
        self.user, self.label_suffix = user, ""
        columns = {column.name: column for column in ledgers.get(row.ledger).import_columns}
        self.column = columns.get(row.field)
        names = names_for(self.column, user, SUGGESTED) if self.column else []
        self.names = [value for value, _ in names]
        if 0 < len(self.names) <= LISTED:
            listed = dict.fromkeys(["", *([row.value] if row.value else []), *self.names])
            choices = [(name, name or "请选择") for name in listed]
            self.fields["value"] = forms.ChoiceField(label="意思", choices=choices, required=False)
        self.fields["value"].help_text = "怎么办是“就是”的填写；写成格里本该写的内容。"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("treatment") != Treatment.IS:
            return given
        value = (given.get("value") or "").strip()
        if not value:
            self.add_error("value", "请写明它的意思。")
        elif value not in self.names and self.column is not None:
            if problem := cannot_be_meant(self.column, value, self.user):
                self.add_error("value", problem)
            elif self.column.choices is not None and not self._is_readable(value):
                self.add_error("value", f"“{value}”不在可选项中。")
        return given

    def _is_readable(self, value: str) -> bool:
        """A stage may be said with a status or a plan: 签约，计划开工."""
        assert self.column is not None
        return self.column.kind is Kind.STAGE and is_standing(value)

    @property
    def answer(self) -> Any:
        """As `crm.actions.system.words` takes it."""
        treatment = self.cleaned_data["treatment"]
        if treatment == Treatment.REFUSE:
            return {REFUSE: True}
        return self.cleaned_data["value"].strip() if treatment == Treatment.IS else None


def _may_add(key: str, user: Any) -> bool:
    """Whether a name alone makes a row of this ledger, and the user may enter one."""
    if key == "users":
        return False
    ledger = ledgers.get(key)
    required = {column.name for column in ledger.form_columns if column.required}
    return required <= {"name"} and ledger.can(user, Action.REGISTER)
