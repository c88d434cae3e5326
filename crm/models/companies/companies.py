"""Companies and the people to talk to in them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from crm import access, gbt4754
from crm.models.base import Row, Rows, once
from crm.models.people import Person
from crm.models.states import State
from crm.models.system.merges import Mergeable, StandingByNumber, gone_index
from crm.names import company_key

_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def credit_code_check_sign(first17: str) -> str:
    """The 18th sign of a 统一社会信用代码 (GB 32100-2015): 31 minus the weighted sum modulo 31."""
    total = sum(
        _CODE_SIGNS.index(sign) * weight
        for sign, weight in zip(first17, _CODE_WEIGHTS, strict=True)
    )
    return _CODE_SIGNS[(31 - total % 31) % 31]


def validate_credit_code(code: str) -> None:
    if len(code) != 18 or any(sign not in _CODE_SIGNS for sign in code):
        raise ValidationError("统一社会信用代码是 18 位数字和大写字母（不含 I、O、S、V、Z）。")
    if credit_code_check_sign(code[:17]) != code[17]:
        raise ValidationError("统一社会信用代码的校验位不对，请核对是否抄错。")


class Company(Mergeable, Row):
    """An enterprise; known by its credit code, else by its normalised name. `park`, `zone` and
    `address` are where it does business, the others where it is registered; which of them makes it
    a park's is said by crm/models/companies/places.py alone."""

    rights = access.Rights(access.COMPANIES)

    name = models.CharField("企业名称", max_length=120)
    name_key = models.CharField(max_length=120, editable=False, db_index=True)
    short_name = models.CharField("简称", max_length=60, blank=True)
    former_names = models.CharField("曾用名", max_length=300, blank=True, help_text="用顿号分隔")
    credit_code = models.CharField(  # noqa: DJ001 - many may be unknown, and unknown is NULL
        "统一社会信用代码",
        max_length=18,
        null=True,
        blank=True,
        validators=[validate_credit_code],
    )
    industry = models.ForeignKey(
        "crm.Industry", models.PROTECT, verbose_name="产业", null=True, blank=True
    )
    gbt_code = models.CharField("国标行业", max_length=4, blank=True, db_index=True)
    park = models.ForeignKey(
        "crm.Park", models.PROTECT, verbose_name="所在园区", null=True, blank=True
    )
    zone = models.ForeignKey(
        "crm.Zone", models.PROTECT, verbose_name="所在片区", null=True, blank=True
    )
    address = models.CharField("经营地址", max_length=200, blank=True)
    registered_park = models.ForeignKey(
        "crm.Park",
        models.PROTECT,
        verbose_name="注册地园区",
        null=True,
        blank=True,
        related_name="registered_companies",
    )
    registered_zone = models.ForeignKey(
        "crm.Zone",
        models.PROTECT,
        verbose_name="注册地片区",
        null=True,
        blank=True,
        related_name="registered_companies",
    )
    registered_address = models.CharField("注册地址", max_length=200, blank=True)
    summary = models.TextField("企业简介", max_length=2000, blank=True)

    objects = StandingByNumber.from_queryset(Rows)()

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        ordering = ["name"]
        indexes = [gone_index("company_gone")]
        constraints = [
            once("credit_code", name="company_once", message="这个统一社会信用代码已登记过。")
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.credit_code = (self.credit_code or "").strip().upper() or None
        self.name_key = company_key(self.name)
        gbt4754.refuse_wrong(self)

    @property
    def gbt(self) -> str:
        """The national industry as people read it: 195 制鞋业."""
        return gbt4754.label(self.gbt_code) if self.gbt_code else ""

    @gbt.setter
    def gbt(self, text: str | None) -> None:
        self.gbt_code = gbt4754.code_or_wrong(text or "")


class CompanyState(State):
    """Which park and industry a company counts for."""

    rights = Company.rights

    row = models.ForeignKey(Company, models.CASCADE, related_name="states")
    industry = models.ForeignKey("crm.Industry", models.PROTECT, null=True, related_name="+")
    park = models.ForeignKey("crm.Park", models.PROTECT, null=True, related_name="+")
    registered_park = models.ForeignKey("crm.Park", models.PROTECT, null=True, related_name="+")

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "企业旧值"


class Contact(Person, Mergeable, Row):
    """A person to talk to: at a company, about a project, known to the team that logged them."""

    rights = access.Rights(access.PIPELINE, own={access.Reach.TEAM: "team"}, parent="project")

    company = models.ForeignKey(
        Company, models.PROTECT, verbose_name="企业", null=True, blank=True, related_name="contacts"
    )
    project = models.ForeignKey(
        "crm.Project",
        models.PROTECT,
        verbose_name="项目",
        null=True,
        blank=True,
        related_name="contacts",
    )
    team = models.ForeignKey(
        "crm.Team", models.PROTECT, verbose_name="招商科室", null=True, blank=True
    )
    position = models.CharField("职务", max_length=60, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    objects = StandingByNumber.from_queryset(Rows)()

    class Meta:
        verbose_name = verbose_name_plural = "联系人"
        ordering = ["-created_at"]
        indexes = [gone_index("contact_gone")]

    def __str__(self) -> str:
        return f"联系人 {self.pk}"
