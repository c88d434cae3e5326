"""The form of any ledger, made from its columns."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from crm import clock, ledgers
from crm.actions.companies.investors import NewCompany
from crm.errors import Refused
from crm.forms.fields import (
    DayField,
    MoneyField,
    NamedReference,
    NameOrRow,
    NumberField,
    References,
    WhenField,
    reference_field,
    whole_number,
)
from crm.ledgers import Column, Kind, Ledger

# What the address of a new row's form may fill in as it stands.
GIVEN = (Kind.CHOICE, Kind.TEXT, Kind.WHEN)
KEEP = "不改请留空；要清空请填一个减号（-）。"


@dataclass(frozen=True)
class Part:
    """A part of a form. filled: how many of its fields say something; is_open: it is not folded,
    or something in it was refused."""

    title: str
    fields: list[forms.BoundField]
    is_folded: bool = False
    is_open: bool = True
    filled: int = 0


def speak(form: forms.Form) -> None:
    """An empty field is named in the refusal."""
    for field in form.fields.values():
        field.error_messages["required"] = f"请填写{field.label}。"


class VerbForm(forms.Form):
    """What a verb asks: labels without a colon, an empty field named in the refusal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        speak(self)


class DatedForm(VerbForm):
    """One whose day, `on`, is today unless another one is said."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", clock.today())


def show_refusal(form: forms.Form, error: Refused) -> None:
    """Puts a refusal at the fields it is about; what belongs to none stands above the form."""
    at_fields = {name: reason for name, reason in error.fields.items() if name in form.fields}
    for name, reason in at_fields.items():
        form.add_error(name, reason)
    others = [reason for name, reason in error.fields.items() if name not in form.fields]
    if not at_fields or others:
        form.add_error(None, " ".join(dict.fromkeys(others)) or error.reason)


class LedgerForm(forms.Form):
    """A row of a ledger as people type it. `version` is what they saw of it, `seen` the values
    they started from: on a conflict only what they touched is held against the newer row.
    `only`: the columns of it that are asked for, where not all are."""

    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=50_000, widget=forms.HiddenInput)

    def __init__(
        self,
        ledger: Ledger,
        user: Any,
        *args: Any,
        row: Any = None,
        given: Mapping[str, Any] | None = None,
        only: Container[str] = (),
        **kwargs: Any,
    ) -> None:
        self.ledger, self.user, self.row = ledger, user, row
        self.columns = tuple(c for c in ledger.form_columns if not only or c.name in only)
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for column in self.columns:
            field = self.fields[column.name] = self._field(column)
            if isinstance(field, NamedReference):
                field.widget.attrs["list"] = f"{self.auto_id % column.name}-names"
            if row is not None:
                self.initial[column.name] = self._held(column)
            elif given and given.get(column.name) and column.kind is Kind.REFERENCE:
                self.initial[column.name] = whole_number(given[column.name])
            elif given and given.get(column.name) and column.kind in GIVEN:
                self.initial[column.name] = given[column.name]
        if ledger.is_insert_only and row is not None:
            self.fields["reason"] = forms.CharField(
                label="更正原因", max_length=300, help_text="原来的一份留档，更正记在案上。"
            )
        speak(self)
        if row is None:
            del self.fields["version"], self.fields["seen"]
        elif not self.is_bound:
            self.initial["version"] = getattr(row, "version", None)
            self.initial["seen"] = json.dumps(self.raw(self.initial), ensure_ascii=False)

    def _held(self, column: Column) -> Any:
        value = column.value(self.row)
        if column.kind is Kind.PERSONAL and column.name != "name":
            return ""
        if column.kind is Kind.REFERENCES:
            return [other.pk for other in value]
        return value.pk if isinstance(value, models.Model) else value

    def _field(self, column: Column) -> forms.Field:
        stored = _stored(self.ledger, column)
        options: dict[str, Any] = {
            "label": column.label,
            "required": column.required,
            "help_text": column.help,
        }
        match column.kind:
            case Kind.MONEY:
                return MoneyField(unit=column.unit, factor=column.factor, **options)
            case Kind.NUMBER:
                return NumberField(scale=scale_of(stored), unit=column.unit, **options)
            case Kind.DATE:
                return DayField(**options)
            case Kind.WHEN:
                options["help_text"] = column.help or "只知道年月就写 2023-08，只知道年就写 2023。"
                return WhenField(planned=column.is_planned, **options)
            case Kind.STAGE | Kind.CHOICE:
                return self._choice(column, stored, options)
            case Kind.REFERENCE:
                current = column.value(self.row) if self.row is not None else None
                return reference_field(column.reference, user=self.user, current=current, **options)
            case Kind.REFERENCES:
                rows = ledgers.referable(column.reference, by=self.user)
                return References(queryset=rows, **options)
            case Kind.BOOLEAN:
                return forms.BooleanField(**options | {"required": False})
            case Kind.PERSONAL:
                return self._personal(column, options)
            case _ if column.meant:
                key = self.ledger.column(column.meant).reference
                rows = ledgers.referable(key, by=self.user)
                return NameOrRow(key=key, rows=rows, user=self.user, **options)
            case _:
                widget = forms.Textarea(attrs={"rows": 4}) if column.is_wide else forms.TextInput
                length = getattr(stored, "max_length", None) or 200
                return forms.CharField(max_length=length, widget=widget, **options)

    def _choice(self, column: Column, stored: Any, options: dict[str, Any]) -> forms.Field:
        assert column.choices is not None
        has_default = stored is not None and stored.has_default()
        blank = [] if has_default else [("", "未选择")]
        if has_default and self.row is None:
            options["initial"] = stored.get_default()
        return forms.ChoiceField(choices=blank + list(column.choices.choices), **options)

    def _personal(self, column: Column, options: dict[str, Any]) -> forms.Field:
        if self.row is not None and column.name != "name":
            options["help_text"] = KEEP
            field = forms.CharField(max_length=200, **options)
            field.widget.attrs["placeholder"] = column.text(column.value(self.row)) or "未填写"
        else:
            field = forms.CharField(max_length=200, **options)
        if column.name == "phone":
            field.widget.attrs["type"] = "tel"
        field.widget.attrs["autocomplete"] = "off"
        return field

    def values(self) -> dict[str, Any]:
        """What was typed, for the ledger's verbs: None or empty text where nothing was."""
        kept: dict[str, Any] = {}
        for column in self.columns:
            value = self.cleaned_data.get(column.name)
            stored = _stored(self.ledger, column)
            if column.kind is Kind.PERSONAL and self.row is not None and column.name != "name":
                if not value:
                    continue
                value = "" if value == "-" else value
            if column.kind is Kind.CHOICE and not value and stored is not None and not stored.blank:
                continue
            if column.kind is Kind.REFERENCES:
                value = list(value or [])
            kept[column.name] = value
            if column.meant:
                kept |= self._meant(column, value)
        return kept

    def _meant(self, column: Column, value: Any) -> dict[str, Any]:
        """The row that a name means, where one was chosen or is to be registered with this form;
        else the verb looks whether there is one."""
        if isinstance(value, models.Model):
            return {column.name: str(value), column.meant: value}
        if value and self.data.get(f"{column.name}-new"):
            code = str(self.data.get(f"{column.name}-code") or "").strip().upper()
            return {column.meant: NewCompany(value, code)}
        return {}

    def has_new_row(self, values: Mapping[str, Any]) -> bool:
        """Whether another row is to be registered with this one, which its verb may ask about."""
        return any(isinstance(values.get(c.meant), NewCompany) for c in self.columns if c.meant)

    def parts(self) -> Iterator[Part]:
        cut = self.ledger.parts or (("", tuple(column.name for column in self.columns)),)
        for place, (title, names) in enumerate(cut):
            fields = [self[name] for name in names]
            yield Part(
                title,
                fields,
                is_folded=place > 0,
                is_open=place == 0 or any(field.errors for field in fields),
                filled=sum(_says(field) for field in fields),
            )
        if "reason" in self.fields:
            yield Part("更正", [self["reason"]])

    # Conflicts

    def raw(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values as the page's inputs hold them."""
        shown: dict[str, Any] = {}
        for column in self.columns:
            value = self.fields[column.name].prepare_value(values.get(column.name))
            if column.kind is Kind.REFERENCES:
                shown[column.name] = sorted(str(pk) for pk in value or [])
            elif column.kind is Kind.BOOLEAN:
                shown[column.name] = "on" if value else ""
            else:
                shown[column.name] = "" if value is None else str(value)
        return shown

    def typed(self) -> dict[str, Any]:
        """What was sent, in the same shape."""
        sent: dict[str, Any] = {}
        for column in self.columns:
            if column.kind is Kind.REFERENCES:
                sent[column.name] = sorted(self.data.getlist(column.name))
            else:
                sent[column.name] = self.data.get(column.name, "").strip().replace("\r\n", "\n")
        return sent

    def seen_values(self) -> dict[str, Any] | None:
        """What the page showed at first; None where the form does not say."""
        try:
            seen = json.loads(self.data.get("seen") or "null")
        except ValueError:
            return None
        return seen if isinstance(seen, dict) else None

    def touched(self) -> set[str]:
        """The columns the user changed, by what the page showed at first."""
        seen = self.seen_values()
        if seen is None:
            return {column.name for column in self.columns}
        return {name for name, value in self.typed().items() if value != seen.get(name, "")}

    def words(self, name: str, value: Any) -> str:
        """A raw value as people read it."""
        field = self.fields[name]
        choices = {str(key): str(text) for key, text in getattr(field, "choices", ())}
        if isinstance(value, list):
            return "、".join(choices.get(one, one) for one in value) or "空"
        if isinstance(field, forms.BooleanField):
            return "是" if value else "否"
        return choices.get(value, value) or "空"


def scale_of(stored: Any) -> int:
    """How many decimal places a number column keeps."""
    return 0 if isinstance(stored, models.IntegerField) else getattr(stored, "scale", 2)


def _stored(ledger: Ledger, column: Column) -> Any:
    try:
        return ledger.model._meta.get_field(column.name)
    except FieldDoesNotExist:  # read through the column's `get`
        return None


def _says(field: forms.BoundField) -> bool:
    """Whether the field holds more than a new form's."""
    value = field.value()
    return value not in (None, "", []) and value != field.field.initial
