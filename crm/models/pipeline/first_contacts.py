"""First contact (首谈): who spoke to an investor first, until when it counts, who ruled on it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from crm import access, clock
from crm.models.base import Recorded, Row, Rows, Standing

# How long a claim counts from the day it is made, renewed or upheld.
VALID_DAYS = 90


class ClaimState(models.TextChoices):
    VALID = "valid", "有效"
    EXPIRED = "expired", "已过期"  # computed from `valid_until`, never stored
    CONTESTED = "contested", "有争议"
    RULED = "ruled", "已裁定"
    GIVEN_UP = "given_up", "已放弃"


class Claims(Rows):
    def running(self, day: date | None = None) -> Self:
        """Claims that count on this day: in force, upheld, or waiting for a ruling."""
        day = day or clock.today()
        return self.filter(
            Q(held=ClaimState.CONTESTED)
            | Q(held=ClaimState.VALID, valid_until__gte=day)
            | Q(held=ClaimState.RULED, is_upheld=True, valid_until__gte=day)
        )

    def with_state(self) -> Self:
        """`state`: what is held, or 已过期 by today."""
        over = When(held=ClaimState.VALID, valid_until__lt=clock.today(), then=Value("expired"))
        return self.annotate(
            state=Case(over, default=F("held"), output_field=models.CharField(max_length=20))
        )


class FirstContactClaim(Row):
    """The first contact of a team, or of a park's own office, with a project's investor.

    `held` is what its verbs made of it; a claim in force expires by its date alone, one under
    dispute does not until it is ruled on. `against` is the claim it contests: of the same project,
    or of another one that somebody registered for the same investor.
    """

    rights = access.Rights(access.PIPELINE, parent="project")

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="claims"
    )
    team = models.ForeignKey(
        "crm.Team", models.PROTECT, verbose_name="首谈科室", null=True, blank=True, related_name="+"
    )
    park = models.ForeignKey(
        "crm.Park", models.PROTECT, verbose_name="首谈园区", null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="首谈人", null=True, blank=True, related_name="+"
    )
    claimed_at = models.DateTimeField("首谈时间")
    # From this day the follow-ups count that a renewal asks for.
    counted_from = models.DateField("起算日期", editable=False)
    valid_until = models.DateField("有效期至")
    held = models.CharField("状态", max_length=20, choices=ClaimState, default=ClaimState.VALID)
    is_upheld = models.BooleanField("裁定支持", null=True, blank=True)
    against = models.ForeignKey(
        "self",
        models.SET_NULL,
        verbose_name="争议对象",
        null=True,
        blank=True,
        related_name="contestants",
    )
    reason = models.CharField("说明", max_length=300, blank=True)

    objects = Standing.from_queryset(Claims)()

    class Meta:
        verbose_name = verbose_name_plural = "首谈"
        ordering = ["-claimed_at", "-pk"]
        indexes = [models.Index(fields=["held", "valid_until"], name="claim_running")]

    def __str__(self) -> str:
        return f"{self.unit}首谈 · {self.project}"

    def clean(self) -> None:
        if bool(self.team_id) == bool(self.park_id):
            raise ValidationError({"team": "首谈属于一个科室或一个园区，二者选一。"})

    @property
    def unit(self) -> str:
        return str(self.team or self.park)

    @property
    def phone(self) -> str:
        """The office phone of its unit."""
        return self.team.phone if self.team else self.park.phone if self.park else ""

    @property
    def claimed_on(self) -> date:
        return timezone.localtime(self.claimed_at).date()

    @property
    def state_now(self) -> ClaimState:
        if self.held == ClaimState.VALID and self.valid_until < clock.today():
            return ClaimState.EXPIRED
        return ClaimState(self.held)

    @property
    def state_text(self) -> str:
        if self.state_now != ClaimState.RULED:
            return str(self.state_now.label)
        if not self.is_upheld:
            return "已裁定，归对方"
        return "裁定有效" if self.valid_until >= clock.today() else "裁定有效，已过期"

    @property
    def is_running(self) -> bool:
        if self.held == ClaimState.CONTESTED:
            return True
        counts = self.held == ClaimState.VALID or (self.held == ClaimState.RULED and self.is_upheld)
        return bool(counts) and self.valid_until >= clock.today()

    @property
    def days_left(self) -> int:
        return (self.valid_until - clock.today()).days

    def is_of_same_unit(self, other: FirstContactClaim) -> bool:
        return (self.team_id, self.park_id) == (other.team_id, other.park_id)


def counted_until(day: date) -> date:
    """The last day of a claim that counts from `day`."""
    return day + timedelta(days=VALID_DAYS)


class ClaimRuling(Recorded):
    """Who was first, as the leadership ruled; a later ruling on the same case replaces it."""

    rights = access.Rights(access.PIPELINE, parent="project", void=access.Action.RULE)
    told_twice_by: ClassVar = ("winner", "ruled_on", "decided_by")
    chain_keeps: ClassVar = ()  # the next ruling may be for another project

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="+"
    )
    winner = models.ForeignKey(
        FirstContactClaim, models.PROTECT, verbose_name="裁定归属", related_name="won"
    )
    claims = models.ManyToManyField(
        FirstContactClaim, verbose_name="争议各方", related_name="rulings"
    )
    ruled_on = models.DateField("裁定日期")
    decided_by = models.CharField("裁定人或文件", max_length=200)
    reason = models.CharField("裁定理由", max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = "首谈裁定"
        ordering = ["-ruled_on", "-pk"]

    def __str__(self) -> str:
        return f"首谈裁定 {self.ruled_on} · {self.winner.unit}"
