"""What offices publish: the readings of the period's last month, and what the county expects of the
year."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from crm.models import Industry
from crm.models.companies.tiers import Tier, newly_of_tier, with_twelve_months
from crm.models.indicators.forecasts import Forecast
from crm.models.indicators.readings import SUBJECTS, Reading, Readings
from crm.models.states import number_of, told
from crm.reports.figures.base import Context, figure
from crm.reports.measures import Count, Published, Share
from crm.reports.printing import Printing

OUTPUT, TAX = "output", "tax"
SINCE_JANUARY = (
    "期间最后一个月公布的累计数，期间须从 1 月开始；同比是公布的增速，不由两年的数相除。"
)
EXPECTED = "期末以前最近一次对期间所在年度的全年预计；增长以当时说的上年实际数为准。"


def readings(context: Context, code: str | Subquery) -> Readings:
    """Those of an indicator in the period's last month, of whatever subject; none for a period that
    does not begin with the year, whose number nobody published."""
    month = context.period.last_month
    found = Reading.objects.standing(context.known_on).of(code, month)
    begins = context.period.start
    is_since_january = (begins.year, begins.month) == (month.year, 1)
    return found if is_since_january and month <= context.end else found.none()


def of_whole(context: Context, code: str) -> Readings:
    """The reading of the county, or of the park asked for."""
    found = readings(context, code)
    if context.park is not None:
        return found.filter(park=context.park)
    return found.of_county()


@figure(
    "indicators.output",
    "规上工业总产值",
    measure=Published("亿元"),
    rule="规上工业总产值，" + SINCE_JANUARY,
    printing=Printing(digits=2),
)
def output(context: Context) -> QuerySet:
    return of_whole(context, OUTPUT)


@figure(
    "indicators.tax",
    "入库税收",
    measure=Published("亿元"),
    rule="园区企业入库税收，" + SINCE_JANUARY,
    printing=Printing(digits=2),
)
def tax(context: Context) -> QuerySet:
    return of_whole(context, TAX)


@figure(
    "indicators.industrial_investment",
    "工业投资",
    measure=Published("亿元"),
    rule="工业固定资产投资，" + SINCE_JANUARY,
    printing=Printing(digits=2, growth_digits=1),
)
def industrial_investment(context: Context) -> QuerySet:
    return of_whole(context, "industrial_investment")


@figure(
    "indicators.upgrade_investment",
    "技改投资",
    measure=Published("亿元"),
    rule="工业投资中的技术改造投资，" + SINCE_JANUARY,
    printing=Printing(digits=2, growth_digits=1),
)
def upgrade_investment(context: Context) -> QuerySet:
    return of_whole(context, "upgrade_investment")


def _of_industries(context: Context, *asked: Q) -> QuerySet:
    industries = told(Industry, context.known_on).filter(*asked)
    numbers = industries.values(number_of(industries.model))
    found: QuerySet = readings(context, OUTPUT).filter(industry__in=numbers)
    return found


@figure(
    "industries.leading_share",
    "主导产业产值占比",
    measure=Share("%"),
    rule="各主导产业的规上产值之和除以全县规上工业总产值，都取期间最后一个月公布的累计数；"
    "有一个主导产业没有读数的不算（没有产值的须登记为 0）。",
    printing=Printing(digits=1),
    is_of_county=True,
)
def leading_share(context: Context) -> QuerySet:
    leading = told(Industry, context.known_on).filter(is_leading=True)
    number = number_of(leading.model)
    stated = readings(context, OUTPUT)
    county = Q(**dict.fromkeys(SUBJECTS))
    lacking = leading.exclude(**{f"{number}__in": stated.of_industries().values("industry")})
    found = stated.filter(county | Q(industry__in=leading.values(number)))
    return found.filter(~Exists(lacking))


@figure(
    "industries.textile.output",
    "纺织鞋服产值",
    measure=Published("亿元"),
    rule="纺织鞋服（代码 textile）规上企业产值，" + SINCE_JANUARY,
    printing=Printing(digits=2),
    is_of_county=True,
)
def textile_output(context: Context) -> QuerySet:
    return _of_industries(context, Q(slug="textile"))


@figure(
    "industries.food.output",
    "健康食品产值",
    measure=Published("亿元"),
    rule="健康食品（代码 food）规上企业产值，" + SINCE_JANUARY,
    printing=Printing(digits=2),
    is_of_county=True,
)
def food_output(context: Context) -> QuerySet:
    return _of_industries(context, Q(slug="food"))


def _forecast(context: Context, code: str) -> QuerySet:
    """The newest forecast of the period's year that was made by its end."""
    made = Forecast.objects.standing(context.known_on).filter(
        indicator__code=code, year=context.period.end.year, effective_on__lte=context.end
    )
    newest: Sequence[str] = ("-effective_on", "-made_until", "-pk")
    first = made.filter(indicator=OuterRef("indicator")).order_by(*newest)
    return made.filter(pk=Subquery(first.values("pk")[:1]))


@figure(
    "forecast.above_scale_enterprises",
    "全年预计规上企业",
    measure=Published("户"),
    rule="规上企业，" + EXPECTED,
    is_of_county=True,
)
def expected_above_scale(context: Context) -> QuerySet:
    return _forecast(context, "above_scale_enterprises")


@figure(
    "forecast.output",
    "全年预计规上工业总产值",
    measure=Published("亿元"),
    rule="规上工业总产值，" + EXPECTED,
    printing=Printing(growth_digits=0),
    is_of_county=True,
)
def expected_output(context: Context) -> QuerySet:
    return _forecast(context, OUTPUT)


@figure(
    "forecast.tax",
    "全年预计税收",
    measure=Published("亿元"),
    rule="园区企业入库税收，" + EXPECTED,
    printing=Printing(digits=1),
    is_of_county=True,
)
def expected_tax(context: Context) -> QuerySet:
    return _forecast(context, TAX)


ROLLING = (
    "近十二个月产值或营业收入 = 当年累计 + 上年 12 月累计 − 上年同月累计，按当时公布的算，"
    "缺一个数的不计；门槛和衡量指标见企业梯队；"
)
TWELVE_MONTHS = (("近十二个月（亿元）", "rolling"),)


def _reached(context: Context, code: str) -> QuerySet:
    """Readings of companies whose twelve months to the period's end put them in the tier and those
    to last December did not."""
    measured_by = told(Tier, context.known_on).filter(code=code).values("measure")[:1]
    month = context.period.last_month
    rows = with_twelve_months(readings(context, Subquery(measured_by)), month, context.known_on)
    return newly_of_tier(rows, code, context.known_on)


@figure(
    "cultivation.tier_2bn",
    "新增 20 亿级企业",
    measure=Count("户", TWELVE_MONTHS),
    rule=ROLLING + "期末达到 20 亿级（代码 tier_2bn）而上年全年没有达到的企业，只计最高一级；"
    "各园区的报告都按全县计。",
    is_of_county=True,
)
def tier_2bn(context: Context) -> QuerySet:
    return _reached(context, "tier_2bn")


@figure(
    "cultivation.tier_1bn",
    "新增 10 亿级企业",
    measure=Count("户", TWELVE_MONTHS),
    rule=ROLLING + "期末达到 10 亿级（代码 tier_1bn）而上年全年没有达到的企业，只计最高一级；"
    "各园区的报告都按全县计。",
    is_of_county=True,
)
def tier_1bn(context: Context) -> QuerySet:
    return _reached(context, "tier_1bn")
