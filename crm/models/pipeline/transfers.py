"""Transfers (流转): a project handed to another team or park, and the credit each side keeps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Max, OuterRef, Q, Subquery

from crm import access
from crm.exact import ExactField
from crm.models.base import Recorded, RecordedRows, Row

WHOLE = Decimal(1)


class TransferState(models.TextChoices):
    PROPOSED = "proposed", "待接收"
    ACCEPTED = "accepted", "已接收"
    DECLINED = "declined", "未接收"
    WITHDRAWN = "withdrawn", "已撤回"


# Both sides read a transfer, whoever has the project by now; the receiving one decides.
_BOTH = {
    access.Reach.TEAM: ("from_team", "to_team"),
    access.Reach.PARK: ("from_park", "to_park"),
}
_OWN_SHARE = {access.Reach.TEAM: ("team",), access.Reach.PARK: ("park",)}


class Transfer(Row):
    """An offer to hand a project over, decided by the receiving side. `share` is the part of the
    giving side's credit that passes with it. It is seen with the project, and by the side it is
    offered to, who by it learns the project's name and size."""

    rights = access.Rights(
        access.PIPELINE,
        parent="project",
        sides={
            access.Action.VIEW: _BOTH,
            access.Action.EXPORT: _BOTH,
            access.Action.RECEIVE: {
                access.Reach.TEAM: ("to_team",),
                access.Reach.PARK: ("to_park",),
            },
        },
    )

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="transfers"
    )
    from_team = models.ForeignKey(
        "crm.Team", models.PROTECT, verbose_name="转出科室", null=True, blank=True, related_name="+"
    )
    from_park = models.ForeignKey(
        "crm.Park", models.PROTECT, verbose_name="转出园区", null=True, blank=True, related_name="+"
    )
    to_team = models.ForeignKey(
        "crm.Team", models.PROTECT, verbose_name="接收科室", null=True, blank=True, related_name="+"
    )
    to_park = models.ForeignKey(
        "crm.Park", models.PROTECT, verbose_name="接收园区", null=True, blank=True, related_name="+"
    )
    share = ExactField(verbose_name="接收方业绩", scale=4)
    reason = models.CharField("流转原因", max_length=300)
    state = models.CharField(
        "状态", max_length=20, choices=TransferState, default=TransferState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="提出人", related_name="+"
    )
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="接收人", null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    note = models.CharField("接收意见", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "流转"
        ordering = ["-proposed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver} · {self.project}"

    def clean(self) -> None:
        if not (self.to_team_id or self.to_park_id):
            raise ValidationError({"to_team": "请选择接收的科室或园区。"})
        if not 0 <= self.share <= 1:
            raise ValidationError({"share": "接收方业绩在 0 到 100% 之间。"})

    @property
    def giver(self) -> str:
        """The side that hands over, in what changes: its team, its park or both."""
        team = self.from_team if self.to_team_id else None
        park = self.from_park if self.to_park_id else None
        return "、".join(str(name) for name in (team, park) if name) or "未分派"

    @property
    def receiver(self) -> str:
        return "、".join(str(name) for name in (self.to_team, self.to_park) if name)

    @property
    def percent(self) -> Decimal:
        return self.share * 100


class CreditShares(RecordedRows):
    def standing(self, known_on: date | None = None) -> Self:
        """The shares that count: of each project the last division among teams that stands (by that
        day), and the last one among parks."""
        divisions = super(CreditShares, CreditShare.objects.all()).standing(known_on)
        counting = Q()
        for side in ("team", "park"):
            # A transfer that hands over to a team says nothing of parks, though it was once written
            # with a copy of how they stood.
            besides = Q(transfer__isnull=False, **{f"transfer__to_{side}__isnull": True})
            rounds = divisions.filter(project=OuterRef("project"), **{f"{side}__isnull": False})
            newest = rounds.exclude(besides).order_by("-round").values("round")[:1]
            counting |= Q(**{f"{side}__isnull": False}, round=Subquery(newest)) & ~besides
        return super().standing(known_on).filter(counting)


class CreditShare(Recorded):
    """What part of a project's credit a team has, or a park. A division among teams or among parks
    is made as a whole: its shares add up to 1. A project without one is its own team's, or its own
    park's, alone. It is not corrected: a new division takes its place."""

    rights = access.Rights(
        access.PIPELINE,
        parent="project",
        sides={access.Action.VIEW: _OWN_SHARE, access.Action.EXPORT: _OWN_SHARE},
        void=access.Action.RULE,
    )

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="credit_shares"
    )
    team = models.ForeignKey(
        "crm.Team", models.PROTECT, verbose_name="科室", null=True, blank=True, related_name="+"
    )
    park = models.ForeignKey(
        "crm.Park", models.PROTECT, verbose_name="园区", null=True, blank=True, related_name="+"
    )
    share = ExactField(verbose_name="业绩份额", scale=4)
    # The how manieth division of its project's credit it belongs to, from 1.
    round = models.PositiveIntegerField("次", editable=False)
    transfer = models.ForeignKey(
        Transfer, models.PROTECT, verbose_name="依据", null=True, blank=True, related_name="shares"
    )

    objects = CreditShares.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "业绩份额"
        ordering = ["-round", "-share", "pk"]
        indexes = [models.Index(fields=["project", "-round"], name="credit_of_project")]

    def __str__(self) -> str:
        return f"{self.unit} {self.share * 100:f}% · {self.project}"

    def clean(self) -> None:
        if bool(self.team_id) == bool(self.park_id):
            raise ValidationError({"team": "份额属于一个科室或一个园区，二者选一。"})
        if not 0 < self.share <= 1:
            raise ValidationError({"share": "份额大于 0、不超过 1。"})

    @property
    def unit(self) -> str:
        return str(self.team or self.park)

    @property
    def percent(self) -> Decimal:
        return self.share * 100


def next_round(project: Any) -> int:
    last = CreditShare.objects.filter(project=project).aggregate(last=Max("round"))["last"]
    return (last or 0) + 1
