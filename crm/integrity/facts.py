"""What is recorded is corrected by new rows, never rewritten: chains hold together, and what
follows from a row's dates is what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce, Greatest, Least, TruncDate

from crm.integrity.base import (
    Broken,
    Scope,
    differ,
    invariant,
    named,
)
from crm.models import Agreement
from crm.models.base import Corrected, Recorded

# Facts whose correction may be about another project, and why.
OF_SEVERAL_PROJECTS = {
    "crm.claimruling": "a dispute of two projects may be ruled anew for the other one",
}
_REWRITTEN = "登记的内容不能改写；请与备份和操作记录核对，用“更正”写一条新的。"


@invariant(
    "fact.replaces",
    "更正和作废的是同一个项目、同一户企业的一条",
    by_hand=_REWRITTEN,
)
def replaces_another_project(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables(Recorded):
        holder = _holder(model)
        if holder and model._meta.label_lower not in OF_SEVERAL_PROJECTS:
            rows = scope.rows(model).filter(differ(holder, f"replaces__{holder}"))
            what = model._meta.get_field(holder).verbose_name
            yield from named(rows.filter(replaces__isnull=False), f"更正的是另一{what}的一条")


def _holder(model: Any) -> str:
    """The field of what its facts hang on; empty where it has none."""
    names = {field.name for field in model._meta.fields}
    return str(model.hangs_on) if model.hangs_on in names else ""


@invariant(
    "fact.withdraws",
    "作废的一条说明它作废了哪一条",
    by_hand=_REWRITTEN,
)
def withdraws_nothing(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables(Recorded):
        rows = scope.rows(model).filter(withdraws=True, replaces__isnull=True)
        yield from named(rows, "没有写明作废的是哪一条")


@invariant(
    "fact.copy",
    "合并带来的一条抄自另一个项目或企业，并且是新的一条",
    by_hand=_REWRITTEN,
)
def copies_itself(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables(Recorded):
        wrong = Q(replaces__isnull=False)
        if holder := _holder(model):
            wrong |= Q(**{holder: F(f"copy_of__{holder}")})
        yield from named(scope.rows(model).filter(wrong, copy_of__isnull=False), "不像合并带来的")


@invariant(
    "fact.known_since",
    "最初登记的日期就是更正前第一条的登记日期",
    by_hand=_REWRITTEN,
)
def not_known_since(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables(Recorded):
        first = Case(
            When(replaces__isnull=False, then=F("replaces__known_since")),
            When(copy_of__isnull=False, then=F("copy_of__known_since")),
            default=TruncDate("recorded_at"),
        )
        rows = scope.rows(model).annotate(first_on=first).filter(differ("known_since", "first_on"))
        yield from named(rows, lambda row: f"记作 {row.known_since}，应为 {row.first_on}")


@invariant(
    "fact.effective_on",
    "生效日期由发生日期和最初登记推出",
    by_hand=_REWRITTEN,
)
def not_effective_on(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables(Corrected):
        first, last = model.days
        by_then = Greatest(F(first), Least(Coalesce(last, first), F("known_since")))
        day = Case(When(**{f"{first}__isnull": True}, then=F("known_since")), default=by_then)
        rows = scope.rows(model).annotate(holds_on=day).filter(differ("effective_on", "holds_on"))
        yield from named(rows, lambda row: f"记作 {row.effective_on}，应为 {row.holds_on}")


@invariant(
    "fact.future",
    "登记时还没有发生的事不在台账里",
    by_hand="请核对凭证，更正日期；计划的日期填在计划栏。",
)
def of_the_future(scope: Scope) -> Iterator[Broken]:
    """By the day it was recorded, which is what was asked then."""
    for model in scope.tables(Corrected):
        rows = scope.standing(model).annotate(told_on=TruncDate("recorded_at"))
        yield from named(
            rows.filter(**{f"{model.days[0]}__gt": F("told_on")}), _later(model.days[0])
        )


def _later(name: str) -> Any:
    return lambda row: f"发生在 {getattr(row, name)}，{row.told_on} 就登记了"


@invariant(
    "fact.days",
    "最晚日期不早于发生日期，终止不早于签订",
    by_hand="请核对凭证，更正日期。",
)
def ends_before_it_begins(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables(Corrected):
        first, last = model.days
        wrong = Q(**{f"{last}__lt": F(first)})
        if model is Agreement:
            wrong |= Q(ended_on__lt=F("signed_on"))
        yield from named(scope.standing(model).filter(wrong), "日期前后颠倒")
