"""Which columns of a table are tidied, kept by the audit, left unchecked: asked once a table."""

from __future__ import annotations

from functools import cache

from django.db import models

from crm.models.people import Person


@cache
def texts(table: type[models.Model]) -> tuple[models.CharField | models.TextField, ...]:
    """Those people type text into."""
    return tuple(
        field
        for field in table._meta.fields
        if isinstance(field, (models.CharField, models.TextField)) and field.editable
    )


@cache
def kept(table: type[models.Model]) -> tuple[tuple[str, str], ...]:
    """(name, attribute) of those the audit may keep: what people edit, nothing sealed."""
    return tuple(
        (field.name, field.attname)
        for field in table._meta.fields
        if field.editable and not field.primary_key and not _is_made(field)
    )


@cache
def unchecked(table: type[models.Model]) -> tuple[str, ...]:
    """Those no person fills in: sealed bytes and generated values need no checking."""
    return tuple(
        field.name
        for field in table._meta.fields
        if _is_made(field) or (issubclass(table, Person) and field.name == "key")
    )


@cache
def references(table: type[models.Model]) -> tuple[tuple[str, str], ...]:
    """(name, attribute) of those that refer to one row of another table."""
    return tuple((f.name, f.attname) for f in table._meta.fields if f.many_to_one)


def _is_made(field: models.Field) -> bool:
    return isinstance(field, (models.BinaryField, models.GeneratedField))
