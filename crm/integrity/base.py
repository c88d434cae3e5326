"""What an invariant is: a sentence that is true of the ledger, and what finds the rows that break
it by a few queries, whatever the ledger's size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, F, Q, QuerySet

from crm.models import AuditEntry, ImportBatch, Project
from crm.models.base import Recorded, Row


@dataclass(frozen=True)
class Broken:
    """A row that breaks an invariant: its table (crm.project), its number, what people call it (a
    person by the number) and what is wrong with it."""

    table: str
    number: int
    name: str = ""
    what: str = ""

    @property
    def noun(self) -> str:
        try:
            return str(apps.get_model(self.table)._meta.verbose_name)
        except (LookupError, ValueError):
            return self.table

    def __str__(self) -> str:
        called = f"{self.noun} {self.number}"
        if self.name and self.name != called:
            called += f"“{self.name}”"
        return f"{called}：{self.what}" if self.what else called


@dataclass(frozen=True)
class Scope:
    """Which rows are looked at: all, or those that an import wrote or changed and the projects they
    are about."""

    batch: ImportBatch | None = None

    def tables(self, kind: type[models.Model] | None = None) -> list[Any]:
        """The ledger's tables that have such rows."""
        tables = ledger_tables(kind)
        if self.batch is None:
            return tables
        return [model for model in tables if model._meta.label_lower in self._tables]

    def rows(self, model: Any) -> QuerySet:
        """Of a table, withdrawn and corrected rows too."""
        return self._within(model._base_manager.all())

    def standing(self, model: Any) -> QuerySet:
        """Those of a table that count at present."""
        return self._within(standing(model))

    @cached_property
    def projects(self) -> QuerySet[Project]:
        """The standing projects that the rows are, or hang on."""
        rows = Project.objects.all()
        if self.batch is None:
            return rows
        about = Q(pk__in=self.numbers(Project))
        for model in self.tables():
            if hangs_on_project(model):
                about |= Q(pk__in=self.rows(model).exclude(project=None).values("project"))
        return rows.filter(about)

    def of_projects(self, rows: QuerySet) -> QuerySet:
        """Of these rows those that hang on the projects."""
        return rows if self.batch is None else rows.filter(project__in=self.projects.values("pk"))

    def _within(self, rows: QuerySet) -> QuerySet:
        return rows if self.batch is None else rows.filter(pk__in=self.numbers(rows.model))

    def numbers(self, model: Any) -> Any:
        """The numbers of the rows of a table that the import wrote or changed."""
        if model._meta.label_lower not in self._tables:
            return []
        entries = AuditEntry.objects.filter(batch=self.batch, object_type=model._meta.label_lower)
        return entries.order_by().values("object_id")

    @cached_property
    def _tables(self) -> frozenset[str]:
        entries = AuditEntry.objects.filter(batch=self.batch).order_by()
        return frozenset(entries.values_list("object_type", flat=True).distinct())


Find = Callable[[Scope], Iterable[Broken]]


@dataclass(frozen=True)
class Invariant:
    """`by_hand`: what to do about a row where nothing is left from which the right state follows;
    empty where `--mend` derives it. `is_of_whole`: not asked of a single import."""

    key: str
    sentence: str
    find: Find
    by_hand: str = ""
    is_of_whole: bool = False


declared: dict[str, Invariant] = {}


def invariant(
    key: str, sentence: str, *, by_hand: str = "", is_of_whole: bool = False
) -> Callable[[Find], Find]:
    """Declares the function below: it finds the rows that break this."""

    def declare(find: Find) -> Find:
        if key in declared:
            raise ValueError(f"{key} is declared twice")
        declared[key] = Invariant(key, sentence, find, by_hand, is_of_whole)
        return find

    return declare


# What the families share


def ledger_tables(kind: type[models.Model] | None = None) -> list[Any]:
    """The tables of the ledger: rows that people edit, and facts that are recorded."""
    return [model for model in apps.get_models() if issubclass(model, kind or (Row, Recorded))]


def hangs_on_project(model: Any) -> bool:
    return any(field.name == "project" for field in model._meta.fields)


def standing(model: Any) -> QuerySet:
    """The rows of a table that count at present; of facts those of standing projects."""
    rows = model.objects.standing() if issubclass(model, Recorded) else model.objects.all()
    return rows.order_by("pk")


def named(rows: QuerySet, what: str | Callable[[Any], str] = "") -> Iterator[Broken]:
    """These rows as people call them, what hangs on a project with the project's name."""
    if hangs_on_project(rows.model):
        rows = rows.select_related("project")
    for row in rows.order_by("pk").iterator(chunk_size=500):
        name, project = str(row), str(getattr(row, "project", None) or "")
        if project and project not in name:
            name = f"{name} · {project}"
        said = what if isinstance(what, str) else what(row)
        yield Broken(rows.model._meta.label_lower, row.pk, name, said)


def twice(scope: Scope, table: Any, *same: str) -> Iterator[QuerySet]:
    """The rows of the scope of which another standing one says the same of `same`; what is empty
    in both is the same."""
    if not scope.tables(table):
        return
    groups = table.objects.standing().order_by().values(*same)
    for group in groups.annotate(count=Count("pk")).filter(count__gt=1):
        found = {name: group[name] for name in same if group[name] is not None}
        empty = {f"{name}__isnull": True for name in same if group[name] is None}
        yield scope.standing(table).filter(**found, **empty)


def differ(one: str, other: str) -> Q:
    """Two columns of a query say different things; an empty one differs from a filled one."""
    return (
        Q(**{f"{one}__lt": F(other)})
        | Q(**{f"{one}__gt": F(other)})
        | Q(**{f"{one}__isnull": True, f"{other}__isnull": False})
        | Q(**{f"{one}__isnull": False, f"{other}__isnull": True})
    )
