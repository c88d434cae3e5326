"""提醒: who is told of what, once, and never of what he may not see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm import access, clock
from crm.access import Action, Role
from crm.actions import imports, rows
from crm.actions.pipeline import assignments, enquiries, projects
from crm.actions.system import notifications
from crm.errors import Hidden, Refused
from crm.models import Notification, NotificationKind, NotificationSetting, Project
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db
MOVED = NotificationKind.MOVED


def told(user):
    return list(Notification.objects.visible_to(user).values_list("kind", "text"))


def test_an_officer_is_told_of_the_project_he_is_given(officer, teamlead, team):
    projects.register({"name": "电池项目", "officer": officer, "team": team}, by=teamlead)
    assert told(officer) == [("assigned", "“电池项目”由您负责招商。")]
    assert told(teamlead) == []


def test_nobody_is_told_of_his_own_act(officer):
    made = make.negotiating_project(officer)
    assert made.officer == officer
    assert told(officer) == []


def test_a_project_handed_over_is_told_to_the_next_officer_alone(officer, teamlead, team):
    other = make.user(Role.OFFICER, team=team)
    project = make.project("电池项目", team=team, officer=officer)
    projects.change(project, {"officer": other}, by=teamlead)
    projects.change(project, {"location": "南区"}, by=teamlead)
    assert told(other) == [("assigned", "“电池项目”由您负责招商。")]
    assert told(officer) == []


def test_a_team_given_a_project_hears_of_it_through_its_head(
    teamlead, other_team, team, statistician
):
    project = make.project("电池项目", team=other_team)
    projects.change(project, {"team": team}, by=statistician)
    assert told(teamlead) == [("assigned", "“电池项目”转到您的科室，请确定招商专员。")]


def test_a_move_by_somebody_else_is_told_to_the_officer_and_the_liaison(officer, teamlead, liaison):
    project = make.negotiating_project(officer)
    make.liaison(project, clock.today() - timedelta(days=1), user=liaison)
    projects.advance(project, Stage.LEAD, on=clock.today(), by=teamlead, reason="投资方重新论证")
    projects.shelve(project, on=clock.today(), by=teamlead, reason="资金未到位")
    projects.resume(project, on=clock.today(), by=teamlead)
    expected = [
        ("moved", f"{teamlead}把“{project}”恢复推进。"),
        ("moved", f"{teamlead}把“{project}”标为停滞。"),
        ("moved", f"{teamlead}把“{project}”退回线索。"),
    ]
    assert told(officer) == expected
    assert told(liaison) == expected
    assert told(teamlead) == []


def test_who_is_to_serve_a_project_is_told_once(officer, liaison, statistician, team):
    project = make.project("电池项目", team=team)
    day = clock.today() - timedelta(days=1)
    duty = assignments.assign(
        {"project": project, "kind": "liaison", "user": officer, "starts_on": day}, by=statistician
    )
    assignments.change(duty, {"user": liaison}, by=statistician)
    assignments.change(duty, {"duty": "用电"}, by=statistician)
    said = [("assigned", f"您担任“电池项目”的驻企联络员，自 {day} 起。")]
    assert told(liaison) == said
    assert told(officer) == said
    assert told(statistician) == []


def test_a_unit_without_an_account_is_told_nothing(statistician, team):
    values = {"kind": "lead_official", "unit": "副县长", "starts_on": clock.today()}
    assignments.assign({"project": make.project(team=team), **values}, by=statistician)
    assert not Notification.objects.exists()


def test_a_refused_move_is_told_to_nobody(officer, teamlead):
    project = make.negotiating_project(officer)
    with pytest.raises(Refused):
        projects.advance(project, Stage.SIGNED, on=clock.today(), by=teamlead)
    assert told(officer) == []


def test_an_enquiry_is_told_to_those_of_its_team_who_may_accept_it(
    officer, teamlead, liaison, other_officer, leader, statistician, park
):
    make.enquiry(park)
    said = [("enquiry", "绿溪工业园区收到一条投资咨询，请研判。")]
    assert told(officer) == said
    assert told(teamlead) == said
    for other in (liaison, other_officer, leader, statistician):
        assert told(other) == []


def test_an_enquiry_without_a_team_is_told_to_every_head(teamlead, officer):
    make.enquiry(make.park())
    assert len(told(teamlead)) == 1
    assert told(officer) == []


def test_an_enquiry_that_was_dealt_with_waits_for_nobody(officer, teamlead, park):
    enquiry, other = make.enquiry(park), make.enquiry(park)
    enquiries.accept_enquiry(enquiry, by=officer)
    unread = Notification.objects.unread().visible_to(teamlead)
    assert [row.object_id for row in unread] == [other.pk]


def test_an_enquiry_that_could_not_be_declined_still_waits(officer, teamlead, park):
    enquiry = make.enquiry(park)
    with pytest.raises(Refused):
        enquiries.decline_enquiry(enquiry, by=officer, note=" ")
    assert Notification.objects.unread().visible_to(teamlead).exists()


def test_nobody_is_told_of_a_row_he_may_not_see(other_officer, officer, team):
    project = make.project(team=team)
    notifications.tell([other_officer, officer, None], MOVED, project, "说一句", by=None)
    assert told(officer) == [("moved", "说一句")]
    assert not Notification.objects.filter(user=other_officer).exists()


def test_a_row_out_of_sight_now_shows_nothing_and_counts_for_nothing(
    officer, other_officer, team, other_team, statistician
):
    project = make.project(team=team, officer=officer)
    notifications.tell([officer], MOVED, project, "说一句", by=None)
    projects.change(project, {"team": other_team, "officer": other_officer}, by=statistician)
    assert told(officer) == []
    assert Notification.objects.unread().visible_to(officer).count() == 0
    projects.change(project, {"team": team}, by=statistician)
    assert len(told(officer)) == 1


def test_a_closed_account_is_told_nothing(officer, team):
    officer.is_active = False
    officer.save()
    assert notifications.tell([officer], MOVED, make.project(team=team), "说", by=None) == []


def test_the_same_thing_is_told_once(officer, team):
    project = make.project(team=team)
    for _ in range(2):
        notifications.tell([officer], MOVED, project, "说一句", by=None, key="once")
    notifications.tell([officer], MOVED, project, "又一句", by=None)
    notifications.tell([officer], MOVED, project, "又一句", by=None)
    assert [text for _, text in told(officer)] == ["又一句", "又一句", "说一句"]


def test_what_was_switched_off_is_not_told(officer, team):
    notifications.choose(by=officer, muted={"moved"}, mails_digest=True, email="")
    project = make.project(team=team)
    notifications.tell([officer], MOVED, project, "说一句", by=None)
    notifications.tell([officer], NotificationKind.CLAIM, project, "争议", by=None)
    assert told(officer) == [("claim", "争议")]


def test_an_unknown_kind_and_a_wrong_address_are_refused(officer):
    with pytest.raises(Refused, match="没有这种提醒"):
        notifications.choose(by=officer, muted={"weather"}, mails_digest=True, email="")
    with pytest.raises(Refused, match="邮箱地址不对"):
        notifications.choose(by=officer, muted=set(), mails_digest=True, email="nobody")
    assert not NotificationSetting.objects.exists()


def test_an_import_tells_nobody_row_by_row(officer, teamlead, team):
    batch = imports.open_batch("projects", by=teamlead, file_name="a.csv")
    with imports.under(batch):
        projects.register({"name": "甲", "officer": officer, "team": team}, by=teamlead)
        done = notifications.tell(
            [teamlead], NotificationKind.IMPORT, batch, "“a.csv”导入完成", by=None
        )
    assert told(officer) == []
    assert [row.user for row in done] == [teamlead]


def test_an_import_is_the_news_of_who_imported(teamlead, statistician):
    batch = imports.open_batch("projects", by=teamlead, file_name="a.csv")
    people = [teamlead, statistician]
    notifications.tell(people, NotificationKind.IMPORT, batch, "“a.csv”导入完成", by=None)
    assert len(told(teamlead)) == 1
    assert told(statistician) == []


def test_undoing_an_import_takes_its_news_along(officer, statistician, team):
    batch = imports.open_batch("projects", by=statistician, file_name="a.csv")
    with imports.under(batch):
        project = rows.register(Project, {"name": "甲", "team": team}, by=statistician)
    notifications.tell([officer], MOVED, project, "说一句", by=None)
    Notification.objects.update(read_at=None)
    imports.revert_import(batch, by=statistician)
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("13800001234 的项目", "••• 的项目"),
        ("致电 0817-1234567", "致电 •••"),
        ("li@example.gov.cn 来信", "••• 来信"),
        ("2023-08-31 前确认", "2023-08-31 前确认"),
        ("2023-08-31 致电 13800001234", "2023-08-31 致电 •••"),
        ("总投资 2.5 亿元", "总投资 2.5 亿元"),
    ],
)
def test_a_text_keeps_days_and_no_telephone_number(officer, team, said, kept):
    notifications.tell([officer], MOVED, make.project(team=team), said, by=None)
    assert told(officer) == [("moved", kept)]


def test_reading_is_for_the_one_who_was_told(officer, teamlead, team):
    [one] = notifications.tell([officer], MOVED, make.project(team=team), "说", by=None)
    with pytest.raises(Hidden):
        notifications.read(one, by=teamlead)
    notifications.read(one, by=officer)
    assert not Notification.objects.unread().exists()


def test_reading_all_leaves_what_arrived_meanwhile(officer, teamlead, team):
    project = make.project(team=team)
    [first] = notifications.tell([officer], MOVED, project, "先", by=None)
    notifications.tell([officer, teamlead], MOVED, project, "后", by=None)
    assert notifications.read_all(by=officer, until=first.pk) == 1
    assert [row.text for row in Notification.objects.unread().visible_to(officer)] == ["后"]
    assert Notification.objects.unread().visible_to(teamlead).exists()


def test_what_was_read_long_ago_is_forgotten_and_what_was_not_is_kept(officer, team):
    project = make.project(team=team)
    old, new, unread = (
        notifications.tell([officer], MOVED, project, text, by=None)[0]
        for text in ("旧", "新", "未读")
    )
    long_ago = clock.now() - notifications.KEPT - timedelta(days=1)
    Notification.objects.filter(pk__in=[old.pk, unread.pk]).update(at=long_ago)
    Notification.objects.filter(pk=old.pk).update(read_at=long_ago)
    notifications.read(new, by=officer)
    assert notifications.forget_old() == 1
    assert {text for _, text in told(officer)} == {"新", "未读"}


@pytest.fixture
def county(team, other_team, officer, other_officer, park):
    other_park = make.park(team=other_team)
    return [
        make.project("甲", team=team, officer=officer, park=park),
        make.project("乙", team=other_team, officer=other_officer, park=other_park),
        make.project("丙", park=park),
        make.project("丁", team=team),
        make.project("戊"),
    ]


@pytest.mark.parametrize(
    "action", [Action.CONFIRM, Action.ASSIGN, Action.ADVANCE, Action.ACCEPT, Action.IMPORT]
)
def test_who_answers_for_a_row_may_do_it_and_nobody_near_is_left_out(
    county, officer, other_officer, teamlead, park_user, leader, statistician, liaison, action
):
    people = [officer, other_officer, teamlead, park_user, leader, statistician, liaison]
    for project in county:
        asked = {user.pk for user in notifications.who_may(action, project)}
        able = {user.pk for user in people if access.may(user, action, project)}
        everywhere = {
            user.pk for user in people if access.Reach.ALL in access.reaches(user, action, project)
        }
        known = {user.pk for user in people}
        assert asked & known <= able
        assert asked & known == (able - everywhere or able)
