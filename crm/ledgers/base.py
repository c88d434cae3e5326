"""What a noun declares of itself. A ledger (台账) is a noun that people keep a table of: its list,
filters, form, import, export and API are generic over the declaration.

A further noun costs a model with its rights and a declaration in this folder: docs/howto/ledger.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial, reduce
from operator import or_
from typing import Any, Protocol, TypeVar

from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse

from crm import access
from crm.access import Action
from crm.actions import rows
from crm.actions.questions import LOOKED_FOR, NOTHING_SAID, Anyway
from crm.ledgers.columns import Column, Kind
from crm.ledgers.searching import Search
from crm.models import Mergeable, User
from crm.models.base import InsertOnly, Recorded, Row, Rows
from crm.models.pipeline.confirmations import ConfirmedRows

__all__ = ["Column", "Group", "Kind", "Ledger", "Noun", "Search", "declare"]


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


@dataclass(frozen=True, kw_only=True)
class Noun:
    """What is to be known of a noun wherever a row of it is met: in the record, in a notification,
    behind a figure.

    verbs: what the record calls what is done with it → what people call it. page: the address of a
    row by its number, where it has no page as a ledger's row.
    """

    label: str
    model: type[models.Model]
    verbs: Mapping[str, str] = field(default_factory=dict)
    page: Callable[[int], str] | None = None

    @property
    def noun(self) -> str:
        return str(self.model._meta.model_name)

    def address(self, pk: int) -> str:
        """Where a row is shown; empty where nothing shows it."""
        return self.page(pk) if self.page is not None else ""


# Verbs and finders know their own columns: they say themselves what a value is.
Given = Mapping[str, Any]


class Guard(Protocol):
    """Looks at each new row of one imported file, and hears when the file is done."""

    def check(self, values: Given) -> None:
        """Refuses a row that should not be entered."""

    def settle(self, file_name: str) -> None:
        """After the transaction: puts on record what was told."""


Verb = Callable[..., models.Model]


@dataclass(frozen=True, kw_only=True)
class Ledger(Noun):
    """One ledger: its table, its columns and its verbs.

    place: where it stands in its group of the menu, in tens. also: further pages of its rows, as
    (label, name of the address). parts: how a long form is cut: (title, columns), the parts with a
    title folded.
    natural_key: the columns by which a row of a file is recognised as one the ledger has.
    lookup: the model's fields by which people name a row (references in files, quick filters).
    told_by: the columns of the form by which 查重 asks while somebody types.
    told_apart: the columns that tell two rows of one name apart. full_name: a row's name among rows
    of other nouns (a zone with its park); title: its name on its own page.
    is_claimed: whoever registers a row has first contact (首谈), or says why he registers it.
    register(values, by=, anyway=) / change(row, values, by=, version=): the verbs behind form and
    API; `anyway`: what was said to the question whether the ledger has the row already.
    import_new(values, by=) / import_change(row, values, by=): the verbs behind the importer, where
    they differ (opening moves). All raise Refused and write nothing by halves.
    find_keys: field → what a file's values say of it; `find_row` finds only rows that have one of
    these keys, so that a large import need not look for every row. guard: made for each imported
    file. computed: adds to the rows what columns read beside the table's own (a judgement).
    is_in_menu: False for a list that is read from other rows' pages.
    park: the path to the park a row counts for. in_figures: the columns shown of a row behind a
    figure, the one that names it first.
    known_on: the column that dates when the county knew of a row; the demo county enters it then.
    search: how its rows are found by search; None = by `lookup` alone.
    timeline: the columns that date what happened → what that is called in the 经过 of the rows it
    hangs on. seen_from: the key of a ledger on whose rows' pages these stand too, though no column
    points there → the path to its row. gives: the key of a ledger a new row of which is begun on
    this row's page → its columns, each with the column here that fills it in.
    """

    key: str
    columns: tuple[Column, ...]
    group: Group = Group.COUNTY
    place: int = 0
    also: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    natural_key: tuple[str, ...] = ()
    lookup: tuple[str, ...] = ("name",)
    told_by: tuple[str, ...] = ()
    told_apart: tuple[str, ...] = ()
    full_name: Callable[[Any], str] = str
    title: Callable[[Any], str] = str
    is_read_only: bool = False
    is_in_menu: bool = True
    is_claimed: bool = False
    ordering: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()
    description: str = ""
    register_verb: Verb | None = None
    change_verb: Verb | None = None
    import_new_verb: Verb | None = None
    import_change_verb: Verb | None = None
    find_row: Callable[[Given, User], models.Model | None] | None = None
    find_keys: Mapping[str, Callable[[Given], str]] = field(default_factory=dict)
    guard: Callable[[User], Guard] | None = None
    computed: Callable[[Any], QuerySet] | None = None
    park: str = ""
    in_figures: tuple[str, ...] = ()
    known_on: str = ""
    search: Search | None = None
    timeline: Mapping[str, str] = field(default_factory=dict)
    seen_from: Mapping[str, str] = field(default_factory=dict)
    gives: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def address(self, pk: int) -> str:
        return super().address(pk) or reverse("desk-row", args=[self.key, pk])

    @property
    def is_insert_only(self) -> bool:
        """Its rows are corrected by new ones, with a reason."""
        return issubclass(self.model, InsertOnly)

    @property
    def is_mergeable(self) -> bool:
        """Two of its rows can turn out to be one."""
        return issubclass(self.model, Mergeable)

    @property
    def is_confirmed(self) -> bool:
        """A second person confirms its rows (认定)."""
        return isinstance(self.model._default_manager.all(), ConfirmedRows)

    @property
    def is_of_facts(self) -> bool:
        """Its rows are facts, which may be withdrawn (作废)."""
        return issubclass(self.model, Recorded)

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

    @property
    def figure_columns(self) -> tuple[Column, ...]:
        return tuple(self.column(name) for name in self.in_figures) or self.list_columns

    @property
    def all_rows(self) -> Rows:
        """Every standing row, whoever asks."""
        rows = self.model._default_manager.all()
        assert isinstance(rows, Rows)
        return rows

    def rows(self, user: Any, action: Action = Action.VIEW) -> QuerySet:
        """The rows that stand of those `user` may see (or act on), with what a list shows of them
        fetched along."""
        found: Any = self.all_rows.visible_to(user, action)
        return self._fetched(found.standing() if self.is_of_facts else found)

    def known(self, user: Any) -> QuerySet:
        """The rows `user` may see or could see while they stood: corrected, withdrawn and merged
        ones too, and what hung on them. For their own pages, never for a list."""
        manager: Any = self.model._default_manager
        rows = manager.ever() if issubclass(self.model, Row) else manager.all()
        seen = access.scope_q(user, Action.VIEW, self.model, ever=True)
        return self._fetched(rows.filter(seen))

    def _fetched(self, found: QuerySet) -> QuerySet:
        if self.computed is not None:
            found = self.computed(found)
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

    @property
    def may_be_unread(self) -> bool:
        """Whether rows of it may be 待核: people bring them in tables, and edit them."""
        return bool(self.import_columns) and issubclass(self.model, Row)

    def register(self, values: Given, *, by: User, anyway: Anyway = NOTHING_SAID) -> models.Model:
        """Asks first whether the ledger has this row, by its natural key or as its verb knows;
        `anyway` is what was said to that."""
        usual = partial(rows.register, self.model, same=self._same(values, by))
        made: models.Model = (self.register_verb or usual)(values, by=by, anyway=anyway)
        return made

    def change(
        self,
        row: models.Model,
        values: Given,
        *,
        by: User,
        version: int | None = None,
        **said: str,
    ) -> models.Model:
        """`said`: the reason, for rows that are corrected by a new one (`is_insert_only`)."""
        verb: Verb = self.change_verb or rows.change
        return verb(row, values, by=by, version=version, **said)

    def import_new(self, values: Given, *, by: User) -> models.Model:
        verb = self.import_new_verb
        return verb(values, by=by) if verb else self.register(values, by=by, anyway=LOOKED_FOR)

    def import_change(self, row: models.Model, values: Given, *, by: User) -> models.Model:
        """`values` holds only what differs from the row."""
        verb = self.import_change_verb
        return verb(row, values, by=by) if verb else self.change(row, values, by=by)

    # Finding rows

    def find(self, values: Given, *, by: User) -> models.Model | None:
        """The row of the ledger that a row of a file means, by the natural key; None = a new one.

        Only rows `by` may see are looked at. Several when more than one fits.
        """
        if self.find_row is not None:
            return self.find_row(values, by)
        key = {name: values.get(name) for name in self.natural_key}
        if not key or any(value in (None, "") for value in key.values()):
            return None
        return one(self.all_rows.visible_to(by).filter(**key))

    def _same(self, values: Given, by: User) -> Callable[[], list[models.Model]]:
        return lambda: [row for row in (self.find(values, by=by),) if row is not None]

    def named(self, text: str, *, by: User) -> models.Model | None:
        """The row people mean by `text` in a file or a filter; Several when more than one fits."""
        return meant(self.all_rows.visible_to(by), self.lookup, text)


def meant(rows: QuerySet, lookup: tuple[str, ...], text: str) -> models.Model | None:
    """By name; of several with one name, the one whose number follows: 北片区 #12."""

    def called(wanted: str) -> Q:
        return reduce(or_, (Q(**{field: wanted}) for field in lookup))

    found = one(rows.filter(called(text)))
    name, _, number = text.rpartition("#")
    if found is None and name and number.isdecimal() and len(number) < 19:
        found = one(rows.filter(called(name.strip()), pk=int(number)))
    return found


