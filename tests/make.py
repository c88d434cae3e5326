"""Arranging a test: rows made through the ledger's own verbs, with sensible facts where a test does
not care. "factory" means 厂房 here, so these are makers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models

from crm import clock, ledgers
from crm.access import Role
from crm.actions import rows
from crm.actions.companies import evaluation_inputs, evaluations
from crm.actions.indicators import collections, due_reports, readings
from crm.actions.pipeline import (
    agreements,
    confirmations,
    enquiries,
    first_contacts,
    followups,
    projects,
    prospects,
    receipts,
    transfers,
)
from crm.actions.questions import LOOKED_FOR
from crm.actions.system import users
from crm.dates import When
from crm.models import (
    Activity,
    Agreement,
    Assignment,
    ChainGap,
    ClaimRuling,
    Company,
    Contact,
    CreditShare,
    Enquiry,
    ExchangeRate,
    FirstContactClaim,
    FollowUp,
    FundingReceipt,
    Industry,
    KeyListing,
    Milestone,
    MilestoneKind,
    Park,
    Project,
    Prospect,
    Recognition,
    Review,
    StageMove,
    Subject,
    Target,
    Team,
    Transfer,
    User,
    Verdict,
    Zone,
)
from crm.models.companies.companies import credit_code_check_sign
from crm.models.companies.evaluation_schemes import EvaluationScheme
from crm.models.companies.evaluations import Evaluation, EvaluationAppeal
from crm.models.indicators.collections import Collection
from crm.models.indicators.due_reports import DueReport
from crm.models.indicators.indicators import Indicator
from crm.models.states import State
from crm.stages import Stage, Status

_next = itertools.count(1)

# A plain password, known to the tests that sign in through the form.
PASSWORD = "a-test-password"


def maker() -> User:
    """The statistician in whose name rows are made: she may enter every ledger."""
    known = User.objects.filter(username="maker").first()
    return known or user(Role.STATISTICIAN, username="maker")


def team(name: str = "") -> Team:
    facts = {"name": name or f"招商{next(_next)}科", "phone": "0817-0000000"}
    return rows.register(Team, facts, by=maker())


def user(
    role: Role | str, *, username: str = "", team: Team | None = None, parks: Any = ()
) -> User:
    return users.add_user(
        username or f"{role}{next(_next)}",
        role=role,
        by=None,
        name=f"测试{Role(role).label}",
        team=team,
        parks=parks,
        password=PASSWORD,
        check_password=False,
    )


def industry(name: str = "纺织鞋服", **values: Any) -> Industry:
    known = Industry.objects.filter(name=name).first()
    return known or rows.register(Industry, {"name": name, **values}, by=maker())


def park(name: str = "", **values: Any) -> Park:
    number = next(_next)
    facts = {"name": name or f"第{number}工业园区", "slug": f"park-{number}"}
    return rows.register(Park, facts | values, by=maker())


def zone(park: Park, name: str = "一片区", area_sq_km: str | None = "3.5") -> Zone:
    area = None if area_sq_km is None else Decimal(area_sq_km)
    return rows.register(Zone, {"park": park, "name": name, "area_sq_km": area}, by=maker())


def evaluation_scheme(
    year: int = 2022, weights: Any = (("tax", "land", "100"),), **values: Any
) -> Any:
    """亩均评价办法 of companies below scale, who are those of whom inputs are told; `weights`:
    (numerator, denominator, weight) of its measures."""
    facts: dict[str, Any] = {"year": str(year), "population": "below", "line_a": Decimal(20),
                             "line_b": Decimal(80), "line_c": Decimal(95)} | values  # fmt: skip
    scheme = ledgers.get("evaluation-schemes").register(facts, by=maker())
    for above, below, weight in weights:
        told = {"scheme": scheme, "name": f"{above}/{below}", "numerator": above,
                "denominator": below, "weight": Decimal(weight)}  # fmt: skip
        ledgers.get("evaluation-measures").register(told, by=maker())
    return scheme


def evaluation_input(company: Company, year: int = 2022, **values: Any) -> Any:
    """Of 10 mu, and what else is told (money in yuan)."""
    land = {"land_registered_mu": 10, "land_rented_mu": 0, "land_let_mu": 0}
    told = {name: None if v is None else Decimal(v) for name, v in (land | values).items()}
    return evaluation_inputs.record_inputs(company, year, by=maker(), **told)


def evaluation(company: Company, year: int = 2022) -> Any:
    """The published result of a company that was the only one."""
    evaluation_input(company, year, tax=1_000_000)
    scheme = evaluation_scheme(year)
    return evaluations.publish(scheme, by=maker(), on=clock.today())[0]


def evaluated(company: Company, year: int, on: date) -> None:
    """Numbers, a mark, an appeal and a result of a company's year, whatever they come to."""
    told = {"company": company, "year": year}
    inputs = evaluation_input(company, year)
    evaluation_inputs.record_mark(company, year, by=maker(), ground="safety", effect="one_lower")
    rows.register(EvaluationAppeal, told | {"appealed_on": on, "content": "有误"}, by=maker())
    scheme = EvaluationScheme.objects.first() or evaluation_scheme(year, weights=())
    row = Evaluation(**told, scheme=scheme, inputs=inputs, published_on=on, grade="A", merit="A")
    row.recorded_at = clock.now()
    row.save()


