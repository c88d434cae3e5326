"""Building a report: every figure, the findings beside them, and for whom and when it was built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from crm import access, clock
from crm.access import Action, Reach
from crm.errors import Refused
from crm.exact import trimmed
from crm.models import Park, User
from crm.reports import checks, figures, outline
from crm.reports.checks import Finding
from crm.reports.figures import Context, Result
from crm.reports.period import FIRST_YEAR, Period


@dataclass(frozen=True)
class Report:
    """The figures of one period as the ledger gives them now, or gave them on an earlier day."""

    context: Context
    results: dict[str, Result]
    findings: list[Finding]
    built_at: datetime

    @property
    def is_partial(self) -> bool:
        """Whether it counts only the rows its user may see."""
        return is_partial(self.context)

    @property
    def is_empty(self) -> bool:
        """Whether no figure found a single row."""
        return not any(result.rows for result in self.results.values())

    @property
    def sections(self) -> list[outline.Laid]:
        return list(outline.lay_out(self.context, self.results))

    def as_data(self) -> dict[str, Any]:
        """For programs. `value` is exact, unrounded and in the unit; null where it is unknown."""
        return {
            "period": self.context.period.iso,
            "figures": {
                figure.key: {
                    "value": result.value,
                    "unit": figure.unit,
                    "yoy_pct": result.yoy_pct,
                    "printed": result.text,
                    "rows": result.rows,
                    "converted": result.converted,
                    "unconfirmed": result.unconfirmed,
                    "sent_back": result.sent_back,
                    "rule": figure.rule,
                }
                for figure in figures.every()
                for result in [self.results[figure.key]]
            },
            "findings": [finding.as_data() for finding in self.findings],
        }

    def as_json(self) -> str:
        """Numbers as their exact digits: 284.5, never 284.49999 and never 2.845e2."""
        return orjson.dumps(self.as_data(), default=_digits, option=orjson.OPT_INDENT_2).decode()


def _digits(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(trimmed(value))
    raise TypeError(f"no JSON for {type(value).__name__}")


def is_partial(context: Context) -> bool:
    """Whether the user of this context may report on some rows only."""
    user = context.user
    return user is not None and Reach.ALL not in access.reaches(user, Action.REPORT, "project")


def asked(
    since: str,
    until: str,
    *,
    park: str = "",
    known_on: str = "",
    user: User | None = None,
) -> Context:
    """What a person typed, as a question to the figures; refused at the field that is wrong."""
    if user is not None:
        access.require_noun(user, Action.REPORT, "project")
    return Context(Period.parse(since, until), _day(known_on), _park(park), user)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            f"追溯日期应写成 2023-08-31 的样子；现在是“{text[:20]}”。", "invalid", ["as-known-on"]
        ) from error
    if day.year < FIRST_YEAR or day > clock.today():
        raise Refused(
            f"追溯日期 {day.isoformat()} 应在 {FIRST_YEAR} 年之后、不晚于今天。",
            "invalid",
            ["as-known-on"],
        )
    return day


def _park(slug: str) -> Park | None:
    if not slug:
        return None
    parks = {park.slug: park for park in Park.objects.all()}
    if slug not in parks:
        known = f"现有：{'、'.join(sorted(parks))}" if parks else "台账里还没有园区"
        raise Refused(f"没有代码为“{slug[:60]}”的园区；{known}。", "invalid", ["park"])
    return parks[slug]


def build(context: Context) -> Report:
    """Computes every figure of the report and checks them against each other."""
    results = {figure.key: figure.result(context) for figure in figures.every()}
    return Report(context, results, checks.run(context, results), clock.now())
