"""Recognitions (荣誉和认定): what a park, a company or the county was granted or praised for."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from crm import access, clock, dates
from crm.models.base import Row, Rows, Standing
from crm.models.states import State


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


class TitleKind(models.TextChoices):
    """称号: the titles that are counted, whatever words a document has for them."""

    LITTLE_GIANT = "little_giant", "国家小巨人"
    PROVINCIAL_SRDI = "provincial_srdi", "省专精特新"
    GONGGA = "gongga", "贡嘎培优"
    GREEN_FACTORY = "green_factory", "绿色工厂"
    SPECIAL_PARK = "special_park", "特色（专业）园区"
    TREASURE = "treasure", "镇园之宝"
    OTHER = "other", "其他"


class Grant(models.TextChoices):
    """认定方式: a title that is looked at again, or runs on, is not a new one."""

    FIRST = "first", "首次认定"
    REVIEW = "review", "复核"
    RENEWAL = "renewal", "续期"


class ClaimScope(models.TextChoices):
    """说法范围: among whom it is so."""

    NATION = "nation", "全国"
    PROVINCE = "province", "全省"
    CITY = "city", "全市"
    COUNTY = "county", "全县"


# Whose a title is, and of which level; None = of any.
HOLDERS = {
    TitleKind.LITTLE_GIANT: (Subject.COMPANY, RecognitionLevel.NATION),
    TitleKind.PROVINCIAL_SRDI: (Subject.COMPANY, RecognitionLevel.PROVINCE),
    TitleKind.GONGGA: (Subject.COMPANY, RecognitionLevel.PROVINCE),
    TitleKind.GREEN_FACTORY: (Subject.COMPANY, None),
    TitleKind.SPECIAL_PARK: (Subject.PARK, None),
    TitleKind.TREASURE: (Subject.COMPANY, RecognitionLevel.COUNTY),
}
# What a title's own words say, the more telling first.
_WORDS = (
    ("小巨人", TitleKind.LITTLE_GIANT),
    ("专精特新", TitleKind.PROVINCIAL_SRDI),
    ("贡嘎培优", TitleKind.GONGGA),
    ("绿色工厂", TitleKind.GREEN_FACTORY),
    ("镇园之宝", TitleKind.TREASURE),
)
_AGAIN = ("复核", "续期")
HELD = (RecognitionState.GRANTED, RecognitionState.REVOKED)


def in_force_on(rows: Any, day: date) -> Any:
    """Those of the recognitions (or of what they said on an earlier day) that were granted by `day`
    (known to lie wholly before its end) and not revoked by then."""
    return rows.filter(state__in=HELD, granted_until__lte=day).filter(
        Q(revoked_on__isnull=True) | Q(revoked_on__gt=day)
    )


class Recognitions(Rows):
    def in_force_on(self, day: date) -> Self:
        found: Self = in_force_on(self, day)
        return found


class Recognition(Row):
    """One title, rating, praise or report. Granted between two days (equal when the day is known);
    a revoked one keeps its grant and gets its last day. `title` is what the document says,
    `title_kind` which of the counted titles that is: where nobody says, its words do, 其他 is none
    of them. A claim (全市唯一, 首批) holds in a scope, on a day, as somebody wrote it."""

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
    title_kind = models.CharField("称号", max_length=20, choices=TitleKind, blank=True)
    grant = models.CharField("认定方式", max_length=10, choices=Grant, default=Grant.FIRST)
    granted_on = models.DateField("获批日期", null=True, blank=True)
    granted_until = models.DateField("最晚获批日期", null=True, blank=True)
    revoked_on = models.DateField("撤销日期", null=True, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)
    claim = models.CharField("说法", max_length=100, blank=True)
    claim_scope = models.CharField("说法范围", max_length=10, choices=ClaimScope, blank=True)
    claim_on = models.DateField("说法日期", null=True, blank=True)
    claim_source = models.CharField("说法出处", max_length=200, blank=True)

    objects = Standing.from_queryset(Recognitions)()

    class Meta:
        verbose_name = verbose_name_plural = "荣誉认定"
        ordering = ["-granted_until", "-pk"]
        indexes = [
            models.Index(fields=["kind", "granted_on"], name="recognition_granted"),
            models.Index(fields=["title_kind", "granted_on"], name="title_granted"),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        self.title_kind = self.title_kind or self._said_by_title()
        wrong = self._subject_faults() | self._date_faults()
        wrong |= self._title_faults() | self._claim_faults()
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

    def _said_by_title(self) -> str:
        """The counted title that the words name; empty where holder or level is another one's."""
        named = next((kind for word, kind in _WORDS if word in self.title), None)
        if named is None:
            return ""
        subject, level = HOLDERS[named]
        fits = self.subject == subject and level in (None, self.level)
        return str(named) if fits else ""

    def _title_faults(self) -> dict[str, str]:
        wrong = {}
        if self.title_kind in HOLDERS:
            kind = TitleKind(self.title_kind)
            subject, level = HOLDERS[kind]
            if self.subject != subject:
                wrong["title_kind"] = f"“{kind.label}”是{subject.label}的称号，与对象不符。"
            elif level is not None and self.level != level:
                wrong["level"] = f"“{kind.label}”是{level.label}的称号，请核对级别。"
        again = next((word for word in _AGAIN if word in self.title), "")
        if again and self.grant == Grant.FIRST:
            wrong["grant"] = f"名称写的是{again}，认定方式请选“复核”或“续期”；它不算新增。"
        return wrong

    def _claim_faults(self) -> dict[str, str]:
        """Whoever repeats “全市唯一” must know where, when and by whose word."""
        parts = {"claim": "说法", "claim_scope": "范围", "claim_on": "日期", "claim_source": "出处"}
        if not any(getattr(self, name) for name in parts):
            return {}
        wrong = {
            name: f"写了“全市唯一”“首批”一类的说法，要有范围、日期和出处，请填写{label}。"
            for name, label in parts.items()
            if not getattr(self, name)
        }
        if self.claim_on and self.claim_on > clock.today():
            wrong["claim_on"] = "说法日期在今天之后。"
        return wrong

    @property
    def granted(self) -> dates.When | None:
        return dates.when(self.granted_on, self.granted_until)

    @granted.setter
    def granted(self, when: dates.When | None) -> None:
        self.granted_on = when.start if when else None
        self.granted_until = when.end if when else None


class TitleState(State):
    """Figures count titles and what is in force, so that what was said before is kept."""

    rights = Recognition.rights

    row = models.ForeignKey(Recognition, models.CASCADE, related_name="states")
    park = models.ForeignKey("crm.Park", models.PROTECT, null=True, related_name="+")
    company = models.ForeignKey("crm.Company", models.PROTECT, null=True, related_name="+")
    level = models.CharField(max_length=10)
    title_kind = models.CharField(max_length=20, blank=True)
    grant = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    granted_on = models.DateField(null=True)
    granted_until = models.DateField(null=True)
    revoked_on = models.DateField(null=True)

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "荣誉认定旧值"
