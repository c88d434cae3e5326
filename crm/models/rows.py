"""What the ledger's tables share: versions, scoped querysets, rows that are never rewritten."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef

from crm import access, clock, dates


class Rows(models.QuerySet):
    """Every table's queryset; nothing is hidden by default, `visible_to` scopes it."""

    def visible_to(self, user: Any, action: access.Action = access.Action.VIEW) -> Self:
        """The rows `user` may see (or act on with another `action`); nothing for strangers."""
        return self.filter(access.scope_q(user, action, self.model))


class Row(models.Model):
    """A row people edit. `version` rises with every write: a stale form is refused, not merged."""

    version = models.PositiveIntegerField("版本", default=1, editable=False)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = Rows.as_manager()

    class Meta:
        abstract = True


class InsertOnlyRows(Rows):
    """Rows that are corrected by a new row, never rewritten; undoing an import is the exception."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} is insert-only: correct it by a new row")

    def delete(self) -> Any:
        raise TypeError(f"{self.model.__name__} is insert-only: correct it by a new row")

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class CorrectedRows(InsertOnlyRows):
    """Insert-only rows with `recorded_at`, whose corrections are new rows that `replaces` them."""

    def standing(self, known_on: date | None = None) -> Self:
        """The rows nobody replaced, of projects nobody merged away: the one door to history.

        With `known_on` only what was on record at the end of that day counts, both for the rows
        and for their corrections.
        """
        rows = self._of_standing_projects(known_on)
        # Asked a row at a time: joined, SQLite makes an index of all corrections for each query.
        corrections = self.model._base_manager.filter(replaces=OuterRef("pk"))
        if known_on is None:
            return rows.filter(~Exists(corrections))
        known = clock.end_of(known_on)
        return rows.filter(recorded_at__lte=known).filter(
            ~Exists(corrections.filter(recorded_at__lte=known))
        )

    def _of_standing_projects(self, known_on: date | None) -> Self:
        """Without what stayed with a project that was merged into another one by then."""
        if not any(field.name == "project" for field in self.model._meta.fields):
            return self
        merged = apps.get_model("crm", "Project").tombstones()
        if known_on is not None:
            merged = merged.filter(merged_at__lte=clock.end_of(known_on))
        return self.exclude(project__in=merged.values("pk"))


class InsertOnly(models.Model):
    """A fact that reports read back in time: inserted once, with the moment it was recorded."""

    objects = InsertOnlyRows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and not self._state.adding:
            raise TypeError(f"{type(self).__name__} is insert-only: correct it by a new row")
        self.complete()
        super().save(*args, **kwargs)

    def complete(self) -> None:
        """Fills in what follows from the other fields; comes before every insert."""

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"{type(self).__name__} is insert-only: correct it by a new row")


class Recorded(InsertOnly):
    """A fact with the moment it was recorded and by whom; a correction is a new row that `replaces`
    the wrong one."""

    recorded_at = models.DateTimeField("登记时间", db_index=True)
    by = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="经办人", null=True, blank=True, related_name="+"
    )
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        verbose_name="更正",
        null=True,
        blank=True,
        related_name="replaced_by",
    )

    objects = CorrectedRows.as_manager()

    class Meta:
        abstract = True


class Corrected(Recorded):
    """What happened between two days (equal when the day is known): `days` names them."""

    days: ClassVar[tuple[str, str]]

    class Meta:
        abstract = True

    def complete(self) -> None:
        self.fill_last_day()

    def fill_last_day(self) -> None:
        """One day alone is known to the day."""
        first, last = self.days
        if getattr(self, first) and not getattr(self, last):
            setattr(self, last, getattr(self, first))

    @property
    def happened(self) -> dates.When | None:
        """When, as precisely as it is known; None = unknown."""
        first, last = self.days
        return dates.when(getattr(self, first), getattr(self, last))