def states_begin(on: date) -> None:
    """As if the ledger had begun to keep earlier values of its rows on that day."""
    for table in State.__subclasses__():
        models.QuerySet.update(
            table._base_manager.all(), is_first=True, recorded_at=clock.end_of(on)
        )


def credit_code() -> str:
    """A code with a right check sign that belongs to nobody (region 000000)."""
    first = f"91000000MA{next(_next):07d}"
    return first + credit_code_check_sign(first)


def company(name: str = "", **values: Any) -> Company:
    return rows.register(
        Company, {"name": name or f"测试{next(_next)}有限公司", **values}, by=maker()
    )


def project(
    name: str = "",
    *,
    stage: Stage = Stage.LEAD,
    status: Status = Status.ACTIVE,
    entered: Mapping[Stage, date | When] | None = None,
    by: User | None = None,
    **values: Any,
) -> Project:
    """A project that entered the ledger at `stage`, with the dates it entered stages."""
    dated = {
        known: on if isinstance(on, When) else When.day(on) for known, on in (entered or {}).items()
    }
    opening = projects.Opening(
        stage=stage,
        status=status,
        entered=dated,
        reason="" if status == Status.ACTIVE else "投资方调整计划",
    )
    values.setdefault("planned_investment", Decimal("100000000"))
    return projects.register(
        {"name": name or f"测试项目{next(_next)}", **values}, by=by or maker(), opening=opening
    )


def follow_up(project: Project, *, by: User | None = None, **values: Any) -> FollowUp:
    return followups.follow_up(
        project, by=by or _somebody(project), **{"content": "电话沟通选址", **values}
    )


def _somebody(project: Project) -> User:
    """One who may follow this project up: its officer, or a head of its team."""
    if project.officer:
        return project.officer
    return user(Role.TEAMLEAD, team=project.team)


def agreement(
    project: Project, signed: date | When, amount: str | None = "100000000", **values: Any
) -> Agreement:
    """`amount` in yuan, None = unknown."""
    money = None if amount is None else Decimal(amount)
    return agreements.sign_agreement(project, by=maker(), signed=signed, amount=money, **values)


def signed_project(
    on: date | When, *, park: Park, amount: str | None = "100000000", **values: Any
) -> Project:
    """A project that stands at 签约 with its 投资 agreement."""
    when = on if isinstance(on, When) else When.day(on)
    made = project(stage=Stage.SIGNED, entered={Stage.SIGNED: when}, park=park, **values)
    agreement(made, when, amount)
    return made


def confirmed(project: Project) -> Project:
    """The same project, its moves confirmed by another statistician than the maker."""
    known = User.objects.filter(username="second").first()
    second = known or user(Role.STATISTICIAN, username="second")
    waiting = StageMove.objects.standing().filter(project=project).unconfirmed()
    confirmations.confirm(waiting, by=second)
    return project


def negotiating_project(officer: User, *, park: Park | None = None, **values: Any) -> Project:
    """A project that its officer followed up and brought to 洽谈 by hand."""
    made = projects.register(
        {
            "name": f"测试项目{next(_next)}",
            "planned_investment": Decimal("100000000"),
            "park": park,
            **values,
        },
        by=officer,
    )
    follow_up(made, by=officer)
    projects.advance(made, Stage.NEGOTIATION, on=clock.today(), by=officer)
    made.refresh_from_db()
    return made


def liaison(project: Project, starts_on: date, *, user: User | None = None, **values: Any) -> Any:
    holder = {"user": user} if user else {"unit": "驻企工作组"}
    return rows.register(
        Assignment, {"project": project, "starts_on": starts_on, **holder, **values}, by=maker()
    )


def activity(held_on: date, **values: Any) -> Activity:
    return rows.register(
        Activity, {"name": f"推介活动{next(_next)}", "held_on": held_on, **values}, by=maker()
    )


