"""一对一辅导: the team and the mentor a company has, and the visits paid to it (走访)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from crm import access, clock
from crm.models.base import Row, Rows, Standing, once


class Guidances(Rows):
    def in_force_on(self, day: date) -> Self:
        """Begun by `day`, and not ended before it."""
        still = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        return self.filter(still, starts_on__lte=day)


class Guidance(Row):
    """Who sees to one company from a day on, until `ends_on` where that is known: a service team
    (专班) under an official, a mentor, and the liaison officer whose company it is. One at a time:
    a new one begins where the last one ended."""

    rights = access.Rights(access.COMPANIES)

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="guidances"
    )
    team_name = models.CharField("专班", max_length=60)
    lead_official = models.CharField("牵头领导", max_length=60, blank=True)
    members = models.CharField("专班成员", max_length=300, blank=True)
    mentor = models.CharField("辅导导师", max_length=60, blank=True)
    liaison = models.ForeignKey(
        "crm.User",
        models.PROTECT,
        verbose_name="企业联络员",
        null=True,
        blank=True,
        related_name="guidances",
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)

    objects = Standing.from_queryset(Guidances)()

    class Meta:
        verbose_name = verbose_name_plural = "一对一辅导"
        ordering = ["-starts_on", "-pk"]
        indexes = [
            models.Index(fields=["liaison", "starts_on", "ends_on"], name="guidance_of_liaison")
        ]
        constraints = [
            once(
                "company",
                name="guidance_one_at_a_time",
                condition=Q(ends_on__isnull=True),
                message="这户企业已有没有结束的辅导，请先给它填结束日期。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.team_name}"

    def clean(self) -> None:
        if not self.starts_on or not self.company_id:
            return
        if self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "结束日期早于开始日期。"})
        others = Guidance.objects.filter(company=self.company_id).exclude(pk=self.pk)
        shared = others.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=self.starts_on))
        if self.ends_on:
            shared = shared.filter(starts_on__lte=self.ends_on)
        if (other := shared.first()) is not None:
            until = f"至 {other.ends_on}" if other.ends_on else "没有结束"
            said = f"与“{other.team_name}”（{other.starts_on} 起，{until}）时间重叠，请先改那一条。"
            raise ValidationError({"starts_on": said})


class Visit(Row):
    """One call on a company: who went, what it asked for, what was promised. Not a follow-up: those
    hang on a project, are seen with it and move it along."""

    rights = access.Rights(access.VISITS, own={access.Reach.OWN: "by"})

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="visits"
    )
    visited_on = models.DateField("走访日期")
    visitors = models.CharField("走访人", max_length=200)
    asked = models.TextField("企业诉求", max_length=2000, blank=True)
    next_step = models.CharField("下一步", max_length=300, blank=True)
    by = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="登记人", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "走访"
        ordering = ["-visited_on", "-pk"]
        indexes = [models.Index(fields=["company", "visited_on"], name="visit_of_company")]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.visitors}"

    def clean(self) -> None:
        if self.visited_on and self.visited_on > clock.today():
            raise ValidationError({"visited_on": "走访日期在今天之后；去过再登记。"})