Found = TypeVar("Found", bound=models.Model)
MOST, SHOWN = 50, 5


class Several(LookupError):
    """More than one row fits: `rows`."""

    def __init__(self, rows: Sequence[models.Model]) -> None:
        super().__init__("several rows fit")
        self.rows = sorted(rows, key=lambda row: row.pk)

    def offered(self, named: Callable[[models.Model], str] | None = None) -> str:
        """The rows, each as a file may name it and with what tells it apart:
        标准厂房项目 #12（甲山公司，东区）、标准厂房项目 #15（乙水公司，西区）."""
        named = named or (lambda row: f"{getattr(row, 'name', row)} #{row.pk}")
        told = [f"{named(row)}{_apart(row)}" for row in self.rows[:SHOWN]]
        return "、".join(told) + (" 等" if len(self.rows) > SHOWN else "")


def _apart(row: models.Model) -> str:
    """What a row of this name is known by beside it; a member of staff by the user name."""
    noun = _nouns.get(str(row._meta.model_name))
    names = noun.natural_key if isinstance(noun, Ledger) else ("username",)
    told = [str(getattr(row, name) or "")[:20] for name in names if name != "name"]
    return f"（{'，'.join(filter(None, told))}）" if any(told) else ""


def one(found: QuerySet[Found] | Sequence[Found]) -> Found | None:
    """The row there is, None where there is none; Several where there are more."""
    some = list(found[:MOST])
    if len(some) > 1:
        raise Several(some)
    return some[0] if some else None


Declared = TypeVar("Declared", bound=Noun)
_nouns: dict[str, Noun] = {}


def declare(noun: Declared) -> Declared:
    """Makes a noun known; the key of a ledger is its address (/desk/KEY/, /api/KEY/)."""
    keys = {known.key for known in _nouns.values() if isinstance(known, Ledger)}
    if noun.noun in _nouns or (isinstance(noun, Ledger) and noun.key in keys):
        raise ValueError(f"{noun.label} is declared twice")
    _nouns[noun.noun] = noun
    return noun


def declared() -> dict[str, Noun]:
    return _nouns
