"""园惠贷: loans that banks give companies of the park on the county's word."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, QuerySet, Value, When

from crm import access, clock, dates
from crm.exact import money_field, refuse_negative
from crm.models.base import Corrected, RecordedRows
from crm.models.companies.guidance import Guidance

MOST_MONTHS = 360


class LoanState(models.TextChoices):
    APPLIED = "applied", "申请"
    GRANTED = "granted", "放款"
    OVERDUE = "overdue", "逾期"
    SETTLED = "settled", "结清"


# The state a loan is in is the last of these that has a day.
STEPS = {
    LoanState.SETTLED: "settled",
    LoanState.OVERDUE: "overdue",
    LoanState.GRANTED: "granted",
    LoanState.APPLIED: "applied",
}


class Loans(RecordedRows):
    def with_state(self) -> Self:
        """Each with `state`, the step it has come to, for lists."""
        taken = (
            When(**{f"{name}_on__isnull": False}, then=Value(state.value))
            for state, name in STEPS.items()
        )
        return self.annotate(
            state=Case(
                *taken, default=Value(LoanState.APPLIED.value), output_field=models.CharField()
            )
        )


def _of_liaison(user: Any) -> QuerySet:
    """The loans of the companies whose liaison officer the user is today."""
    mine = Guidance.objects.in_force_on(clock.today()).filter(liaison=user.pk)
    return Loan.objects.filter(company__in=mine.values("company")).values_list("pk", flat=True)


class Loan(Corrected):
    """One loan, from its application to its end; each step it takes is a new row that replaces the
    one before, so that what was known on an earlier day stays. What a bank lends a company is
    between them: beside those who keep the ledger, its liaison officer alone sees it."""

    rights = access.Rights(
        access.LOANS,
        own={access.Reach.OWN: "by"},
        duties=access.Duties(rows=_of_liaison, holders=lambda row: ()),
    )

    days: ClassVar = ("applied_on", "applied_until")
    hangs_on: ClassVar = "company"
    chain_keeps: ClassVar = ("company",)
    told_twice_by: ClassVar = (
        "bank", "amount", "applied_on", "granted_on", "overdue_on", "settled_on",
    )  # fmt: skip

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="loans"
    )
    bank = models.CharField("贷款银行", max_length=60)
    amount = money_field(verbose_name="贷款金额", null=True, blank=True)
    term_months = models.PositiveSmallIntegerField(
        "期限",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)],
    )
    applied_on = models.DateField("申请时间", null=True, blank=True)
    applied_until = models.DateField("最晚申请", null=True, blank=True, editable=False)
    granted_on = models.DateField("放款时间", null=True, blank=True)
    granted_until = models.DateField("最晚放款", null=True, blank=True, editable=False)
    overdue_on = models.DateField("逾期时间", null=True, blank=True)
    overdue_until = models.DateField("最晚逾期", null=True, blank=True, editable=False)
    settled_on = models.DateField("结清时间", null=True, blank=True)
    settled_until = models.DateField("最晚结清", null=True, blank=True, editable=False)
    note = models.CharField("备注", max_length=300, blank=True)

    applied = dates.span_of("applied")
    granted = dates.span_of("granted")
    overdue = dates.span_of("overdue")
    settled = dates.span_of("settled")

    objects = Loans.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园惠贷"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["company", "effective_on"], name="loan_of_company")]

    def __str__(self) -> str:
        return f"{self.company} {self.bank}"

    @property
    def step(self) -> LoanState:
        """The last step that has a day: the state it is in."""
        taken = (state for state, name in STEPS.items() if getattr(self, f"{name}_on"))
        return next(taken, LoanState.APPLIED)

    def clean(self) -> None:
        refuse_negative(self, "amount")
        wrong: dict[str, str] = {}
        for name in STEPS.values():
            day = getattr(self, f"{name}_on")
            if day and day > clock.today():
                label = self._meta.get_field(f"{name}_on").verbose_name
                wrong[name] = f"{label}在今天之后；办了再登记。"
        if not self.applied_on and not self.granted_on:
            wrong["applied"] = "请填写申请时间或放款时间。"
        for name, label in (("overdue", "逾期"), ("settled", "结清")):
            if getattr(self, f"{name}_on") and not self.granted_on:
                wrong[name] = f"填了{label}时间，请填写放款时间。"
        wrong |= self._out_of_order()
        if wrong:
            raise ValidationError(wrong)

    def _out_of_order(self) -> dict[str, str]:
        told = {name: getattr(self, name) for name in ("applied", "granted", "overdue", "settled")}
        dated = [(name, when) for name, when in told.items() if when is not None]
        return {
            name: f"早于{self._meta.get_field(f'{before}_on').verbose_name} {earlier}，请核对。"
            for (before, earlier), (name, when) in pairwise(dated)
            if when.end < earlier.start
        }
