"""What a check says, and of which rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from crm.models import Project
from crm.models.states import State
from crm.reports.figures import Result
from crm.reports.lines import row_address

NOTE = "note"  # explains a number
WARNING = "warning"  # a number may be wrong until somebody mends the ledger

Results = Mapping[str, Result]


@dataclass(frozen=True)
class Item:
    """A row a finding is about: of which noun, and what about it."""

    kind: str
    pk: int
    title: str
    about: str = ""

    @property
    def address(self) -> str:
        return row_address(self.kind, self.pk)

    def as_data(self) -> dict[str, Any]:
        return {"kind": self.kind, "id": self.pk, "title": self.title, "about": self.about}


@dataclass(frozen=True)
class Finding:
    key: str
    level: str
    text: str
    rows: tuple[Item, ...] = ()

    @property
    def is_warning(self) -> bool:
        return self.level == WARNING

    def as_data(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "level": self.level,
            "text": self.text,
            "rows": [row.as_data() for row in self.rows],
        }


def item_of(row: Any, about: str = "") -> Item:
    """The row's project where it has one, else the row itself."""
    project = getattr(row, "project", None)
    if isinstance(project, Project):
        return Item("project", project.pk, project.name, about)
    if isinstance(row, State):
        row = row.as_row()
    return Item(str(row._meta.model_name), row.pk, str(row), about)


def of_projects(
    ids: Iterable[int] | QuerySet, words: Mapping[int, str] | None = None
) -> tuple[Item, ...]:
    """Projects as a finding names them; on an earlier day also those withdrawn or merged since."""
    return tuple(
        Item("project", row.pk, row.name, (words or {}).get(row.pk, ""))
        for row in Project.objects.ever().filter(pk__in=ids).order_by("name", "pk")
    )
