"""How every write is carried out: one transaction, one audit entry, one word to the search index.

Verbs in this folder call `insert`, `amend` and `note`; nobody else does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction

from crm import clock
from crm.actions import _columns, _conflicts, _new_rows
from crm.errors import Refused
from crm.models import AuditEntry, ImportBatch, OriginalText, User
from crm.models.base import InsertOnly, Recorded, Row
from crm.models.indicators.collections import CollectionLink
from crm.models.people import PARTS, Person
from crm.models.states import state_of
from search import engine, index

Fact = TypeVar("Fact", bound=Recorded)
_batch: ContextVar[ImportBatch | None] = ContextVar("batch", default=None)
# noun → ids the search index is still to be told of; None = each is told at once.
_gathered: ContextVar[dict[str, set[int]] | None] = ContextVar("gathered", default=None)

_UNKEPT = re.compile("[\x00\ud800-\udfff]")  # no database keeps these signs
# A user, who came by a personal link, or the machine itself.
Actor = User | CollectionLink | None
GONE = "这条记录已经作废，不能再修改。"
STALE = "这条记录刚刚被别人改过。请核对最新内容后再保存，您填写的内容仍保留在页面上。"


@contextmanager
def under(batch: ImportBatch) -> Iterator[None]:
    """Within it every write belongs to this import and can be reverted with it."""
    token = _batch.set(batch)
    try:
        yield
    finally:
        _batch.reset(token)


def current_batch() -> ImportBatch | None:
    return _batch.get()


@contextmanager
def gathering() -> Iterator[None]:
    """Within it the search index hears of each row once, at the end, however often it was written.

    For a load of thousands of writes inside one transaction; a search in between sees the old rows.
    Inside another one, the outer one tells.
    """
    if _gathered.get() is not None:
        yield
        return
    gathered: dict[str, set[int]] = {}
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    for noun, ids in gathered.items():
        engine.touch_many(noun, ids)


def plain(value: Any) -> Any:
    """A field's value as JSON keeps it: exact numbers as text, dates as ISO, rows as their id."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


def note(
    verb: str,
    row: models.Model | None,
    *,
    by: Actor,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    object_type: str = "",
    is_new: bool = False,
    sealed: Mapping[str, str] | None = None,
) -> None:
    """Writes the audit entry of one verb; `row` may be None where nothing was found or kept.
    `is_new`: the verb wrote this row, which undoing an import takes back. `sealed`: what a person's
    parts were, as only that person's key opens it."""
    entry = AuditEntry(
        verb=verb,
        actor=by if isinstance(by, User) else None,
        link=str(by) if isinstance(by, CollectionLink) else "",
        object_type=object_type or (row._meta.label_lower if row is not None else ""),
        object_id=row.pk if row is not None else None,
        # A person's row is named by its number: no personal data in the record.
        object_text="" if row is None or isinstance(row, Person) else str(row)[:200],
        changes=dict(changes or {}),
        reason=whole(AuditEntry, "reason", reason),
        batch=_batch.get(),
        is_new=is_new,
        sealed=dict(sealed or {}),
    )
    _new_rows.write(entry)


def whole(model: type[models.Model], name: str, text: str) -> str:
    """The text as it was given, for a column that no `checked` row asks: refused, never cut."""
    field = model._meta.get_field(name)
    most = getattr(field, "max_length", None)
    if most is not None and len(text) > most:
        label = getattr(field, "verbose_name", name)
        raise Refused(f"{label}有 {len(text)} 个字，最多 {most} 个字，请精简。", "invalid", [name])
    return text


def checked(row: models.Model, *, alone: bool = False) -> None:
    """Refuses at the fields what the table would not take; nothing is written. `alone` leaves out
    what needs other rows of the table: whether it is the only one of its kind."""
    try:
        _tidy(row)
        # The model's own clean() derives keys from what was typed, so it comes first.
        row.clean()
        row.full_clean(
            exclude=_unchecked(row), validate_unique=not alone, validate_constraints=not alone
        )
    except ValidationError as error:
        fields = (
            {
                ("" if name == "__all__" else name): " ".join(messages)
                for name, messages in error.message_dict.items()
            }
            if hasattr(error, "error_dict")
            else {"": " ".join(error.messages)}
        )
        first = next(iter(fields.items()))
        label = _label(row, first[0])
        raise Refused(f"{label}：{first[1]}" if label else first[1], "invalid", fields) from error


