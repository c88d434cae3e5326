"""A month has one number of an indicator and a subject; a company one evaluation a year, whose
score is the sum of its printed parts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from crm.integrity.base import Broken, Scope, invariant, named, twice
from crm.models.companies.evaluations import Evaluation
from crm.models.indicators.readings import MonthlyReading


@invariant(
    "reading.once",
    "一个指标一个月一个对象只有一条有效的读数",
    by_hand="请核对两条读数，作废多登记的一条。",
)
def statedtwice(scope: Scope) -> Iterator[Broken]:
    for table in scope.tables(MonthlyReading):
        for rows in twice(scope, table, "indicator", "month_on", *table.subjects):
            yield from named(rows, "与同一对象同一月的另一条并存")


@invariant(
    "evaluation.once",
    "一户企业一年只有一个有效的亩均评价结果",
    by_hand="请核对两个结果，作废多公布的一个。",
)
def evaluatedtwice(scope: Scope) -> Iterator[Broken]:
    for rows in twice(scope, Evaluation, "company", "year"):
        yield from named(rows, "与同一户企业同一年的另一个结果并存")


@invariant(
    "evaluation.sum",
    "亩均评价的得分是各项得分之和",
    by_hand="这是绕过园账改过的；请按公布的文件核对，另立新版重新公布。",
)
def not_the_sum(scope: Scope) -> Iterator[Broken]:
    scored = scope.standing(Evaluation).filter(score__isnull=False).exclude(parts=[])
    for row in scored.select_related("company").iterator(chunk_size=500):
        total = sum((Decimal(part["points"]) for part in row.parts), Decimal(0))
        if total != row.score:
            told = f"得分 {row.score}，各项合计 {total}"
            yield Broken(row._meta.label_lower, row.pk, str(row), told)
