"""项目月报: a project's month is filed, returned or accepted, each by a row of its own; what cannot
be is refused, what is improbable takes a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm import access, clock
from crm.access import Action, Role
from crm.actions.delivery import investment_plans, project_months
from crm.actions.delivery.doubts import Year, complete, doubts
from crm.dates import When
from crm.errors import Hidden, Refused
from crm.models import FundingReceipt, Milestone, Notification
from crm.models.delivery.completion import Completion, completions
from crm.models.delivery.project_months import (
    MonthState,
    ProjectMonth,
    month_asked_for,
    reporting,
    unreported,
)
from crm.models.pipeline.projects import Project
from crm.stages import Stage, Status
from tests import make

pytestmark = pytest.mark.django_db
JUNE, JULY, AUGUST = (When.month(2023, month) for month in (6, 7, 8))
WAN = Decimal(10_000)


@pytest.fixture(autouse=True)
def _september():
    with clock.playing(date(2023, 9, 1)):
        yield


@pytest.fixture
def project(team, officer, park, liaison):
    made = make.project("佳联印染", team=team, officer=officer, park=park)
    make.liaison(made, date(2023, 1, 1), user=liaison)
    return made


def file(project, month=AUGUST, wan=100, **told):
    return make.month_report(project, month, None if wan is None else wan * WAN, **told)


def stands(project, month=AUGUST) -> ProjectMonth:
    return ProjectMonth.objects.standing().get(project=project, month_on=month.start)


def test_a_month_is_filed_returned_mended_and_accepted_and_every_step_stays_on_record(
    project, liaison, teamlead
):
    filed = file(project, by=liaison, progress="主体封顶")
    assert [filed.state, filed.reporter] == [MonthState.REPORTED, liaison]
    project_months.return_month(filed, by=teamlead, reason="补照片")
    returned = stands(project)
    assert [returned.state, returned.return_reason] == [MonthState.RETURNED, "补照片"]
    again = project_months.refile_month(returned, {"progress": "屋面完工"}, by=liaison)
    assert [again.state, again.return_reason] == [MonthState.REPORTED, ""]
    (accepted,) = project_months.accept_months([again], by=teamlead)
    assert [accepted.state, accepted.by, accepted.reporter] == ["accepted", teamlead, liaison]
    assert accepted.progress == "屋面完工"
    assert [row.state for row in ProjectMonth.objects.filter(pk__in=accepted.chain())] == [
        "accepted", "reported", "returned", "reported",
    ][::-1]  # fmt: skip


def test_as_known_on_a_day_a_month_says_what_it_said_then(project, liaison, teamlead):
    with clock.playing(date(2023, 8, 24)):
        filed = file(project, by=liaison)
    project_months.return_month(filed, by=teamlead, reason="核对")
    then = ProjectMonth.objects.standing(date(2023, 8, 31)).get()
    assert [then.state, stands(project).state] == ["reported", "returned"]


def test_whoever_filed_it_and_whoever_is_at_the_project_hear_of_the_return(
    project, officer, liaison, teamlead, other_officer
):
    project_months.return_month(file(project, by=liaison), by=teamlead, reason="8月数没有更新")
    told = {one.user: one.text for one in Notification.objects.filter(kind="month")}
    assert set(told) == {officer, liaison}
    assert "8月数没有更新" in told[liaison]
    project_months.refile_month(stands(project), {"progress": "改"}, by=liaison)
    assert not Notification.objects.unread().filter(kind="month").exists()


def test_nobody_accepts_or_returns_what_he_filed_himself(project, teamlead, statistician):
    filed = file(project, by=teamlead)
    for rule in (
        lambda: project_months.accept_months([filed], by=teamlead),
        lambda: project_months.return_month(filed, by=teamlead, reason="核对"),
    ):
        with pytest.raises(Refused) as refused:
            rule()
        assert refused.value.code == "self_confirmation"
    assert project_months.accept_months([filed], by=statistician)[0].state == "accepted"


def test_what_was_returned_is_not_accepted_before_it_is_filed_again(project, liaison, teamlead):
    filed = file(project, by=liaison)
    project_months.return_month(filed, by=teamlead, reason="核对")
    with pytest.raises(Refused, match="现在是“退回”"):
        project_months.accept_months([stands(project)], by=teamlead)
    with pytest.raises(Refused) as refused:
        project_months.accept_months([filed], by=teamlead)
    assert refused.value.code == "stale"


def test_accepting_many_is_all_or_none(project, team, liaison, teamlead):
    mine = file(make.project(team=team), by=teamlead)
    with pytest.raises(Refused):
        project_months.accept_months([file(project, by=liaison), mine], by=teamlead)
    assert stands(project).state == "reported"


def test_an_accepted_month_is_changed_with_a_reason_only(project, liaison, teamlead):
    project_months.accept_months([file(project, by=liaison)], by=teamlead)
    with pytest.raises(Refused) as refused:
        project_months.refile_month(stands(project), {"problems": "缺工"}, by=liaison)
    assert [refused.value.code, list(refused.value.fields)] == ["reason_needed", ["why"]]
    again = project_months.refile_month(
        stands(project), {"problems": "缺工"}, by=liaison, reason="补报问题"
    )
    assert [again.state, again.why] == ["reported", "补报问题"]


def test_returning_needs_a_reason(project, liaison, teamlead):
    with pytest.raises(Refused) as refused:
        project_months.return_month(file(project, by=liaison), by=teamlead, reason=" ")
    assert refused.value.code == "reason_needed"


# Who may

MAY_FILE = {Role.OFFICER, Role.TEAMLEAD, Role.LIAISON, Role.STATISTICIAN}
READS = MAY_FILE | {Role.PARK, Role.LEADER}


def test_who_is_at_the_project_files_leaders_and_parks_read_and_nobody_else_sees_it(
    anyone, team, park
):
    project = make.project(team=team, park=park)
    if anyone.role == Role.OFFICER:
        project = make.project(team=team, park=park, officer=anyone)
    if anyone.role == Role.LIAISON:
        make.liaison(project, date(2023, 1, 1), user=anyone)
    july = file(project, JULY)
    assert access.may(anyone, Action.VIEW, july) is (anyone.role in READS)
    if anyone.role in MAY_FILE:
        assert file(project, by=anyone).reporter == anyone
        again = project_months.refile_month(july, {"problems": "缺工"}, by=anyone, reason="补")
        assert again.problems == "缺工"
        return
    with pytest.raises((Refused, Hidden)):
        file(project, by=anyone)
    with pytest.raises((Refused, Hidden)):
        project_months.refile_month(july, {"problems": "缺工"}, by=anyone, reason="补")
    assert not ProjectMonth.objects.filter(month_on=AUGUST.start).exists()


def test_another_teams_people_and_a_former_liaison_file_nothing(
    project, other_officer, other_team, team
):
    former = make.user(Role.LIAISON, team=team)
    make.liaison(project, date(2023, 1, 1), user=former, ends_on=date(2023, 8, 1))
    colleague = make.user(Role.OFFICER, team=team)  # of the team, not at the project
    other_head = make.user(Role.TEAMLEAD, team=other_team)
    for user in (other_officer, other_head, former, colleague):
        with pytest.raises((Refused, Hidden)):
            file(project, by=user)
        if user is not colleague:
            assert not access.may(user, Action.VIEW, file(make.project(team=team)))


def test_only_the_head_of_the_team_and_the_bureau_rule(anyone, team, park, officer):
    project = make.project(team=team, park=park, officer=officer)
    filed = file(project, by=officer)
    if anyone.role in (Role.TEAMLEAD, Role.STATISTICIAN):
        assert project_months.accept_months([filed], by=anyone)[0].state == "accepted"
        return
    with pytest.raises((Refused, Hidden)):
        project_months.accept_months([filed], by=anyone)
    with pytest.raises((Refused, Hidden)):
        project_months.return_month(filed, by=anyone, reason="核对")


# What cannot be


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"wan": -1}, "invested"),
        ({"wan": 1, "cumulative": Decimal(-1), "why": "核对"}, "cumulative"),
        ({"month": When.month(2023, 10)}, "month"),
        ({"month": When.year(2023)}, "month"),
        ({"wan": None}, "invested"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(project, told, field):
    with pytest.raises(Refused) as refused:
        file(project, **told)
    assert list(refused.value.fields) == [field]
    assert not ProjectMonth.objects.exists()


def test_a_month_is_filed_once(project):
    file(project)
    with pytest.raises(Refused, match="已经报送"):
        file(project)


def test_a_month_in_which_nothing_was_invested_is_a_report_and_an_unknown_one_is_not_nothing(
    project,
):
    assert file(project, wan=0).invested == 0
    told = file(project, JULY, wan=None, progress="围墙完工", why="没有统计")
    assert [told.invested, told.cumulative] == [None, None]


# What is improbable

JULY_TOLD = {"invested": 100 * WAN, "cumulative": 700 * WAN}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"invested": 50, "cumulative": 760}, "累计减上月累计是 60万元，本月填的是 50万元"),
        ({"invested": 10, "cumulative": 690}, "累计比7月的 700万元 少"),
        ({"invested": 1000, "cumulative": 1700}, "本月是上月 100万元 的 10 倍"),
        ({"invested": None, "cumulative": 7000}, "累计是上月 700万元 的 10 倍"),
        ({"invested": 801, "cumulative": 1501}, "累计是年度计划 1,000万元 的 150%"),
    ],
)
def test_what_is_improbable_is_taken_with_its_reason_only(project, told, said):
    make.investment_plan(project, 2023, "10000000")
    make.month_report(project, JULY, **JULY_TOLD, why="1-6 月没有报")
    amounts = {name: None if wan is None else wan * WAN for name, wan in told.items()}
    with pytest.raises(Refused) as refused:
        make.month_report(project, AUGUST, **amounts)
    assert [refused.value.code, list(refused.value.fields)] == ["unlikely", ["why"]]
    assert said in refused.value.reason
    assert make.month_report(project, AUGUST, **amounts, why="核对过").why == "核对过"


def test_a_cumulative_above_a_later_months_is_asked_about(project):
    file(project, AUGUST, 100, cumulative=500 * WAN)
    with pytest.raises(Refused, match="累计比8月的 500万元 多"):
        file(project, JULY, 10, cumulative=600 * WAN)


def test_the_amount_that_is_not_told_follows_from_the_month_before(project):
    january = file(project, When.month(2023, 1), 30)
    february = file(project, When.month(2023, 2), None, cumulative=80 * WAN)
    assert [january.cumulative, february.invested] == [30 * WAN, 50 * WAN]
    april = file(project, When.month(2023, 4), 10)  # nobody told March
    assert april.cumulative is None


AMOUNTS = st.one_of(st.none(), st.integers(0, 10**6).map(Decimal))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 10**6).map(Decimal), min_size=12, max_size=12))
def test_months_that_add_up_are_never_said_not_to(amounts):
    told: list[ProjectMonth] = []
    for number, amount in enumerate(amounts, 1):
        row = ProjectMonth(month_on=date(2023, number, 1), invested=amount)
        complete(row, Year(told))
        assert row.cumulative == sum(amounts[:number])
        assert not [why for why in doubts(row, Year(told)) if "倍" not in why]
        told.append(row)


@settings(max_examples=25, deadline=None)
@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_month_is_doubted_whenever_both_amounts_are_known_and_do_not_add_up(a, b, c, d):
    last = ProjectMonth(month_on=date(2023, 7, 1), invested=a, cumulative=b)
    row = ProjectMonth(month_on=date(2023, 8, 1), invested=c, cumulative=d)
    complete(row, Year([last]))
    known = None not in (b, row.invested, row.cumulative)
    if known and b + row.invested != row.cumulative:
        assert doubts(row, Year([last]))
    if None in (c, d) and known and row.cumulative >= b:
        assert b + row.invested == row.cumulative


# Completion


def test_completion_is_the_cumulative_over_the_plan_beside_the_share_of_the_year(project):
    make.investment_plan(project, 2023, "20000000")
    row = file(project, AUGUST, 100, cumulative=1500 * WAN, why="补报")
    told = completions([row])[row.pk]
    assert [told.percent, round(told.due, 1), round(told.ahead, 1)] == [
        75, Decimal("66.7"), Decimal("8.3"),
    ]  # fmt: skip
    assert told.pace == ("超时序 8.3", "ahead")


@pytest.mark.parametrize("plan", [None, Decimal(0)])
def test_without_a_plan_completion_is_unknown_and_not_nothing(plan):
    told = Completion(8, Decimal(100), plan)
    assert [told.percent, told.ahead, told.pace[0]] == [None, None, ""]


def test_an_adjusted_plan_holds_from_its_day_on_and_the_first_one_before_it_came(project):
    make.investment_plan(project, 2023, "10000000", made=date(2023, 3, 1))
    make.investment_plan(project, 2023, "20000000", made=date(2023, 7, 15))
    rows = [
        file(project, When.month(2023, month), None, cumulative=500 * WAN, why="补报")
        for month in (1, 6, 7)
    ]
    told = completions(rows)
    assert [told[row.pk].percent for row in rows] == [50, 50, 25]


def test_a_plan_is_one_a_day_and_corrected_with_a_reason(project, officer, liaison):
    plan = make.investment_plan(project, 2023)
    with pytest.raises(Refused, match="当天已有"):
        make.investment_plan(project, 2023)
    told = investment_plans.correct_plan(
        plan, {"amount": Decimal(5)}, by=officer, reason="多写了零"
    )
    assert told.amount == 5
    with pytest.raises((Refused, Hidden)):
        investment_plans.correct_plan(told, {"amount": Decimal(6)}, by=liaison, reason="改")


def test_completed_investment_is_neither_funds_in_place_nor_an_entry_into_statistics(project):
    file(project, AUGUST, 100)
    assert not FundingReceipt.objects.exists()
    assert not Milestone.objects.exists()


# Who has to report


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2023, 9, 1), AUGUST),
        (date(2023, 8, 14), JULY),
        (date(2023, 8, 15), AUGUST),
        (date(2023, 1, 3), When.month(2022, 12)),
    ],
)
def test_a_month_is_asked_for_from_ten_days_before_the_twenty_fifth(day, month):
    assert month_asked_for(day) == month


def test_key_projects_report_from_their_beginning_until_they_leave(team):
    def names(month):
        return {row.name for row in reporting(Project.objects.all(), month)}

    with clock.playing(date(2023, 5, 10)):
        make.project("不在名单", team=team)
        for name in ("在建", "中途退出", "不知何时", "上年名单"):
            begun = {} if name == "不知何时" else {Stage.LEAD: clock.today()}
            row = make.project(name, team=team, entered=begun)
            make.key_listing(row, "county", 2022 if name == "上年名单" else 2023)
    with clock.playing(date(2023, 7, 10)):
        left = Project.objects.get(name="中途退出")
        from crm.actions.pipeline import projects

        projects.withdraw(left, on=date(2023, 7, 10), by=make.maker(), reason="资金未到")
    assert Project.objects.get(name="中途退出").status == Status.EXITED
    assert names(When.month(2023, 4)) == {"不知何时"}
    assert names(JUNE) == {"在建", "中途退出", "不知何时"}
    assert names(JULY) == names(AUGUST) == {"在建", "不知何时"}


def test_unreported_is_what_is_missing_and_what_was_returned(team, officer, teamlead):
    rows = {name: make.project(name, team=team, officer=officer) for name in "缺报退认"}
    for row in rows.values():
        make.key_listing(row, "county")
    for name in "报退认":
        file(rows[name], month_asked_for(clock.today()), by=officer)
    project_months.return_month(stands(rows["退"]), by=teamlead, reason="核对")
    project_months.accept_months([stands(rows["认"])], by=teamlead)
    missing = unreported(Project.objects.all(), AUGUST)
    assert {row.name for row in missing} == {"缺", "退"}


def test_two_projects_that_report_a_month_differently_are_not_merged(team, statistician):
    from crm.actions import merges

    one, other = make.project("佳联印染", team=team), make.project("佳联印染公司", team=team)
    for project in (one, other):
        file(project, JULY, why="补报")  # the same of both: it is one report
    theirs, ours = file(one), file(other, wan=200)
    with pytest.raises(Refused, match="月报"):
        merges.merge(one, other, by=statistician, reason="同一个项目")
    told = {"invested": theirs.invested, "cumulative": theirs.cumulative}
    project_months.refile_month(ours, told, by=statistician, reason="核对")
    merges.merge(one, other, by=statistician, reason="同一个项目")
    assert ProjectMonth.objects.standing().filter(project=other).count() == 2


def test_a_withdrawn_report_is_missing_again(project, teamlead, liaison):
    from crm.actions import withdrawals

    make.key_listing(project, "county")
    filed = file(project, by=liaison)
    with pytest.raises(Refused):
        withdrawals.void(filed, by=liaison, reason="报错了项目")
    withdrawals.void(filed, by=teamlead, reason="报错了项目")
    assert unreported(Project.objects.all(), AUGUST).get() == project
    assert file(project, by=liaison).state == "reported"