def milestone(
    project: Project, kind: MilestoneKind | str, achieved: date | When, **values: Any
) -> Milestone:
    when = achieved if isinstance(achieved, When) else When.day(achieved)
    facts = {"project": project, "kind": kind, "achieved": when}
    return rows.register(Milestone, facts | values, by=maker())


def review(project: Project, held_on: date, **values: Any) -> Review:
    facts = {"body": "县项目评审会", "verdict": Verdict.PASSED}
    return rows.register(
        Review, {"project": project, "held_on": held_on, **facts, **values}, by=maker()
    )


def claim(project: Project, *, by: User | None = None, reason: str = "") -> FirstContactClaim:
    """First contact of the project's team, or of the team of `by`."""
    return first_contacts.claim(project, by=by or maker(), reason=reason)


def ruling(project: Project) -> ClaimRuling:
    """The project's park contested the first contact of its team, and the team was upheld."""
    ours = claim(project)
    claim(project, by=user(Role.PARK, parks=[project.park]), reason="园区先谈")
    return first_contacts.rule(
        ours, by=maker(), reason="有来访登记", decided_by="专题会议纪要〔2023〕5号"
    )


def transfer(project: Project, *, share: str = "0.6", **to: Any) -> Transfer:
    """Offered by the statistician, not decided yet."""
    return transfers.propose_transfer(
        project, by=maker(), reason="产业更适合对方", share=Decimal(share), **to
    )


def divided(project: Project, **to: Any) -> CreditShare:
    """A project's credit after a transfer to another team, or to the one named: its own share."""
    offer = transfer(project, **(to or {"to_team": team()}))
    other = User.objects.filter(username="receiver").first()
    transfers.accept_transfer(offer, by=other or user(Role.STATISTICIAN, username="receiver"))
    return CreditShare.objects.filter(project=project).order_by("pk").first()


def key_listing(project: Project, level: str, year: int = 2023, **values: Any) -> KeyListing:
    facts = {"project": project, "level": level, "year": year}
    return rows.register(KeyListing, facts | values, by=maker())


def target(year: int, indicator: str, value: str, **unit: Any) -> Target:
    """`value` in 个 or 亿元; of the county unless a park, a team, a department or a township."""
    from crm import ledgers

    level = next(iter(unit), "county")
    if level in ("department", "township"):
        unit = {"unit": unit[level]}
    facts = {"year": str(year), "level": level, "indicator": indicator, "value": Decimal(value)}
    return ledgers.get("annual-targets").register(facts | unit, by=maker())


def chain_gap(industry: Industry, name: str = "隔膜", **values: Any) -> ChainGap:
    return rows.register(ChainGap, {"industry": industry, "name": name, **values}, by=maker())


def prospect(name: str = "东拓隔膜有限公司", *, by: User | None = None, **values: Any) -> Prospect:
    return prospects.register({"name": name, **values}, by=by or maker())


def receipt(
    project: Project, received: date | When, amount: str | None = "10000000", **values: Any
) -> FundingReceipt:
    """`amount` in yuan, None = foreign money alone."""
    money = None if amount is None else Decimal(amount)
    return receipts.record_receipt(
        project, by=maker(), received=received, amount=money, anyway=LOOKED_FOR, **values
    )


def rate(year: int, month: int, yuan_per_100: str = "717.34", currency: str = "USD") -> Any:
    facts = {"currency": currency, "month": When.month(year, month)}
    return rows.register(ExchangeRate, facts | {"yuan_per_100": Decimal(yuan_per_100)}, by=maker())


def spell(company: Company, entered: date | When, **values: Any) -> Any:
    """Above scale from then on, unless `left` and `exit_reason` say until when."""
    from crm.actions.companies import spells

    if isinstance(left := values.get("left"), date):
        values["left"] = When.day(left)
    if values.get("left"):
        values.setdefault("exit_reason", "below")
    return spells.enter(company, by=maker(), entered=entered, **values)


def industry_change(company: Company, to: Industry, changed: date | When) -> Any:
    from crm.actions.companies import industry_changes

    return industry_changes.change_industry(company, to, by=maker(), changed=changed)


def relocation(company: Company, moved: date | When, to: Park | None = None, **values: Any) -> Any:
    from crm.actions.companies import relocations

    return relocations.relocate(company, by=maker(), moved=moved, to_park=to, **values)


def upgrade(company: Company, started: When | None = None, **values: Any) -> Any:
    from crm.models.companies.upgrades import Upgrade

    facts = {"company": company, "name": f"技改{next(_next)}", "started": started}
    return rows.register(Upgrade, facts | values, by=maker())


