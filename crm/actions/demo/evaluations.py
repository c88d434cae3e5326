"""The demo county's 亩均评价: published, appealed against once, and ruled on, a line a step of
`evaluation-steps.csv`; schemes and numbers come in as any ledger's."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from crm import demo, ledgers
from crm.actions.companies import evaluations
from crm.models import Company, User
from crm.models.companies.evaluation_schemes import EvaluationScheme
from crm.models.companies.evaluations import AppealState, EvaluationAppeal

Line = dict[str, str]


def steps(by: User) -> Iterator[tuple[date, Any]]:
    """Each step with its day and the doing of it."""
    with (demo.FOLDER / "evaluation-steps.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            day = date.fromisoformat(line["日期"])
            yield day, partial(_VERBS[line["动作"]], line, day, by)


def _publish(line: Line, day: date, by: User) -> None:
    scheme = EvaluationScheme.objects.get(name=line["对象"])
    evaluations.publish(scheme, by=by, on=day, document=line["文字"])


def _appeal(line: Line, day: date, by: User) -> None:
    company = Company.objects.get(name=line["对象"])
    told = {"company": company, "year": demo.EVALUATED, "appealed_on": day, "content": line["文字"]}
    ledgers.get("evaluation-appeals").register(told, by=by)


def _uphold(line: Line, day: date, by: User) -> None:
    appeal = EvaluationAppeal.objects.get(company__name=line["对象"], state=AppealState.OPEN)
    columns = ledgers.get("evaluation-inputs").form_columns
    name = next(column.name for column in columns if column.label == line["数据"])
    evaluations.uphold_appeal(
        appeal, by=by, on=day, ruling=line["文字"], values={name: Decimal(line["数"])}
    )


_VERBS = {"公布": _publish, "申诉": _appeal, "申诉成立": _uphold}
