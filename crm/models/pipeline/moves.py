"""Stage moves: the one history of where projects stood, and when."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Case, Exists, Max, OuterRef, Q, Subquery, Value, When

from crm import access, dates
from crm.models.base import Corrected
from crm.models.pipeline.agreements import Agreement
from crm.models.pipeline.confirmations import ConfirmedRows
from crm.stages import CONFIRMED, Stage, Status


class Origin(models.TextChoices):
    USER = "user", "人工"
    IMPORT = "import", "导入"
    OPENING = "opening", "期初"


class StageMoves(ConfirmedRows):
    confirmed_by = "move"

    def to_confirm(self) -> Self:
        """Moves forward into a stage that the report counts, opening ones among them."""
        entries = Q()
        for stage in CONFIRMED:
            later = [other for other in Stage if other.rank >= stage.rank]
            entries |= Q(to_stage=stage) & ~Q(from_stage__in=later)
        return self.filter(entries)

    def _judged(self, known_on: date | None) -> Any:
        """A signing is confirmed with its agreement: one recorded later has to be confirmed too."""
        said_at = self._words(known_on, OuterRef(OuterRef("pk"))).values("recorded_at")[:1]
        newer = Agreement.objects.investments_in_force(known_on).filter(
            project=OuterRef("project"), recorded_at__gt=Subquery(said_at)
        )
        return Case(
            When(Q(to_stage=Stage.SIGNED) & Exists(newer), then=Value("")),
            default=super()._judged(known_on),
        )

    def last_by(self, day: date, known_on: date | None = None) -> Self:
        """One move a project: the one that decides where it stood at the end of `day`.

        Of those that had happened by then the last in the project's history, not the one with the
        latest date: a signing known to the year does not come after a start known to the day.
        """
        newest = (
            StageMove.objects.standing(known_on)
            .filter(project=OuterRef("project"), effective_on__lte=day)
            .order_by("-place")
        )
        return self.filter(pk=Subquery(newest.values("pk")[:1]))

    def into(self, stage: Stage) -> Self:
        """Moves that entered a stage from another one (a change of status is no entry)."""
        return self.filter(to_stage=stage).exclude(from_stage=stage)

    def occurred_in(self, start: date, end: date) -> Self:
        """Happened wholly inside the days given; a month or a year that sticks out does not."""
        return self.filter(occurred_on__gte=start, effective_on__lte=end)


class StageMove(Corrected):
    """One change of stage or status. `occurred_on`..`occurred_until` is when it happened (equal for
    a day, both empty = unknown); `effective_on` is the day from which the state holds. An opening
    move has no `from_stage`."""

    rights = access.Rights(access.PIPELINE, parent="project")

    days: ClassVar = ("occurred_on", "occurred_until")

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="moves"
    )
    from_stage = models.CharField("原阶段", max_length=20, choices=Stage, blank=True)
    to_stage = models.CharField("新阶段", max_length=20, choices=Stage)
    from_status = models.CharField("原状态", max_length=20, choices=Status, blank=True)
    to_status = models.CharField("新状态", max_length=20, choices=Status, default=Status.ACTIVE)
    occurred_on = models.DateField("发生日期", null=True, blank=True)
    occurred_until = models.DateField("最晚日期", null=True, blank=True, editable=False)
    # Where it stands in its project's history, from 1; a correction takes the place of what it
    # corrects.
    place = models.PositiveIntegerField(editable=False)
    reason = models.CharField("原因", max_length=300, blank=True)
    evidence = models.CharField("凭证", max_length=200, blank=True)
    origin = models.CharField("来源", max_length=10, choices=Origin, default=Origin.USER)

    objects = StageMoves.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "阶段变动"
        ordering = ["-effective_on", "-pk"]
        indexes = [
            models.Index(fields=["project", "-place"], name="move_of_project"),
            models.Index(fields=["to_stage", "occurred_on"], name="move_into_stage"),
            models.Index(fields=["by", "recorded_at"], name="move_by"),
        ]

    def __str__(self) -> str:
        if self.from_stage and self.is_status_change:
            return f"{self.get_from_status_display()} → {self.get_to_status_display()}"
        return f"{self.get_from_stage_display() or '期初'} → {self.get_to_stage_display()}"

    def complete(self) -> None:
        super().complete()
        if self.place is None:
            before = StageMove.objects.filter(project=self.project).aggregate(last=Max("place"))
            self.place = self.replaces.place if self.replaces else (before["last"] or 0) + 1

    @property
    def occurred(self) -> dates.When | None:
        return self.happened

    @property
    def needs_confirmation(self) -> bool:
        """As `to_confirm` says of rows."""
        to = Stage(self.to_stage)
        return to in CONFIRMED and not (self.from_stage and Stage(self.from_stage).rank >= to.rank)

    @property
    def is_status_change(self) -> bool:
        return self.from_stage == self.to_stage