def _tidy(row: models.Model) -> None:
    """Takes outer spaces off every text; refuses characters no database keeps, and long texts
    beyond their length, which no database minds."""
    wrong = {}
    for field in _columns.texts(type(row)):
        text = getattr(row, field.attname)
        if not text or not isinstance(text, str) or isinstance(text, models.Choices):
            continue
        if _UNKEPT.search(text):
            wrong[field.name] = "含有无法保存的字符，请删去后重新输入。"
        elif field.max_length is not None and len(text.strip()) > field.max_length:
            wrong[field.name] = f"有 {len(text)} 个字，最多 {field.max_length} 个字，请精简。"
        elif text != text.strip():
            setattr(row, field.attname, text.strip())
    if wrong:
        raise ValidationError(wrong)


def _label(row: models.Model, name: str) -> str:
    try:
        return str(getattr(row._meta.get_field(name), "verbose_name", "")) if name else ""
    except Exception:  # a property such as a person's name has no column
        return ""


def _unchecked(row: models.Model) -> list[str]:
    """Columns no person fills in; in an import also references to rows that its transaction has
    just looked up."""
    table = type(row)
    looked_up = _columns.references(table) if _batch.get() is not None else ()
    found = [name for name, attname in looked_up if getattr(row, attname) is not None]
    return [*_columns.unchecked(table), *found]


def _in_transaction() -> AbstractContextManager[Any]:
    """The caller's transaction, else one of its own: a verb is atomic already."""
    return nullcontext() if connection.in_atomic_block else transaction.atomic()


def enter(fact: Fact, *, by: User, verb: str, reason: str = "") -> Fact:
    """Puts a fact on record as of now, as this user tells it."""
    fact.recorded_at, fact.by = clock.now(), by
    entered: Fact = insert(fact, by=by, verb=verb, reason=reason)
    return entered


def insert(
    row: models.Model,
    *,
    by: User | None,
    verb: str = "register",
    reason: str = "",
    many: Mapping[str, Any] | None = None,
) -> Any:
    """Writes a new row with its audit entry; `many` sets its many-to-many fields."""
    with _in_transaction():
        if isinstance(row, InsertOnly):
            row.complete()
        # The table itself refuses a second one of its kind; then the fields are asked which it is.
        checked(row, alone=True)
        _conflicts.save(
            row,
            check=checked,
            duplicate="已有相同的记录，请先查找，不要重复登记。",
            is_new=True,
        )
        for name, rows in (many or {}).items():
            getattr(row, name).set(rows)
        changes = {name: [None, value] for name, value in snapshot(row).items() if value}
        note(verb, row, by=by, changes=changes, reason=reason, is_new=True)
        keep_state(row, is_new=True)
        touched(row)
    return row


def snapshot(row: models.Model) -> dict[str, Any]:
    """What the audit may keep of a row: its editable columns; personal parts only as a mark."""
    kept = {name: plain(getattr(row, attname)) for name, attname in _columns.kept(type(row))}
    if isinstance(row, Person):
        kept |= {part: "•••" if getattr(row, f"{part}_sealed") else None for part in PARTS}
    return kept


def amend(
    row: Any,
    values: Mapping[str, Any],
    *,
    by: Actor,
    verb: str = "change",
    reason: str = "",
    version: int | None = None,
    many: Mapping[str, Any] | None = None,
) -> Any:
    """Changes a row: locks it, refuses a stale `version`, writes and records what really changed.

    Nothing changed is nothing written. The row passed in carries the new values afterwards.
    """
    with transaction.atomic():
        locked: Any = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
        if locked is None:
            raise Refused(GONE, "stale")
        if version is not None and locked.version != version:
            raise Refused(STALE, "stale", details=[locked.version])
        before = snapshot(locked)
        personal = {
            part
            for part in PARTS
            if isinstance(locked, Person)
            and part in values
            and values[part] != getattr(locked, part)
        }
        sealed = locked.sealed_parts(personal) if personal else {}
        for name, value in values.items():
            setattr(locked, name, value)
        checked(locked)
        after = snapshot(locked)
        changes = {
            name: [before[name], after[name]] for name in after if before[name] != after[name]
        }
        changes |= {part: ["•••", "•••"] for part in personal}
        for name, rows in (many or {}).items():
            old = sorted(getattr(locked, name).values_list("pk", flat=True))
            new = sorted(other.pk for other in rows)
            if old != new:
                changes[name] = [old, new]
        if changes:
            locked.version += 1
            _conflicts.save(locked, check=checked, duplicate="与另一条记录重复，请先核对。")
            for name, rows in (many or {}).items():
                getattr(locked, name).set(rows)
            note(verb, locked, by=by, changes=changes, reason=reason, sealed=sealed)
            _settle_texts(locked, changes, by if isinstance(by, User) else None)
            keep_state(locked)
            touched(locked, renamed="name" in changes)
        row.__dict__.update(locked.__dict__)
    return row


