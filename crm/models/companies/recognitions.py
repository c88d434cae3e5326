"""Recognitions (荣誉和认定): what a park, a company or the county was granted or praised for."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from crm import access, clock, dates
from crm.models.base import Row, Rows, Standing


class Subject(models.TextChoices):
    PARK = "park", "园区"
    COMPANY = "company", "企业"
    COUNTY = "county", "全县"


class RecognitionKind(models.TextChoices):
    PLAQUE = "plaque", "授牌"
    RATING = "rating", "评定"
    MODEL_CASE = "model_case", "典型经验"
    INSTRUCTION = "instruction", "批示"
    MEDIA = "media", "媒体报道"


class RecognitionLevel(models.TextChoices):
    NATION = "nation", "国家级"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"


class RecognitionState(models.TextChoices):
    APPLIED = "applied", "申报"
    PASSED = "passed", "评审通过"
    GRANTED = "granted", "获批"
    REVOKED = "revoked", "撤销"


class Recognitions(Rows):
    def in_force_on(self, day: date) -> Self:
        """Granted by `day` (known to lie wholly before its end) and not revoked by then."""
        held = (RecognitionState.GRANTED, RecognitionState.REVOKED)
        return self.filter(state__in=held, granted_until__lte=day).filter(
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=day)
        )


class Recognition(Row):
    """One title, rating, praise or report. Granted between two days (equal when the day is known);
    a revoked one keeps its grant and gets its last day."""

    rights = access.Rights(access.REGISTERS)

    title = models.CharField("名称", max_length=150)
    subject = models.CharField("对象", max_length=10, choices=Subject)
    park = models.ForeignKey(
        "crm.Park",
        models.PROTECT,
        verbose_name="园区",
        null=True,
        blank=True,
        related_name="recognitions",
    )
    company = models.ForeignKey(
        "crm.Company",
        models.PROTECT,
        verbose_name="企业",
        null=True,
        blank=True,
        related_name="recognitions",
    )
    kind = models.CharField("类型", max_length=20, choices=RecognitionKind)
    level = models.CharField("级别", max_length=10, choices=RecognitionLevel)
    issuer = models.CharField("发文单位", max_length=100, blank=True)
    document = models.CharField("文号", max_length=100, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=RecognitionState, default=RecognitionState.GRANTED
    )
    granted_on = models.DateField("获批日期", null=True, blank=True)
    granted_until = models.DateField("最晚获批日期", null=True, blank=True)
    revoked_on = models.DateField("撤销日期", null=True, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)

    objects = Standing.from_queryset(Recognitions)()

    class Meta:
        verbose_name = verbose_name_plural = "荣誉认定"
        ordering = ["-granted_until", "-pk"]
        indexes = [models.Index(fields=["kind", "granted_on"], name="recognition_granted")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        wrong = self._subject_faults() | self._date_faults()
        if wrong:
            raise ValidationError(wrong)

    def _subject_faults(self) -> dict[str, str]:
        wrong = {}
        for subject, name in ((Subject.PARK, "park"), (Subject.COMPANY, "company")):
            label, named = subject.label, bool(getattr(self, f"{name}_id"))
            if self.subject == subject and not named:
                wrong[name] = f"对象是{label}，请选择{label}。"
            elif self.subject != subject and named:
                wrong[name] = f"对象不是{label}，这一栏请留空。"
        return wrong

    def _date_faults(self) -> dict[str, str]:
        today, wrong = clock.today(), {}
        if self.granted_on and self.state in (RecognitionState.APPLIED, RecognitionState.PASSED):
            wrong["granted"] = "还没有获批，获批日期请留空。"
        elif self.granted_on and self.granted_on > today:
            wrong["granted"] = "获批日期在今天之后。"
        if self.state == RecognitionState.REVOKED and not self.revoked_on:
            wrong["revoked_on"] = "已撤销的须填写撤销日期。"
        elif self.revoked_on and self.state != RecognitionState.REVOKED:
            wrong["revoked_on"] = "没有撤销，撤销日期请留空。"
        elif self.revoked_on and self.revoked_on > today:
            wrong["revoked_on"] = "撤销日期在今天之后。"
        elif self.revoked_on and self.granted_on and self.revoked_on < self.granted_on:
            wrong["revoked_on"] = "撤销日期早于获批日期。"
        return wrong

    @property
    def granted(self) -> dates.When | None:
        return dates.when(self.granted_on, self.granted_until)

    @granted.setter
    def granted(self, when: dates.When | None) -> None:
        self.granted_on = when.start if when else None
        self.granted_until = when.end if when else None
