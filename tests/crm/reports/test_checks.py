"""The findings beside the figures: true, few, and naming their rows."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm import clock
from crm.actions import merges
from crm.actions.pipeline import agreements, projects
from crm.dates import When
from crm.models import Agreement, AgreementKind
from crm.reports.build import build
from crm.reports.checks import Finding
from crm.reports.figures import Context
from crm.reports.figures.attraction import signed_projects
from crm.reports.period import Period
from crm.stages import Stage, Status
from tests import make

MAY = date(2023, 5, 8)


def findings(context: Context) -> dict[str, Finding]:
    return {finding.key: finding for finding in build(context).findings}


def titles(finding: Finding) -> set[str]:
    return {row.title for row in finding.rows}


def test_a_sound_ledger_has_no_findings(asked, county_park):
    make.confirmed(make.signed_project(MAY, park=county_park))
    make.project(stage=Stage.NEGOTIATION, entered={Stage.NEGOTIATION: MAY})
    make.activity(MAY)
    assert findings(asked) == {}


def test_rows_without_an_amount_are_named(asked, county_park):
    make.confirmed(make.signed_project(MAY, park=county_park, amount=None, name="金额不明的项目"))
    make.confirmed(make.signed_project(MAY, park=county_park, name="金额已知的项目"))
    found = findings(asked)
    assert list(found) == ["attraction.signed_investment.without_amount"]
    finding = found["attraction.signed_investment.without_amount"]
    assert titles(finding) == {"金额不明的项目"}
    assert "2 个项目中有 1 个没有金额" in finding.text


@pytest.mark.parametrize(
    ("signed", "about"),
    [(When.year(2023), "2023年"), (None, "日期待补")],
)
def test_a_signing_whose_date_is_too_coarse_is_listed(asked, county_park, signed, about):
    opening = projects.Opening(
        stage=Stage.SIGNED,
        entered={Stage.SIGNED: signed} if signed else {},
        agreed_investment=Decimal("100000000"),
    )
    projects.register(
        {"name": "日期粗的项目", "park": county_park}, by=make.maker(), opening=opening
    )
    found = findings(asked)["agreement_dates"]
    assert [(row.title, row.about) for row in found.rows] == [("日期粗的项目", about)]


@pytest.mark.parametrize("signed", [When.month(2023, 3), When.year(2022), When.day(MAY)])
def test_a_signing_whose_date_decides_is_not_listed(asked, county_park, signed):
    make.signed_project(signed, park=county_park)
    assert "agreement_dates" not in findings(asked)


def test_an_unknown_date_recorded_before_the_period_decides_by_itself(asked, county_park):
    opening = projects.Opening(stage=Stage.OPERATION, agreed_investment=Decimal("100000000"))
    for day in (date(2022, 12, 31), date(2023, 1, 1)):
        with clock.playing(day):
            projects.register(
                {"name": f"{day}登记", "park": county_park}, by=make.maker(), opening=opening
            )
    found = findings(asked)
    assert titles(found["agreement_dates"]) == {"2023-01-01登记"}
    assert titles(found["move_dates"]) == {"2023-01-01登记"}


@pytest.mark.parametrize(
    ("stage", "entered", "listed"),
    [
        (Stage.OPERATION, When.year(2023), True),
        (Stage.OPERATION, When.month(2023, 8), False),
        (Stage.TRIAL, When.year(2023), True),
        (Stage.LEAD, When.year(2023), False),  # no figure reads when a lead came in
    ],
)
def test_a_move_whose_date_is_too_coarse_is_listed(asked, db, stage, entered, listed):
    make.project("日期粗的项目", stage=stage, entered={stage: entered})
    found = findings(asked)
    assert ("move_dates" in found) is listed
    if listed:
        assert [row.about for row in found["move_dates"].rows] == [f"{stage.label} 2023年"]


def test_a_coarse_date_over_the_beginning_matters_for_new_operation_only(db):
    spring = Context(Period.parse("2022-03", "2023-08"))
    for stage in (Stage.OPERATION, Stage.TRIAL):
        make.project(f"{stage.label}项目", stage=stage, entered={stage: When.year(2022)})
    assert titles(findings(spring)["move_dates"]) == {"投产项目"}


def test_an_agreement_without_a_park_is_listed(asked, db):
    make.agreement(make.project("没有园区的项目"), MAY)
    assert titles(findings(asked)["agreement_without_park"]) == {"没有园区的项目"}


def test_an_agreement_of_another_period_without_a_park_is_not(asked, db):
    make.agreement(make.project(), date(2022, 5, 8))
    make.agreement(make.project(), MAY, kind=AgreementKind.FRAMEWORK)
    assert "agreement_without_park" not in findings(asked)


def test_a_project_past_signing_without_an_agreement_is_listed(asked, county_park):
    make.project("没有协议的项目", stage=Stage.CONSTRUCTION, entered={Stage.CONSTRUCTION: MAY})
    framework = make.project("只有框架", stage=Stage.SIGNED, entered={Stage.SIGNED: MAY})
    make.agreement(framework, MAY, kind=AgreementKind.FRAMEWORK)
    make.project("退出的", stage=Stage.SIGNED, entered={Stage.SIGNED: MAY}, status=Status.EXITED)
    make.project("还在谈的", stage=Stage.NEGOTIATION, entered={Stage.NEGOTIATION: MAY})
    make.signed_project(MAY, park=county_park, name="有协议的")
    found = findings(asked)["signed_without_agreement"]
    assert titles(found) == {"没有协议的项目", "只有框架"}
    assert "待补" in found.text


def test_a_project_counted_as_signed_and_as_in_talks_is_listed(asked, county_park):
    both = make.project(
        "两处都计的项目",
        stage=Stage.NEGOTIATION,
        entered={Stage.NEGOTIATION: MAY},
        park=county_park,
    )
    make.agreement(both, MAY)
    assert titles(findings(asked)["signed_but_negotiating"]) == {"两处都计的项目"}
    make.review(both, MAY)
    projects.advance(both, Stage.SIGNED, on=date(2023, 8, 1), by=make.maker())
    assert "signed_but_negotiating" not in findings(asked)


def test_a_finding_of_an_earlier_day_names_the_project_that_was_merged_away_since(
    asked, county_park
):
    talking = {"stage": Stage.NEGOTIATION, "entered": {Stage.NEGOTIATION: MAY}}
    signed = make.project("后来并入别家的", park=county_park, **talking)
    make.agreement(signed, MAY)
    with clock.playing(clock.today() + timedelta(1)):
        merges.merge(signed, make.project("留下的", park=county_park, **talking), by=make.maker())
        then = replace(asked, known_on=clock.today() - timedelta(1))
        assert titles(findings(then)["signed_but_negotiating"]) == {"后来并入别家的"}
        assert titles(findings(asked)["signed_but_negotiating"]) == {"留下的"}


def test_a_signing_whose_project_left_is_listed(asked, county_park):
    left = make.signed_project(MAY, park=county_park, name="签约后退出的项目")
    assert "signed_but_exited" not in findings(asked)
    projects.withdraw(left, on=date(2023, 8, 1), by=make.maker(), reason="资金断裂")
    assert titles(findings(asked)["signed_but_exited"]) == {"签约后退出的项目"}


def test_projects_with_a_liaison_that_are_not_near_operation_are_named(asked, county_park):
    stages = {
        "投产项目": Stage.OPERATION,
        "试产项目": Stage.TRIAL,
        "调试项目": Stage.COMMISSIONING,
        "在建项目": Stage.CONSTRUCTION,
        "签约项目": Stage.SIGNED,
    }
    for name, stage in stages.items():
        made = make.project(name, stage=stage, entered={stage: MAY}, park=county_park)
        make.agreement(made, MAY)
        make.liaison(made, MAY)
    stalled = make.project(
        "停滞项目", stage=Stage.SIGNED, entered={Stage.SIGNED: MAY}, status=Status.STALLED
    )
    make.liaison(stalled, MAY)
    found = findings(asked)["liaison_progress"]
    assert not found.is_warning
    assert {(row.title, row.about) for row in found.rows} == {
        ("在建项目", "开工建设"),
        ("签约项目", "签约"),
        ("停滞项目", "签约（停滞）"),
    }
    assert "6 个项目中，3 个" in found.text
    assert "其余 3 个：签约 1 个、开工建设 1 个、签约（停滞） 1 个。" in found.text


def test_a_project_that_signs_again_is_listed_with_both_signings(asked, county_park):
    project = make.project("换签的项目", park=county_park)
    first = make.agreement(project, date(2022, 6, 1))
    agreements.end_agreement(first, on=date(2023, 2, 1), by=make.maker(), reason="解约")
    assert "signed_again" not in findings(asked)
    again = make.agreement(project, MAY)
    finding = findings(asked)["signed_again"]
    assert finding.is_warning
    assert [(row.kind, row.pk, row.title, row.about) for row in finding.rows] == [
        ("agreement", again.pk, "换签的项目",
         "2023-05-08 签订，此前 2022-06-01 已签（2023-02-01 终止）"),
    ]  # fmt: skip
    assert signed_projects.result(asked).value == 1


def test_signing_twice_within_the_period_is_listed_and_once_is_not(asked, county_park):
    project = make.project(park=county_park)
    first = make.agreement(project, date(2023, 2, 1))
    agreements.correct_agreement(first, {"amount": 5}, by=make.maker(), reason="按盖章件")
    make.agreement(project, date(2023, 3, 1), kind=AgreementKind.INCREASE)
    assert "signed_again" not in findings(asked)
    standing = Agreement.objects.investments_in_force().get()
    agreements.end_agreement(standing, on=date(2023, 4, 1), by=make.maker(), reason="解约")
    make.agreement(project, MAY)
    assert (
        "此前 2023-02-01 已签（2023-04-01 终止）" in findings(asked)["signed_again"].rows[0].about
    )


def test_a_stage_reached_before_the_period_is_a_signing_too(asked, county_park):
    project = make.project(
        "老项目", stage=Stage.SIGNED, entered={Stage.SIGNED: When.month(2022, 6)}, park=county_park
    )
    make.agreement(project, MAY)
    (row,) = findings(asked)["signed_again"].rows
    assert row.about == "2023-05-08 签订，此前 2022年6月 已进入签约"


def test_the_page_of_the_figure_marks_who_signed_again(client, leader, asked, county_park):
    project = make.project(park=county_park)
    first = make.agreement(project, date(2022, 6, 1))
    agreements.end_agreement(first, on=date(2023, 2, 1), by=make.maker(), reason="解约")
    make.agreement(project, MAY)
    make.agreement(make.project(park=county_park), MAY)
    client.force_login(leader)
    page = client.get(
        "/desk/report/figures/attraction.signed_projects/?from=2023-01&to=2023-08"
    ).content.decode()
    assert page.count("换签：此前 2022-06-01 已签（2023-02-01 终止）") == 1


# What the period cannot hold for certain, and what is still to come


@pytest.mark.parametrize(
    ("received", "listed"),
    [
        (When.year(2023), True),
        (When.year(2022), False),
        (When.month(2023, 8), False),
        (When.day(MAY), False),
    ],
)
def test_a_receipt_whose_date_is_too_coarse_is_listed(asked, county_park, received, listed):
    receipt = make.receipt(make.project("到账的项目", park=county_park), received, "35000000")
    found = findings(asked)
    assert ("receipt_dates" in found) is listed
    if listed:
        (row,) = found["receipt_dates"].rows
        assert (row.kind, row.pk, row.about) == (
            "fundingreceipt", receipt.pk, "2023年 3,500万元",
        )  # fmt: skip


def test_what_was_on_record_before_the_period_had_happened_before_it(county_park):
    autumn = Context(Period.parse("2023-09", "2023-12"))
    with clock.playing(date(2023, 8, 31)):
        project = make.project(park=county_park)
        make.agreement(project, When.year(2023))
        make.receipt(project, When.year(2023))
    with clock.playing(date(2023, 9, 2)):
        assert not {"agreement_dates", "receipt_dates"} & set(findings(autumn))
        make.receipt(project, When.year(2023), "5")
        make.agreement(make.project(park=county_park), When.year(2023))
        assert {"agreement_dates", "receipt_dates"} <= set(findings(autumn))


def test_the_end_of_a_period_that_is_not_over_is_today_or_the_known_day(asked, db):
    year = Period.parse("2023-01", "2023-12")
    assert Context(year).end == date(2023, 9, 1)
    assert Context(year, known_on=date(2023, 6, 30)).end == date(2023, 6, 30)
    assert asked.end == date(2023, 8, 31)
    told = findings(Context(year, known_on=date(2023, 6, 30)))["period_unfinished"].text
    assert "按 2023-06-30 的台账计" in told


def test_when_every_served_project_is_near_operation_nothing_is_said(asked, db):
    made = make.project(stage=Stage.TRIAL, entered={Stage.TRIAL: MAY})
    assert titles(findings(asked)["delivery_without_liaison"]) == {made.name}
    make.liaison(made, MAY)
    assert not {"delivery_without_liaison", "liaison_progress"} & set(findings(asked))


def test_a_period_that_is_not_over_says_so(db):
    found = findings(Context(Period.parse("2023-01", "2023-09")))
    assert list(found) == ["period_unfinished"]
    assert "按 2023-09-01 的台账计" in found["period_unfinished"].text
    assert findings(Context(Period.parse("2023-01", "2023-08"))) == {}


def test_what_cannot_be_rebuilt_is_not_checked(asked, county_park):
    made = make.project(stage=Stage.TRIAL, entered={Stage.TRIAL: MAY}, park=county_park)
    make.liaison(make.project(), date(2023, 9, 1))  # after the period
    assert set(findings(asked)) == {"delivery_without_liaison", "signed_without_agreement"}
    today = {"known_on": date(2023, 9, 1)}
    assert set(findings(Context(asked.period, **today))) == set(findings(asked))
    make.states_begin(date(2023, 9, 2))
    assert set(findings(Context(asked.period, **today))) == {"signed_without_agreement"}
    assert findings(Context(asked.period, **today, park=made.park)) == {}
