"""Exact numbers: an integer times 10ⁿ in the database, a Decimal in Python.

SQLite keeps a DecimalField as a float (12345678901234.56 reads back .60; a Sum of 20,000 rows was
off by 26.31), so money and areas are stored as whole numbers of their smallest unit. Money is
scale 2, yuan. 万元 and 亿元 exist only in forms, templates and spreadsheets.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models.aggregates import Avg, StdDev, Variance
from django.db.models.expressions import Combinable, register_combinable_fields

WAN = Decimal(10_000)
YI = Decimal(100_000_000)
_LIMIT = 9_000_000_000_000_000_000  # a signed 64-bit column, rounded down

_classes: dict[int, type[ExactField]] = {}


class ExactField(models.Field):
    """A number with `scale` decimal places, exact on every database.

    Works in Sum, F + F, F - F, values(), filters, serializers and forms. Avg, deviations, products
    and floats raise: ratios are taken in Python from exact sums. Each scale is a class of its own,
    so that Django's resolver keeps the scale of a sum and refuses to add two scales.
    """

    scale: int = 0

    def __new__(cls, *args: Any, scale: int | None = None, **kwargs: Any) -> ExactField:
        if cls is not ExactField:
            return super().__new__(cls)
        if scale is None:
            raise TypeError("ExactField needs scale=")
        return super().__new__(_of_scale(scale))

    def __init__(self, *args: Any, scale: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        kwargs["scale"] = self.scale
        return name, "crm.exact.ExactField", args, kwargs

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        if isinstance(value, float):
            raise ValidationError("请使用精确的数字，不要使用浮点数。", code="invalid")
        try:
            number = Decimal(value)
        except (InvalidOperation, TypeError, ValueError) as error:
            raise ValidationError(f"“{value}”不是数字。", code="invalid") from error
        if not number.is_finite():
            raise ValidationError(f"“{value}”不是数字。", code="invalid")
        scaled = number.scaleb(self.scale)
        if abs(number) > _LIMIT or abs(scaled) > _LIMIT:
            raise ValidationError("数字太大，请检查单位。", code="invalid")
        if scaled != scaled.to_integral_value():
            raise ValidationError(f"最多保留 {self.scale} 位小数。", code="invalid")
        return number.quantize(Decimal(1).scaleb(-self.scale))

    def get_prep_value(self, value: Any) -> int | None:
        value = super().get_prep_value(value)
        if value is None:
            return None
        if hasattr(value, "resolve_expression"):
            return value
        number = self.to_python(value)
        return None if number is None else int(number.scaleb(self.scale))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        if isinstance(expression, (Avg, StdDev, Variance)):
            raise FieldError("Take averages in Python from exact sums, not in SQL.")
        if value is None:
            return None
        return Decimal(int(value)).scaleb(-self.scale).quantize(Decimal(1).scaleb(-self.scale))

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(
            **{"form_class": forms.DecimalField, "decimal_places": self.scale, **kwargs}
        )


def _of_scale(scale: int) -> type[ExactField]:
    if scale not in _classes:
        made = type(f"Exact{scale}Field", (ExactField,), {"scale": scale, "__module__": __name__})
        globals()[made.__name__] = made  # so that models pickle
        for connector in (Combinable.ADD, Combinable.SUB):
            register_combinable_fields(made, connector, made, made)
        _classes[scale] = made
    return _classes[scale]


def money_field(**kwargs: Any) -> ExactField:
    """Yuan to the 分; unknown is NULL, zero is zero."""
    return ExactField(scale=2, **kwargs)


def refuse_negative(row: models.Model, *names: str) -> None:
    """For a model's clean(): amounts and areas are not below zero."""
    wrong: dict[str, list[str]] = {}
    for name in names:
        field = row._meta.get_field(name)
        assert isinstance(field, ExactField)
        try:
            value = field.to_python(getattr(row, name))
        except ValidationError as error:
            wrong[name] = error.messages
            continue
        if value is not None and value < 0:
            wrong[name] = ["不能为负。"]
    if wrong:
        raise ValidationError(wrong)


def trimmed(number: Decimal) -> str:
    """Plain digits without trailing zeros, never scientific: 284.5, 100, 0."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(number: Decimal, digits: int) -> str:
    """Half up to exactly `digits` places, as printed in reports: 18.66, -19.8, 0."""
    value = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{abs(value) if value == 0 else value:f}"


def floored(number: Decimal, step: int = 1) -> int:
    """Down to a multiple of `step`: 57 by 10 is 50."""
    return int((number / step).to_integral_value(ROUND_FLOOR)) * step


def leading(number: Decimal, digits: int) -> Decimal:
    """Down to its first `digits` significant digits: 0.3579 by 2 is 0.35."""
    return number.quantize(Decimal(1).scaleb(number.adjusted() + 1 - digits), ROUND_FLOOR)


def grouped(number: Decimal) -> str:
    """Trimmed, with thousands separators: 12,000.5."""
    whole, _, rest = trimmed(number).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return sign + f"{int(digits):,}" + (f".{rest}" if rest else "")


def in_wan(amount: Decimal | None) -> Decimal | None:
    """Yuan → 万元."""
    return None if amount is None else amount / WAN


def in_yi(amount: Decimal | None) -> Decimal | None:
    """Yuan → 亿元."""
    return None if amount is None else amount / YI


def money_text(amount: Decimal | None, currency: str = "元") -> str:
    """An amount as people say it: 1.2亿元, 3,500万元, 800元, 300万美元; unknown is 待补."""
    if amount is None:
        return "待补"
    if abs(amount) >= YI:
        return f"{grouped(amount / YI)}亿{currency}"
    if abs(amount) >= WAN:
        return f"{grouped(amount / WAN)}万{currency}"
    return f"{grouped(amount)}{currency}"


def total_text(amount: Decimal) -> str:
    """A sum for a heading, to two places of the unit that suits it: 18.66亿元, 34.56万元, 0元."""
    for unit, word in ((YI, "亿元"), (WAN, "万元")):
        if abs(amount) >= unit:
            return f"{grouped(Decimal(rounded(amount / unit, 2)))}{word}"
    return f"{grouped(amount)}元"
