"""What is improbable of a project's month: a reason is asked for it, and given it is taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crm.exact import WAN, grouped
from crm.models.delivery.project_months import ProjectMonth

TIMES = 10  # an amount so many times last month's is hardly meant
MOST_OF_PLAN = Decimal("1.5")  # of the year's plan


@dataclass(frozen=True)
class Year:
    """The other months of a project in the year of one, as they stand. plan: yuan, of the year."""

    months: Sequence[ProjectMonth]
    plan: Decimal | None = None

    @classmethod
    def around(
        cls, row: ProjectMonth, months: Iterable[ProjectMonth], plan: Decimal | None
    ) -> Year:
        """`months`: the project's, in any order, the one that `row` is to replace among them."""
        others = [
            one
            for one in months
            if one.month_on.year == row.month_on.year and one.month_on != row.month_on
        ]
        return cls(sorted(others, key=lambda one: one.month_on), plan)

    def last_month(self, row: ProjectMonth) -> ProjectMonth | None:
        found = [one for one in self.months if one.month_on.month == row.month_on.month - 1]
        return found[0] if found else None

    def carried(self, row: ProjectMonth) -> Decimal | None:
        """The cumulative number up to the month before: nothing in January, None = unknown."""
        if row.month_on.month == 1:
            return Decimal(0)
        last = self.last_month(row)
        return last.cumulative if last else None


def complete(row: ProjectMonth, year: Year) -> None:
    """Fills in which of the two amounts was not told, where it follows from the month before."""
    carried = year.carried(row)
    if carried is None:
        return
    if row.cumulative is None and row.invested is not None:
        row.cumulative = carried + row.invested
    elif row.invested is None and row.cumulative is not None and row.cumulative >= carried:
        row.invested = row.cumulative - carried


def doubts(row: ProjectMonth, year: Year) -> list[str]:
    """What of its amounts is improbable, in words."""
    return [*_against_the_months(row, year), *_against_size(row, year)]


def _against_the_months(row: ProjectMonth, year: Year) -> Iterable[str]:
    if row.cumulative is None:
        return
    carried, first = year.carried(row), row.month_on
    known = [one for one in year.months if one.cumulative is not None]
    before = [one for one in known if one.month_on < first]
    after = [one for one in known if one.month_on > first]
    if before and before[-1].cumulative > row.cumulative:
        told = _wan(before[-1].cumulative)
        yield f"累计比{before[-1].month_on.month}月的 {told} 少"
    elif carried is not None and row.invested is not None:
        follows = row.cumulative - carried
        if follows != row.invested:
            yield f"累计减上月累计是 {_wan(follows)}，本月填的是 {_wan(row.invested)}"
    if after and after[0].cumulative < row.cumulative:
        yield f"累计比{after[0].month_on.month}月的 {_wan(after[0].cumulative)} 多"


def _against_size(row: ProjectMonth, year: Year) -> Iterable[str]:
    last = year.last_month(row)
    for name, label in (("invested", "本月"), ("cumulative", "累计")):
        now, then = getattr(row, name), getattr(last, name, None)
        if now and then and now >= TIMES * then:
            yield f"{label}是上月 {_wan(then)} 的 {int(now / then)} 倍"
    if year.plan and row.cumulative is not None and row.cumulative > MOST_OF_PLAN * year.plan:
        percent = int(row.cumulative * 100 / year.plan)
        yield f"累计是年度计划 {_wan(year.plan)} 的 {percent}%"


def _wan(amount: Decimal) -> str:
    return f"{grouped(amount / WAN)}万元"