def guidance(company: Company, starts_on: date, **values: Any) -> Any:
    from crm.models.companies.guidance import Guidance

    facts = {"company": company, "team_name": "服务专班", "starts_on": starts_on}
    return rows.register(Guidance, facts | values, by=maker())


def loan(company: Company, **values: Any) -> Any:
    """Applied for on 1 March 2023, unless said otherwise; 3,000,000 yuan."""
    from crm.actions.companies import loans

    told = {
        "bank": "绿溪农商银行",
        "amount": Decimal(3_000_000),
        "applied": When.day(date(2023, 3, 1)),
    }
    return loans.record_loan(company, by=maker(), **told | values)


def indicator(name: str = "规上工业总产值", code: str = "output", **values: Any) -> Any:
    """Cumulative and in 亿元, unless said otherwise."""
    facts = {"name": name, "code": code, "unit": "亿元"} | values
    return rows.register(Indicator, facts, by=maker())


def reading(indicator: Any, month: When, value: Any = None, **told: Any) -> Any:
    """What an indicator was in a month, of the county unless a subject is named."""
    number = None if value is None else Decimal(str(value))
    return readings.record_reading(indicator, by=maker(), month=month, value=number, **told)


def investment_plan(project: Project, year: int, amount: str = "120000000", **values: Any) -> Any:
    """`amount` in yuan, handed down on New Year's Day unless `made` says when."""
    from crm.actions.delivery import investment_plans

    values.setdefault("made", date(year, 1, 1))
    return investment_plans.plan_investment(
        project, by=maker(), year=year, amount=Decimal(amount), **values
    )


def month_report(project: Project, month: When, invested: Any = 0, **told: Any) -> Any:
    """Filed by the maker unless `by` says who; `invested` in yuan."""
    from crm.actions.delivery import project_months

    number = None if invested is None else Decimal(str(invested))
    by = told.pop("by", None) or maker()
    return project_months.file_month(project, by=by, month=month, invested=number, **told)


def due_report(name: str = "工业经济月报", **values: Any) -> DueReport:
    """Every month, by the 10th of the next one."""
    facts = {"name": name, "recipient": "市经信局", "rhythm": "month", "day": 10}
    facts |= {"months_after": 1, "starts_on": date(2023, 1, 1), "remind_days": 3}
    return rows.register(DueReport, facts | values, by=maker())


def sending(item: DueReport, period: When, sent_on: date | None = None, **told: Any) -> Any:
    """That one period went out, on the day it was due unless said otherwise."""
    on = sent_on or item.due_on(period)
    return due_reports.record_sending(item, by=maker(), period=period, sent_on=on, **told)


def collection(
    subjects: Any, *, indicators: Any = None, by: User | None = None, **values: Any
) -> Collection:
    """A round about last month's readings, due in ten days; of companies, unless said otherwise."""
    today = clock.today()
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    facts = {"name": "月度产值", "kind": "company", "asked_by": "县统计局", "month_on": month}
    facts |= {"due_on": today + timedelta(days=10)}
    if indicators is None:
        indicators = [] if "register" in values else [indicator()]
    asked = [one if isinstance(one, collections.Asked) else collections.Asked(one)
             for one in subjects]  # fmt: skip
    return collections.start_collection(
        Collection(**facts | values), by=by or maker(), indicators=indicators, asked=asked
    )


def recognition(title: str = "市级特色园区", **values: Any) -> Recognition:
    """Of the county, unless a park or a company is named."""
    subject = next((Subject(name) for name in ("park", "company") if name in values), "county")
    facts = {"title": title, "subject": subject, "kind": "plaque", "level": "city"}
    values.setdefault("granted", When.day(date(2023, 5, 1)))
    return rows.register(Recognition, facts | values, by=maker())


def contact(
    project: Project | None, *, phone: str = "13800000001", team: Team | None = None, **values: Any
) -> Contact:
    team = team or (project.team if project else None)
    known = {"project": project, "team": team, "name": "测试联系人", "phone": phone}
    return rows.register(Contact, known | values, by=maker())


def enquiry(park: Park, *, phone: str = "13800000002", **values: Any) -> Enquiry:
    """An enquiry as the public form leaves it, in 待研判 of the park's team."""
    made = Enquiry(
        park=park,
        team=park.team,
        consent_version="1",
        **{"organisation": "测试投资公司", "message": "想建一座工厂", **values},
    )
    made.name, made.phone, made.email = "测试咨询人", phone, ""
    return enquiries.receive(made)