def _settle_texts(row: models.Model, changes: Mapping[str, Any], by: User | None) -> None:
    """A field that is written anew no longer says what a table once said of it."""
    fields = {*changes, *(name.removesuffix("_on").removesuffix("_until") for name in changes)}
    OriginalText.objects.open().about(row).filter(field__in=fields).update(
        settled_at=clock.now(), settled_by=by
    )


# What belongs to one row of a chain and not to the fact it tells.
_OF_ONE_ROW = {
    "id", "recorded_at", "by", "replaces", "withdraws", "copy_of", "known_since", "effective_on",
}  # fmt: skip


def told_by(fact: Recorded) -> dict[str, Any]:
    """What a fact says, without when and by whom this row of it was recorded."""
    return {
        field.attname: getattr(fact, field.attname)
        for field in fact._meta.concrete_fields
        if field.name not in _OF_ONE_ROW
    }


def void(fact: Recorded, *, by: User | None, reason: str, verb: str = "void") -> Any:
    """作废: a new row says that there is no such fact; from then on nothing counts it."""
    return _in_place_of(fact, fact, True, by=by, reason=reason, verb=verb)


def take_back(fact: Recorded, *, by: User | None, reason: str, verb: str) -> None:
    """Undoes the writing of one row, whatever was written in its place since: a correction gives
    way to what it corrected, a first entry to nothing. What is withdrawn already stays so."""
    last: Any = type(fact)._base_manager.get(pk=fact.chain()[-1])
    if last.withdraws:
        return
    before = fact.replaces
    if before is None:
        void(last, by=by, reason=reason, verb=verb)
    else:
        _in_place_of(last, before, before.withdraws, by=by, reason=reason, verb=verb)


def _in_place_of(
    fact: Any, said: Recorded, withdraws: bool, *, by: User | None, reason: str, verb: str
) -> Any:
    row = type(fact)(**told_by(said), recorded_at=clock.now(), by=by, withdraws=withdraws)
    row.replaces = fact
    many = {f.name: list(getattr(said, f.name).all()) for f in said._meta.many_to_many}
    return insert(row, by=by, verb=verb, reason=reason, many=many)


def put(
    row: Any, values: Mapping[str, Any], *, by: User | None, verb: str, reason: str = ""
) -> None:
    """Sets columns that no form offers (where a row hangs, whether it stands), of a withdrawn row
    too; on record like any change. `values` go by column: project_id."""
    names = {row._meta.get_field(name).attname for name in values}
    before = {name: plain(getattr(row, name)) for name in names}
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    new = {name: getattr(row, name) for name in names}
    type(row)._base_manager.filter(pk=row.pk).update(version=row.version, **new)
    changes = {name: [before[name], plain(new[name])] for name in sorted(names)}
    note(verb, row, by=by, changes=changes, reason=reason)
    keep_state(row)
    touched(row, renamed=True)


def keep_state(row: models.Model, *, is_new: bool = False) -> None:
    """Keeps what a row says now, where reports read it back and it says something new."""
    table: Any = state_of(type(row))
    if table is None:
        return
    state = table.of_row(row)
    last = None if is_new else table.objects.filter(row=row).order_by("-pk").first()
    if last is None or not state.says_the_same(last):
        _new_rows.write(state)


def withdraw(row: Row, *, by: User | None, reason: str, verb: str = "void") -> None:
    """作废 of an editable row: it stays for what was known before, and no list holds it. A person's
    key goes at once."""
    put(row, {"withdrawn_at": clock.now()}, by=by, verb=verb, reason=reason)
    if isinstance(row, Person) and row.key is not None:
        row.key.sealed = None
        row.key.save()


def touched(row: models.Model, *, renamed: bool = False) -> None:
    """Tells the search index that a row, or something it shows of the row, has changed."""
    changed = index.touched_by(row, renamed=renamed)
    changed.setdefault(str(row._meta.model_name), set()).add(row.pk)
    gathered = _gathered.get()
    for noun, ids in changed.items():
        if gathered is None:
            engine.touch_many(noun, ids)
        else:
            gathered.setdefault(noun, set()).update(ids)
