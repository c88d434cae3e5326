"""What the ledger's tables share: versions, scoped querysets, rows that are never rewritten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, UniqueConstraint
from django.utils import timezone

from crm import access, clock, dates


class Rows(models.QuerySet):
    """Every table's queryset; nothing is hidden by default, `visible_to` scopes it."""

    def visible_to(self, user: Any, action: access.Action = access.Action.VIEW) -> Self:
        """The rows `user` may see (or act on with another `action`); nothing for strangers."""
        return self.filter(access.scope_q(user, action, self.model))


class Standing(models.Manager):
    """Hides what was withdrawn (作废): no list, search, count or figure written through it can hold
    such a row."""

    def get_queryset(self) -> Any:
        return self.ever().filter(withdrawn_at__isnull=True)

    def ever(self) -> Any:
        """The withdrawn rows too: for their own pages, and for what was known on an earlier day."""
        return super().get_queryset()


class Row(models.Model):
    """A row people edit. `version` rises with every write: a stale form is refused, not merged.
    One that should never have been entered is withdrawn on a day, not deleted."""

    version = models.PositiveIntegerField("版本", default=1, editable=False)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    withdrawn_at = models.DateTimeField("作废时间", null=True, blank=True, editable=False)

    objects = Standing.from_queryset(Rows)()

    class Meta:
        abstract = True


def once(*fields: str, name: str, message: str, condition: Q | None = None) -> UniqueConstraint:
    """A rule that one row of its kind stands; a withdrawn one is in nobody's way."""
    standing = Q(withdrawn_at__isnull=True)
    return UniqueConstraint(
        fields=list(fields),
        condition=standing if condition is None else standing & condition,
        name=name,
        violation_error_code="unique",
        violation_error_message=message,
    )


class InsertOnlyRows(Rows):
    """Rows that are corrected or withdrawn by a new row, never rewritten and never deleted."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} is insert-only: correct it by a new row")

    def delete(self) -> Any:
        raise TypeError(f"{self.model.__name__} is insert-only: correct it by a new row")

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class RecordedRows(InsertOnlyRows):
    """Insert-only rows with `recorded_at`, whose corrections are new rows that `replaces` them."""

    def standing(self, known_on: date | None = None) -> Self:
        """The rows nobody replaced or withdrew, of projects nobody merged away: the one door to
        history.

        With `known_on` only what was on record at the end of that day counts, both for the rows
        and for their corrections.
        """
        rows = self._of_standing_holders(known_on).filter(withdraws=False)
        # Asked a row at a time: joined, SQLite makes an index of all corrections for each query.
        corrections = self.model._base_manager.filter(replaces=OuterRef("pk"))
        if known_on is None:
            return rows.filter(~Exists(corrections))
        known = clock.end_of(known_on)
        return rows.filter(recorded_at__lte=known).filter(
            ~Exists(corrections.filter(recorded_at__lte=known))
        )

    def _of_standing_holders(self, known_on: date | None) -> Self:
        """Without what stays with a project, or a company, that was merged into another one on that
        day."""
        holder = self.model.hangs_on
        if not any(field.name == holder for field in self.model._meta.fields):
            return self
        if known_on is None:
            gone = apps.get_model("crm", holder).tombstones().values("pk")
        else:
            gone = apps.get_model("crm", "Merge").objects.losers(holder, known_on)
        return self.exclude(**{f"{holder}__in": gone})


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
    """A fact with the moment it was recorded and by whom. A correction is a new row that `replaces`
    the wrong one; one that also `withdraws` says that there is no such fact (作废).

    A merge copies facts to the row that stays (`copy_of`), but for those that row has told too: two
    with the same values in `told_twice_by` are one. Without it a fact is its own row's history and
    stays with it."""

    # The row it hangs on, with which it stands or falls.
    hangs_on: ClassVar[str] = "project"
    told_twice_by: ClassVar[tuple[str, ...]] = ()
    # What no correction changes: it narrows where the rows of one chain are looked for.
    chain_keeps: ClassVar[tuple[str, ...]] = ("project",)

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
    withdraws = models.BooleanField("作废", default=False, editable=False)
    copy_of = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="合并自",
        null=True,
        blank=True,
        editable=False,
        related_name="copies",
    )
    # The day the ledger first heard of it, in this wording or an earlier one.
    known_since = models.DateField("最初登记", editable=False)

    objects = RecordedRows.as_manager()

    class Meta:
        abstract = True

    def complete(self) -> None:
        before = self.replaces or self.copy_of
        self.known_since = (
            before.known_since if before else timezone.localtime(self.recorded_at).date()
        )

    @property
    def holder(self) -> Any:
        """The row it hangs on; None for what hangs on none."""
        return getattr(self, self.hangs_on, None)

    @property
    def stands(self) -> bool:
        """Whether it counts today: nobody has replaced or withdrawn it."""
        return bool(type(self).objects.standing().filter(pk=self.pk).exists())

    def contradicts(self, others: Iterable[Self]) -> Self | None:
        """Which of these facts cannot stand beside it; a merge that would bring both together is
        refused."""
        return None

    def chain(self) -> list[int]:
        """The numbers of all rows that tell this fact: as first entered, each correction, its
        withdrawal; asked for once, however long it is."""
        same = {name: getattr(self, f"{name}_id") for name in self.chain_keeps}
        links = type(self)._base_manager.filter(replaces__isnull=False, **same)
        before = dict(links.values_list("pk", "replaces"))
        after = {old: new for new, old in before.items()}
        found = [self.pk]
        while found[0] in before:
            found.insert(0, before[found[0]])
        while found[-1] in after:
            found.append(after[found[-1]])
        return found


class Corrected(Recorded):
    """What happened between two days (equal when the day is known): `days` names them.

    It takes effect on `effective_on`: a fact known to the month or year no later than the day the
    ledger first heard of it, for by then it had happened; one without a date on that day."""

    days: ClassVar[tuple[str, str]]

    effective_on = models.DateField("生效", editable=False, db_index=True)

    class Meta:
        abstract = True

    def complete(self) -> None:
        super().complete()
        first, last = self.days
        if getattr(self, first) and not getattr(self, last):
            setattr(self, last, getattr(self, first))  # one day alone is known to the day
        earliest, latest = getattr(self, first), getattr(self, last)
        self.effective_on = (
            max(earliest, min(latest, self.known_since)) if earliest else self.known_since
        )

    @property
    def happened(self) -> dates.When | None:
        """When, as precisely as it is known; None = unknown."""
        first, last = self.days
        return dates.when(getattr(self, first), getattr(self, last))
