"""What a ledger (台账) declares of itself; list, filters, form, import, export and API are generic.

A further noun costs a model with its rights and a declaration in this folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from crm import access
from crm.access import Action
from crm.actions import rows
from crm.exact import WAN, YI
from crm.models import User
from crm.models.rows import InsertOnly
from crm.stages import Stage


class Kind(Enum):
    """What a column holds, which decides how it is shown, typed, filtered and read from a sheet."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    MONEY = "money"  # Decimal yuan; shown and typed in `unit`
    NUMBER = "number"  # exact Decimal in `unit`
    DATE = "date"  # a day (date)
    WHEN = "when"  # a day, month or year (crm.dates.When)
    STAGE = "stage"
    CHOICE = "choice"
    REFERENCE = "reference"  # a row of another ledger, or a user
    REFERENCES = "references"  # several rows of another ledger
    BOOLEAN = "boolean"
    PERSONAL = "personal"  # name, phone, e-mail: sealed, masked, never filtered or sorted by


class Group(Enum):
    """Where a ledger stands in the desk's menu: its heading, and whether it is folded at first."""

    PIPELINE = ("招商", False)  # what teams work in all day
    PROJECT = ("项目台账", True)  # facts that hang on projects
    ASSESSMENT = ("考核", True)  # targets and who answers for them
    COUNTY = ("基础资料", True)  # the county's registers
    SYSTEM = ("系统", False)  # what administrators read

    def __init__(self, label: str, is_folded: bool) -> None:
        self.label = label
        self.is_folded = is_folded


@dataclass(frozen=True)
class Column:
    """One column of a ledger.

    name: the model's attribute, or a name the ledger's verbs understand when `get` reads it.
    unit: of what people type and read (万元, 亩, ㎡ …), in headings. aliases: other headings seen
    in real files. `stage`: this WHEN column is the date on which a project entered that stage.
    reference: the key of the ledger it points to ("users" for staff). is_summed: the list adds up
    this amount, and an empty one is unknown; not so where most rows have none by their nature.
    read_all: the values of many rows at once, by their number, where `get` asks the database.
    filter_rows: the rows whose value is one of these, where no column of the table holds it.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    choices: type[models.TextChoices] | None = None
    reference: str = ""
    stage: Stage | None = None
    in_list: bool = False
    in_form: bool = True
    in_import: bool = True
    in_api: bool = True
    is_filter: bool = False
    is_sortable: bool = False
    is_summed: bool = True
    order_by: str = ""
    help: str = ""
    get: Callable[[Any], Any] | None = None
    read_all: Callable[[Sequence[Any]], Mapping[int, Any]] | None = None
    filter_rows: Callable[[QuerySet, Sequence[str]], QuerySet] | None = None

    def value(self, row: Any) -> Any:
        """What the row holds in this column."""
        if self.get is not None:
            return self.get(row)
        if self.kind is Kind.REFERENCES:
            return list(getattr(row, self.name).all())
        return getattr(row, self.name)

    @property
    def heading(self) -> str:
        """The label with its unit: 计划总投资（万元）."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label

    @property
    def factor(self) -> int:
        """How many yuan one `unit` of a money column is."""
        return {"万元": int(WAN), "亿元": int(YI)}.get(self.unit, 1)

    @property
    def is_wide(self) -> bool:
        return self.kind is Kind.LONG_TEXT


Register = Callable[..., Any]


