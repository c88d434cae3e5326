"""What a database says no to, told apart: a second one of its kind, a value that does not fit, and
what is nobody's mistake but ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import DataError, IntegrityError, connection, models, transaction

from crm.actions import _new_rows, _statements
from crm.errors import Refused
from crm.models.base import Recorded

CORRECTED = "这一条刚刚被别人更正过，没有保存。请在最新的一条上操作。"
_WIDEST = (-(2**63), 2**63 - 1)  # what a column of whole numbers holds at most
# sqlite3's names of the constraints that keep rows single; PostgreSQL's one code for them.
_UNIQUE = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505")


def is_duplicate(error: BaseException) -> bool:
    """Whether a row was refused because there is one like it already, and for no other reason: a
    CHECK, a NOT NULL and a foreign key are IntegrityErrors too."""
    cause = error.__cause__
    names = (getattr(cause, name, None) for name in ("sqlite_errorname", "sqlstate"))
    return isinstance(error, IntegrityError) and any(name in _UNIQUE for name in names)


def save(row: Any, *, check: Callable[[Any], None], duplicate: str, is_new: bool = False) -> None:
    """Saves a row in a savepoint. What its table refuses is refused at its field, as far as `check`
    (the model's own rules) or the column itself can say; anything else is an error of ours and
    stays one. A new row of an import has a savepoint already, and is asked when it is taken again.
    """
    if _new_rows.is_under_way() and is_new:
        _statements.insert(row)
        return
    try:
        with transaction.atomic():
            row.save(force_insert=is_new)
    except (DataError, OverflowError) as error:
        raise _does_not_fit(row) from error
    except IntegrityError as error:
        if is_duplicate(error) and _is_corrected(row):
            raise Refused(CORRECTED, "stale") from error
        check(row)
        if not is_duplicate(error):
            raise
        raise Refused(duplicate, "duplicate") from error


def _is_corrected(row: Any) -> bool:
    """Whether somebody was quicker to correct the fact that this row corrects."""
    if not isinstance(row, Recorded) or row.replaces is None:
        return False
    table: Any = type(row)
    return bool(table._base_manager.filter(replaces=row.replaces).exists())


def _does_not_fit(row: models.Model) -> Refused:
    wrong = {
        field.name: said
        for field in row._meta.concrete_fields
        if (said := _too_much(field, getattr(row, field.attname)))
    }
    if not wrong:
        return Refused("有一栏的内容太长或数字太大，没有保存。请改短后再试。", "invalid")
    name, said = next(iter(wrong.items()))
    field: Any = row._meta.get_field(name)
    return Refused(f"{field.verbose_name}：{said}", "invalid", wrong)


def _too_much(field: Any, value: Any) -> str:
    """What is wrong with a value that is larger than its column."""
    stored = field.get_prep_value(value) if value is not None else None
    if isinstance(stored, str) and field.max_length and len(stored) > field.max_length:
        return f"最多 {field.max_length} 个字，现在有 {len(stored)} 个字。"
    if isinstance(stored, int) and not isinstance(stored, bool):
        ranges = connection.ops.integer_field_ranges
        low, high = ranges.get(field.get_internal_type(), _WIDEST)
        if not low <= stored <= high:
            return "数字太大，放不下。"
    return ""
