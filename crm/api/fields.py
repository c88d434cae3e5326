"""From a ledger's columns to DRF fields."""

from __future__ import annotations

from typing import Any

from django.db import models
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm import ledgers, personal
from crm.dates import When
from crm.ledgers import Column, Kind, Ledger


@extend_schema_field(
    {"type": "object", "nullable": True, "properties": {
        "id": {"type": "integer"}, "name": {"type": "string"}}}
)  # fmt: skip
class Reference(serializers.Field):
    """Another row: read as {id, name}, written as its id; only rows the user may see exist."""

    default_error_messages = {"missing": "没有编号为 {pk} 的{label}，或您无权使用。"}

    def __init__(self, *, key: str, **kwargs: Any) -> None:
        self.key = key
        super().__init__(**kwargs)

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {"id": value.pk, "name": str(value)}

    def to_internal_value(self, data: Any) -> Any:
        pk = data.get("id") if isinstance(data, dict) else data
        row = None
        if isinstance(pk, (int, str)) and str(pk).isdecimal() and len(str(pk)) < 19:
            user = self.context["request"].user
            row = ledgers.referable(self.key, by=user).filter(pk=int(pk)).first()
        if row is None:
            self.fail("missing", pk=str(pk)[:40], label=self.label)
        return row


@extend_schema_field({"type": "array", "items": {
    "type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}}
)  # fmt: skip
class References(Reference):
    def to_representation(self, value: Any) -> list[dict[str, Any]]:  # type: ignore[override]
        return [super(References, self).to_representation(row) for row in value]

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise serializers.ValidationError("请给出编号的列表。")
        return [super(References, self).to_internal_value(item) for item in data]


@extend_schema_field(OpenApiTypes.STR)
class WhenField(serializers.Field):
    """A date with its precision: "2023-08-31", "2023-08", "2023", "2023-Q3", "2023-H1" or first and
    last, "2023-07/2023-08"."""

    def to_representation(self, value: When) -> str:
        return value.iso

    def to_internal_value(self, data: Any) -> When:
        try:
            return When.parse(str(data))
        except ValueError as error:
            raise serializers.ValidationError(
                "日期写成 2023-08-31、2023-08、2023、2023-Q3、2023-H1 或 2023-07/2023-08。"
            ) from error


@extend_schema_field(OpenApiTypes.STR)
class Masked(serializers.CharField):
    """A personal field: written in clear, read masked."""

    def to_representation(self, value: str) -> str:
        return personal.masked(str(self.field_name), value)


def field(column: Column, ledger: Ledger) -> serializers.Field:
    """The DRF field of one column. Amounts are yuan as decimal strings; unknown is null."""
    options: dict[str, Any] = {"label": column.label, "required": column.required}
    if column.help:
        options["help_text"] = column.help
    read_only = ledger.is_read_only or not column.in_form
    if read_only:
        options = {"label": column.label, "read_only": True}
    try:
        stored = ledger.model._meta.get_field(column.name)
    except Exception:  # read through the column's `get`
        stored = None
    nullable = not column.required and bool(stored is not None and stored.null)
    empty = {} if read_only else {"allow_null": nullable}
    match column.kind:
        case Kind.NUMBER if isinstance(stored, models.IntegerField):
            return serializers.IntegerField(**options, **empty)
        case Kind.MONEY | Kind.NUMBER:
            scale = getattr(stored, "scale", 2)
            return serializers.DecimalField(max_digits=20, decimal_places=scale, **options, **empty)
        case Kind.DATE:
            if isinstance(stored, models.DateTimeField):
                return serializers.DateTimeField(**options, **empty)
            return serializers.DateField(**options, **empty)
        case Kind.WHEN:
            return WhenField(**options, **({} if read_only else {"allow_null": True}))
        case Kind.STAGE | Kind.CHOICE:
            blank = {} if read_only else {"allow_blank": not column.required}
            return serializers.ChoiceField(choices=column.choices.choices, **options, **blank)
        case Kind.REFERENCE:
            return Reference(key=column.reference, **options, **empty)
        case Kind.REFERENCES:
            return References(key=column.reference, **options)
        case Kind.BOOLEAN:
            return serializers.BooleanField(**options)
        case Kind.PERSONAL:
            return Masked(**options, **({} if read_only else {"allow_blank": not column.required}))
        case _:
            length = getattr(stored, "max_length", None)
            extra: dict[str, Any] = (
                {} if read_only else {"allow_blank": not column.required and not nullable, **empty}
            )
            if length and not read_only:
                extra["max_length"] = length
            if isinstance(stored, models.IntegerField):
                return serializers.IntegerField(**options, **empty)
            return serializers.CharField(**options, **extra)