@dataclass(frozen=True)
class Ledger:
    """One ledger: its table, its columns and its verbs.

    natural_key: the columns by which a row of a file is recognised as one the ledger has.
    lookup: the model's fields by which people name a row (references in files, quick filters).
    register(values, by=) / change(row, values, by=, version=): the verbs behind form and API.
    import_new(values, by=) / import_change(row, values, by=): the verbs behind the importer, where
    they differ (opening moves). All raise Refused and write nothing by halves.
    find_keys: field → what a file's values say of it; `find_row` finds only rows that have one of
    these keys, so that a large import need not look for every row.
    only: narrows what the list shows (standing agreements, not the ones they replaced).
    """

    key: str
    label: str
    model: type[models.Model]
    columns: tuple[Column, ...]
    group: Group = Group.COUNTY
    natural_key: tuple[str, ...] = ()
    lookup: tuple[str, ...] = ("name",)
    is_read_only: bool = False
    ordering: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()
    description: str = ""
    register_verb: Register | None = None
    change_verb: Register | None = None
    import_new_verb: Register | None = None
    import_change_verb: Register | None = None
    find_row: Callable[[Mapping[str, Any], Any], Any] | None = None
    find_keys: Mapping[str, Callable[[Mapping[str, Any]], Any]] = field(default_factory=dict)
    only: Callable[[QuerySet], QuerySet] | None = None

    @property
    def is_insert_only(self) -> bool:
        """Its rows are corrected by new ones, with a reason."""
        return issubclass(self.model, InsertOnly)

    @property
    def noun(self) -> str:
        return str(self.model._meta.model_name)

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def list_columns(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.in_list)

    @property
    def form_columns(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.in_form)

    @property
    def import_columns(self) -> tuple[Column, ...]:
        return () if self.is_read_only else tuple(c for c in self.columns if c.in_import)

    @property
    def api_columns(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.in_api)

    @property
    def filter_columns(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.is_filter)

    def rows(self, user: Any, action: Action = Action.VIEW) -> QuerySet:
        """The rows `user` may see (or act on), with what a list shows of them fetched along."""
        found = self.model._default_manager.visible_to(user, action)
        if self.only is not None:
            found = self.only(found)
        if self.joins:
            found = found.select_related(*self.joins)
        if self.prefetch:
            found = found.prefetch_related(*self.prefetch)
        return found.order_by(*self.ordering) if self.ordering else found

    def can(self, user: Any, action: Action) -> bool:
        if self.is_read_only and action not in (Action.VIEW, Action.EXPORT):
            return False
        return access.can(user, action, self.noun)

    # Verbs

    def register(self, values: Mapping[str, Any], *, by: User) -> Any:
        verb = self.register_verb
        return verb(values, by=by) if verb else rows.register(self.model, values, by=by)

    def change(
        self,
        row: Any,
        values: Mapping[str, Any],
        *,
        by: User,
        version: int | None = None,
        **said: str,
    ) -> Any:
        """`said`: the reason, for rows that are corrected by a new one (`is_insert_only`)."""
        verb = self.change_verb or rows.change
        return verb(row, values, by=by, version=version, **said)

    def import_new(self, values: Mapping[str, Any], *, by: User) -> Any:
        verb = self.import_new_verb
        return verb(values, by=by) if verb else self.register(values, by=by)

    def import_change(self, row: Any, values: Mapping[str, Any], *, by: User) -> Any:
        """`values` holds only what differs from the row."""
        verb = self.import_change_verb
        return verb(row, values, by=by) if verb else self.change(row, values, by=by)

    # Finding rows

    def find(self, values: Mapping[str, Any], *, by: User) -> Any | None:
        """The row of the ledger that a row of a file means, by the natural key; None = a new one.

        Only rows `by` may see are looked at. LookupError when several fit.
        """
        if self.find_row is not None:
            return self.find_row(values, by)
        key = {name: values.get(name) for name in self.natural_key}
        if not key or any(value in (None, "") for value in key.values()):
            return None
        return _one(self.model._default_manager.visible_to(by).filter(**key))

    def named(self, text: str, *, by: User) -> Any | None:
        """The row people mean by `text` in a file or a filter; LookupError when several fit."""
        return _meant(self.model._default_manager.visible_to(by), self.lookup, text)


def _meant(rows: QuerySet, lookup: tuple[str, ...], text: str) -> Any | None:
    """By name; of several with one name, the one whose number follows: 北片区 #12."""

    def called(wanted: str) -> Q:
        return reduce(or_, (Q(**{field: wanted}) for field in lookup))

    found = _one(rows.filter(called(text)))
    name, _, number = text.rpartition("#")
    if found is None and name and number.isdecimal() and len(number) < 19:
        found = _one(rows.filter(called(name.strip()), pk=int(number)))
    return found


def _one(found: QuerySet) -> Any | None:
    some = list(found[:2])
    if len(some) > 1:
        raise LookupError("several rows fit")
    return some[0] if some else None


_ledgers: dict[str, Ledger] = {}


def declare(ledger: Ledger) -> Ledger:
    """Makes a ledger known; its key is its address (/desk/KEY/, /api/KEY/)."""
    if ledger.key in _ledgers:
        raise ValueError(f"ledger {ledger.key} is declared twice")
    _ledgers[ledger.key] = ledger
    return ledger


def get(key: str) -> Ledger:
    """The ledger of this key; KeyError for none."""
    return _ledgers[key]


def every() -> list[Ledger]:
    """All declared ledgers in the order of the desk's menu."""
    return list(_ledgers.values())


def of_noun(noun: str) -> Ledger | None:
    return next((ledger for ledger in _ledgers.values() if ledger.noun == noun), None)


def referable(key: str, *, by: Any) -> QuerySet:
    """The rows a REFERENCE column may point to for this user: a ledger's visible rows, or staff.

    Staff are the colleagues of one's team; who sees every project may name anybody in business.
    """
    if key != "users":
        return get(key).model._default_manager.visible_to(by)
    staff = User.objects.filter(is_active=True, role__in=list(access.PIPELINE))
    return (
        staff if access.sees_all(by, "project") else staff.filter(Q(team=by.team_id) | Q(pk=by.pk))
    )


def referred(key: str, text: str, *, by: User) -> Any | None:
    """The row (or member of staff) that `text` names; LookupError when several fit."""
    if key != "users":
        return get(key).named(text, by=by)
    return _meant(referable("users", by=by), ("username", "first_name"), text)
