"""What people type on the desk, one field a kind of value.

The readers are the spreadsheets': an amount or a date typed here means what it means in a file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.urls import reverse_lazy

from crm import ledgers
from crm.dates import When
from crm.exact import money_text, trimmed
from crm.models import Said
from crm.spreadsheets.cells import Remark, Unreadable, shown
from crm.spreadsheets.moments import read_moment
from crm.spreadsheets.money import read_money
from crm.spreadsheets.values import read_number
from crm.stages import Precision

LONGEST = 60  # of a number, an amount or a date as typed
MOST_OPTIONS = 300  # of a select; beyond it the name is typed
Read = TypeVar("Read")


def _read(reader: Callable[[], Read]) -> Read:
    try:
        return reader()
    except Unreadable as error:
        raise ValidationError(error.reason) from error


def _sure(remark: Remark | None) -> None:
    """A form keeps a number and nothing beside it, so that what else was typed would be lost."""
    if remark is None:
        return
    what = {Said.CONVERTED: "换算后要四舍五入", Said.MORE: "除了数字还有别的话"}
    why = what.get(remark.said, "是约数")
    raise Unreadable(f"“{shown(remark.text)}”{why}，请填写确定的数，其余的写进备注。")


def read_amount(text: str, unit: str) -> Decimal | None:
    """Yuan from `1200` (in `unit`), `1.2亿` or `3500万元`; Unreadable says what to do."""
    money = read_money(text, default=unit or "元")
    _sure(money.remark)
    if money.foreign_amount is not None:
        raise Unreadable("这一栏填人民币；外币请在“币种”和“外币金额”里填。")
    return money.amount


def whole_number(text: Any, digits: int = 18) -> int | None:
    """The number that an address or a form sends, of a row or of the version that was seen; None
    for what is none, or longer than the database keeps."""
    said = str(text)
    return int(said) if said.isdecimal() and len(said) <= digits else None


class MoneyField(forms.CharField):
    """An amount in the column's unit, or with a unit of its own; Decimal yuan, None unknown."""

    def __init__(self, *, unit: str, factor: int, **kwargs: Any) -> None:
        self.unit, self.factor = unit, factor
        super().__init__(max_length=LONGEST, **kwargs)
        self.widget.attrs |= {
            "inputmode": "text",
            "autocomplete": "off",
            "hx-get": reverse_lazy("desk-money"),
            "hx-vals": json.dumps({"unit": unit}),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "next .echo",
        }

    def prepare_value(self, value: Any) -> Any:
        return trimmed(value / self.factor) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return _read(lambda: read_amount(text, self.unit)) if text else None

    def echo(self, typed: Any) -> str:
        """How the amount was understood: = 1.2亿元; empty for what cannot be read."""
        try:
            amount = read_amount(str(self.prepare_value(typed) or ""), self.unit)
        except Unreadable:
            return ""
        return "" if amount is None else f"= {money_text(amount)}"


class NumberField(forms.CharField):
    """An exact number in the column's unit; Decimal, None unknown."""

    def __init__(self, *, scale: int, unit: str = "", **kwargs: Any) -> None:
        self.scale, self.unit = scale, unit
        super().__init__(max_length=LONGEST, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return trimmed(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        label = str(self.label or "数字")
        return _read(lambda: self._number(text, label))

    def _number(self, text: str, label: str) -> Decimal | None:
        number = read_number(text, scale=self.scale, label=label, unit=self.unit, given=self.unit)
        _sure(number.remark)
        return number.value


class DayField(forms.CharField):
    """A day. Browsers send 2023-08-31; 2023年8月31日 and 2023/8/31 are understood too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST, **kwargs)
        self.widget = forms.TextInput(attrs={"type": "date", "max": "2100-12-31"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        when = _read(lambda: read_moment(text))
        if when is None:
            return None
        if when.start != when.end:
            raise ValidationError("请填到日，例如 2023-08-31。")
        return when.start


class WhenField(forms.CharField):
    """A day, a month, a year or a span such as 2024年三季度: what is not known is not invented.
    A `planned` one may say 预计 before it."""

    def __init__(self, *, planned: bool = False, **kwargs: Any) -> None:
        self.planned = planned
        super().__init__(max_length=LONGEST, **kwargs)
        self.widget.attrs |= {"placeholder": "2023-08-31", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, When):
            return value.text if value.precision is Precision.SPAN else value.iso
        return value.isoformat() if isinstance(value, date) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return _read(lambda: read_moment(text, planned=self.planned)) if text else None


class Reference(forms.ModelChoiceField):
    """One row of another ledger out of the few this user may use."""

    def label_from_instance(self, obj: Any) -> str:
        return reference_label(obj)


class References(forms.ModelMultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return reference_label(obj)


class NamedReference(forms.CharField):
    """One of very many rows: its name is typed, or its number as #12; the page suggests."""

    def __init__(self, *, key: str, rows: QuerySet, user: Any, **kwargs: Any) -> None:
        self.key, self.rows, self.user = key, rows, user
        super().__init__(max_length=200, **kwargs)
        self.widget.attrs |= {
            "autocomplete": "off",
            "placeholder": "输入名称，或 #编号",
            "hx-get": reverse_lazy("desk-suggest", args=[key]),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "next datalist",
        }

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            row = self.rows.filter(pk=value).first()
            return f"{reference_label(row)} #{row.pk}" if row else ""
        return f"{reference_label(value)} #{value.pk}" if hasattr(value, "pk") else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        name, _, number = text.rpartition("#")
        try:
            found = (
                self.rows.filter(pk=numbered).first()
                if (numbered := whole_number(number)) is not None
                else ledgers.referred(self.key, text, by=self.user)
            )
        except ledgers.Several as several:
            raise ValidationError(
                f"叫“{text[:40]}”的不止一个，请写明是哪一个：{several.offered()}。"
            ) from several
        if found is None:
            raise ValidationError(f"没有“{(name or text)[:40].strip()}”，请从提示里选。")
        return found


class NameOrRow(NamedReference):
    """A name that may be a row's and need not be: whoever chooses one of the suggestions, or writes
    its number, means that row; any other text stays a name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["placeholder"] = "输入名称，可从提示里选已有的企业"

    def prepare_value(self, value: Any) -> Any:
        return value

    def clean(self, value: Any) -> Any:
        text = forms.CharField.clean(self, value)
        _, _, number = text.rpartition("#")
        return super().clean(value) if "#" in text and number.isdecimal() else text


def reference_label(row: Any) -> str:
    """A row by its name among rows of other nouns."""
    ledger = ledgers.of_noun(row)
    return ledger.full_name(row) if ledger else str(row)


def reference_field(key: str, *, user: Any, current: Any = None, **kwargs: Any) -> forms.Field:
    """A field for a row of ledger `key`: those the user may refer to, and the one already there."""
    allowed = ledgers.referable(key, by=user)
    model = allowed.model
    condition = Q(pk__in=allowed.values("pk"))
    if current is not None:
        condition |= Q(pk=current.pk)
    rows = model._default_manager.filter(condition)
    if key != "users" and (joins := ledgers.get(key).joins):
        rows = rows.select_related(*joins)
    if rows[MOST_OPTIONS : MOST_OPTIONS + 1].exists():
        return NamedReference(key=key, rows=rows, user=user, **kwargs)
    return Reference(queryset=rows, empty_label="未选择", **kwargs)
