"""看板: what a column counts, who may move a card, and what a refused card says."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from crm import clock
from crm.actions.pipeline import projects
from crm.models import AuditEntry, StageMove
from crm.stages import Stage, Status
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def page_of(answer):
    return unescape(answer.content.decode())


def column(answer, stage):
    return next(one for one in answer.context["columns"] if one.stage == stage)


def card_of(answer, project):
    return next(c for one in answer.context["columns"] for c in one.cards if c.project == project)


def drop(client, project, to, *, version=None, query="", **more):
    sent = {"to": to, "version": project.version if version is None else version}
    return client.post(f"/desk/board/{project.pk}/move/{query}", sent, **more)


@pytest.fixture
def lead(officer):
    """A lead that may go to 洽谈: it has an officer and a follow-up."""
    made = make.project("佳禧面料项目", team=officer.team, officer=officer, by=officer)
    make.follow_up(made, by=officer)
    made.refresh_from_db()
    return made


def test_a_column_counts_its_projects_and_their_amounts_apart_from_the_unknown(
    as_user, teamlead, team
):
    make.project(team=team, planned_investment=Decimal("120000000"))
    make.project(team=team, planned_investment=Decimal("34560000"))
    make.project(team=team, planned_investment=None)
    make.project(team=team, stage=Stage.TRIAL)
    answer = as_user(teamlead).get("/desk/board/")
    leads = column(answer, Stage.LEAD)
    assert (leads.count, leads.amount, leads.unknown_count) == (3, "1.55亿元", 1)
    assert "1 项待补" in page_of(answer)
    assert [one.stage for one in answer.context["columns"]] == list(Stage)
    assert column(answer, Stage.SIGNED).count == 0


def test_only_unknown_amounts_are_no_zero(as_user, teamlead, team):
    make.project(team=team, planned_investment=None)
    answer = as_user(teamlead).get("/desk/board/")
    assert column(answer, Stage.LEAD).amount == ""
    assert "金额待补" in page_of(answer)


def test_cards_and_totals_are_of_the_rows_a_user_may_see(
    as_user, teamlead, other_officer, team, other_team
):
    mine = make.project("本科项目", team=team)
    make.project("别科项目", team=other_team)
    answer = as_user(teamlead).get("/desk/board/")
    assert column(answer, Stage.LEAD).count == 1
    assert card_of(answer, mine)
    assert "别科项目" not in page_of(answer)
    assert column(as_user(other_officer).get("/desk/board/"), Stage.LEAD).count == 1


def test_the_filters_of_the_address_narrow_columns_and_lead_to_the_same_list(
    as_user, teamlead, team, park
):
    make.project("园区内项目", team=team, park=park)
    make.project("园区外项目", team=team)
    client = as_user(teamlead)
    answer = client.get(f"/desk/board/?park={park.pk}&ordering=-name")
    assert column(answer, Stage.LEAD).count == 1
    assert "园区外项目" not in page_of(answer)
    there = answer.context["list_url"]
    assert there.startswith("/desk/projects/?")
    assert f"park={park.pk}" in there
    assert "ordering=-name" in there
    back = client.get(there).context["also"][0].url
    assert column(client.get(back), Stage.LEAD).count == 1
    assert client.get("/desk/parks/").context["also"] == []


def test_an_unreadable_filter_says_so_and_shows_no_card(as_user, teamlead, lead):
    answer = as_user(teamlead).get("/desk/board/?next_on_from=soon")
    assert "看不懂" in page_of(answer)
    assert "佳禧面料项目" not in page_of(answer)


def test_what_rests_or_left_is_shown_only_when_asked_for(as_user, teamlead, team):
    for status in Status:
        make.project(f"{status.label}的项目", team=team, status=status)
    client = as_user(teamlead)
    for status, query in ((Status.ACTIVE, ""), *((s, f"?status={s.value}") for s in Status)):
        answer = client.get(f"/desk/board/{query}")
        names = [card.project.name for card in column(answer, Stage.LEAD).cards]
        assert names == [f"{status.label}的项目"]
    assert {one.label: one.count for one in answer.context["statuses"]} == dict.fromkeys(
        (status.label for status in Status), 1
    )


def test_a_column_shows_twenty_cards_then_twenty_more(as_user, teamlead, team):
    for _ in range(23):
        make.project(team=team)
    client = as_user(teamlead)
    first = column(client.get("/desk/board/"), Stage.LEAD)
    assert (len(first.cards), first.rest_count, first.count) == (20, 3, 23)
    rest = client.get(f"/desk/board/{first.more}", **HTMX)
    more = rest.context["column"]
    assert not {c.project for c in first.cards} & {c.project for c in more.cards}
    assert (len(more.cards), more.more) == (3, "")
    assert "<html" not in page_of(rest)
    # Without JavaScript the same link opens the page with all of them.
    assert len(column(client.get(f"/desk/board/{first.more}"), Stage.LEAD).cards) == 23


@pytest.mark.parametrize(
    "query",
    ["stage=nonsense", "status=nonsense", "column=lead&page=-1", "column=lead&page=" + "9" * 400,
     "column=x&page=2", "page=abc", "q=%00", "park=abc", "stage=%00", "column=lead&page=²"],
)  # fmt: skip
def test_a_hostile_address_is_answered(query, as_user, teamlead, lead):
    assert as_user(teamlead).get(f"/desk/board/?{query}").status_code == 200


def test_the_board_asks_as_many_questions_for_many_cards_as_for_few(
    as_user, teamlead, team, park, django_assert_max_num_queries
):
    client = as_user(teamlead)

    def more(count):
        for stage in Stage:
            for _ in range(count):
                made = make.project(team=team, park=park, stage=stage, officer=teamlead)
                make.liaison(made, date(2023, 3, 1))

    def counted():
        with django_assert_max_num_queries(30) as asked:
            assert client.get("/desk/board/").status_code == 200
        return len(asked)

    more(1)
    few = counted()
    more(4)
    assert counted() == few


def test_days_in_stage_are_counted_from_the_last_standing_move_into_it(as_user, officer, lead):
    today = clock.today()
    projects.advance(lead, Stage.NEGOTIATION, on=today - timedelta(0), by=officer)
    wrong = StageMove.objects.get(project=lead, to_stage=Stage.NEGOTIATION)
    projects.correct(wrong, on=today - timedelta(12), by=officer, reason="日期记错")
    lead.refresh_from_db()
    # A pause is no new stay in the stage.
    projects.shelve(lead, on=today, by=officer, reason="等等")
    lead.refresh_from_db()
    projects.resume(lead, on=today, by=officer)
    answer = as_user(officer).get("/desk/board/")
    assert card_of(answer, lead).days == 12
    assert "在此 12 天" in page_of(answer)


def test_a_stage_entered_nobody_knows_when_has_no_days(as_user, teamlead, team):
    made = make.project(team=team, stage=Stage.TRIAL)
    answer = as_user(teamlead).get("/desk/board/")
    assert card_of(answer, made).days is None
    assert "进入日期待补" in page_of(answer)


def test_a_card_says_what_is_next_who_and_how_late(as_user, teamlead, team, officer):
    today = clock.today()
    late = make.project("迟了的", team=team, officer=officer)
    make.follow_up(late, by=officer, held_on=today - timedelta(9),
                   next_on=today - timedelta(4), next_step="约来访")  # fmt: skip
    make.liaison(late, date(2023, 3, 1))
    make.project("没有安排的", team=team)
    answer = as_user(teamlead).get("/desk/board/")
    text = page_of(answer)
    assert '<b class="late">逾期 4 天</b>' in text
    assert "约来访" in text
    assert "联络 驻企工作组" in text
    assert "没有安排下一步" in text
    names = [card.project.name for card in column(answer, Stage.LEAD).cards]
    assert names == ["迟了的", "没有安排的"]


# Moving


def test_a_card_set_down_in_the_next_column_moves_and_both_heads_are_new(as_user, officer, lead):
    answer = drop(as_user(officer), lead, "negotiation", **HTMX)
    assert answer.status_code == 200
    text = page_of(answer)
    assert f'id="card-{lead.pk}"' in text
    assert 'id="head-lead"' in text
    assert column(answer, Stage.NEGOTIATION).count == 1
    assert column(answer, Stage.LEAD).count == 0
    lead.refresh_from_db()
    assert lead.stage == Stage.NEGOTIATION
    assert f'name="version" value="{lead.version}"' in text
    assert AuditEntry.objects.filter(verb="advance", object_id=lead.pk).count() == 1


def test_the_menu_moves_without_javascript_and_keeps_the_filters(as_user, officer, lead):
    client = as_user(officer)
    page = page_of(client.get("/desk/board/?stage=lead&q=佳禧"))
    action = re.search(rf'action="(/desk/board/{lead.pk}/move/[^"]*)"', page)[1]
    answer = client.post(action, {"to": "negotiation", "version": lead.version}, follow=True)
    assert answer.redirect_chain[0][0].startswith("/desk/board/?")
    assert "q=" in answer.redirect_chain[0][0]
    assert "已进入洽谈" in page_of(answer)


@pytest.mark.parametrize("path", ["/desk/board/", "/desk/board/?column=lead&page=1"])
def test_every_cards_form_carries_the_sign_against_forged_requests(path, officer, lead):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer, backend="crm.signin.Backend")
    more = HTMX if "column" in path else {}
    page = page_of(client.get(path, **more))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    assert drop(client, lead, "negotiation").status_code == 403
    sent = {"to": "negotiation", "version": lead.version, "csrfmiddlewaretoken": token}
    moved = client.post(f"/desk/board/{lead.pk}/move/", sent, **HTMX)
    assert moved.status_code == 200
    assert 'name="csrfmiddlewaretoken"' in page_of(moved)


@pytest.mark.parametrize("more", [{}, HTMX])
def test_a_gate_unmet_refuses_and_says_what_is_missing_with_links(more, as_user, officer):
    project = make.negotiating_project(officer)
    answer = drop(as_user(officer), project, "signed", **more)
    assert answer.status_code == 409
    text = page_of(answer)
    assert "还不能进入签约" in text
    assert "尚未确定落户园区" in text
    assert f"/desk/projects/{project.pk}/agreement/" in text
    assert ("<html" in text) is not bool(more)
    project.refresh_from_db()
    assert project.stage == Stage.NEGOTIATION


def test_evidence_that_is_needed_is_asked_for_on_the_move_page(as_user, officer, park):
    project = make.project(team=officer.team, officer=officer, stage=Stage.CONSTRUCTION, park=park)
    answer = drop(as_user(officer), project, "commissioning", **HTMX)
    assert answer.status_code == 409
    assert f"/desk/projects/{project.pk}/move/?to=commissioning" in page_of(answer)


def test_going_back_leads_to_the_page_that_asks_for_the_reason(as_user, officer):
    project = make.negotiating_project(officer)
    client = as_user(officer)
    url = f"/desk/projects/{project.pk}/move/?to=lead&next=%2Fdesk%2Fboard%2F%3F"
    assert f'href="{url}" data-to="lead"' in page_of(client.get("/desk/board/"))
    refused = drop(client, project, "lead", **HTMX)
    assert refused.status_code == 409
    assert url in page_of(refused)
    assert client.get(url).context["form"]["to"].value() == "lead"


def test_a_stage_is_not_skipped(as_user, officer, lead):
    answer = drop(as_user(officer), lead, "construction", **HTMX)
    assert answer.status_code == 409
    assert "请先办理洽谈" in page_of(answer)
    lead.refresh_from_db()
    assert lead.stage == Stage.LEAD


def test_a_card_of_an_old_page_goes_back_with_the_reason(as_user, officer, lead):
    projects.change(lead, {"location": "成都"}, by=officer)
    answer = drop(as_user(officer), lead, "negotiation", version=1, **HTMX)
    assert answer.status_code == 409
    assert "刚刚被别人改过" in page_of(answer)
    lead.refresh_from_db()
    assert lead.stage == Stage.LEAD


@pytest.mark.parametrize(
    ("to", "version"),
    [("nonsense", 1), ("", 1), ("stalled", 1), ("negotiation", ""), ("negotiation", "x"),
     ("negotiation", "9" * 30), ("\x00", "\x00")],
)  # fmt: skip
def test_an_unreadable_move_is_refused(to, version, as_user, officer, lead):
    assert drop(as_user(officer), lead, to, version=version).status_code == 400
    lead.refresh_from_db()
    assert lead.stage == Stage.LEAD


def test_who_may_not_move_sees_no_handle_and_no_menu(as_user, leader, officer, lead):
    handle = f'id="card-{lead.pk}" data-card'
    assert handle in page_of(as_user(officer).get("/desk/board/"))
    text = page_of(as_user(leader).get("/desk/board/"))
    assert "佳禧面料项目" in text
    assert handle not in text
    assert "data-card-form" not in text
    assert "移到…" not in text
    assert drop(as_user(leader), lead, "negotiation").status_code == 403


def test_a_colleagues_card_has_no_handle(as_user, officer, teamlead, team):
    make.project("同科项目", team=team, officer=teamlead)
    text = page_of(as_user(officer).get("/desk/board/"))
    assert "同科项目" in text
    assert "data-card" not in text


def test_a_resting_card_is_resumed_on_its_page_and_not_dragged(as_user, teamlead, team):
    made = make.project(team=team, status=Status.STALLED)
    text = page_of(as_user(teamlead).get("/desk/board/?status=stalled"))
    assert f"/desk/projects/{made.pk}/move/?to=active" in text
    assert "data-card" not in text


def test_somebody_elses_card_and_a_missing_one_answer_alike(as_user, other_officer, lead):
    client = as_user(other_officer)
    for pk in (lead.pk, 999999):
        sent = {"to": "negotiation", "version": 1}
        assert client.post(f"/desk/board/{pk}/move/", sent).status_code == 404
    lead.refresh_from_db()
    assert lead.stage == Stage.LEAD


def test_a_move_is_only_posted(as_user, officer, lead):
    assert as_user(officer).get(f"/desk/board/{lead.pk}/move/").status_code == 405


def test_the_board_opens_for_who_sees_projects_and_refuses_everybody_else(anyone, as_user, client):
    from crm import access

    sees = access.can(anyone, access.Action.VIEW, "project")
    answer = as_user(anyone).get("/desk/board/")
    assert answer.status_code == (200 if sees else 403)
    assert ('href="/desk/board/"' in page_of(answer)) == sees
    assert client.get("/desk/board/").url.startswith("/login/?next=")


def test_an_empty_board_says_what_to_do(as_user, officer, leader):
    page = page_of(as_user(officer).get("/desk/board/"))
    assert "登记第一个项目" in page
    assert "登记第一个项目" not in page_of(as_user(leader).get("/desk/board/"))


def test_a_filter_that_finds_nothing_offers_to_be_cleared(as_user, teamlead, lead):
    page = page_of(as_user(teamlead).get("/desk/board/?source=fair"))
    assert "没有符合条件" in page
    assert "清除条件" in page


def test_a_phone_shows_the_stage_asked_for_else_the_first_that_holds_a_project(
    as_user, teamlead, team
):
    make.project(team=team, stage=Stage.SIGNED)

    def shown(query):
        answer = as_user(teamlead).get(f"/desk/board/{query}")
        return [one.stage for one in answer.context["columns"] if one.is_shown]

    assert shown("") == [Stage.SIGNED]
    assert shown("?stage=trial") == [Stage.TRIAL]


def test_a_move_made_on_its_page_leads_back_to_the_board_as_it_was_filtered(as_user, officer, park):
    project = make.negotiating_project(officer, park=park)
    client = as_user(officer)
    text = page_of(client.get(f"/desk/board/?park={park.pk}&status=active"))
    (url,) = re.findall(rf'"(/desk/projects/{project.pk}/move/[^"]*)" data-to="stalled"', text)
    page = page_of(client.get(url))
    there = f"/desk/board/?park={park.pk}&status=active"
    assert f'href="{there}">取消' in page
    project.refresh_from_db()
    sent = {"to": "stalled", "on": str(clock.today()), "reason": "资金未到位",
            "version": project.version}  # fmt: skip
    assert client.post(url, sent).url == there
    strange = client.get(f"/desk/projects/{project.pk}/move/?next=https://evil.example/")
    assert f'href="/desk/projects/{project.pk}/">取消' in page_of(strange)


def test_a_column_below_half_a_million_is_no_zero(as_user, teamlead, team):
    make.project(team=team, planned_investment=Decimal("345600"))
    make.project(team=team, stage=Stage.SIGNED, planned_investment=Decimal(0))
    answer = as_user(teamlead).get("/desk/board/")
    assert column(answer, Stage.LEAD).amount == "34.56万元"
    assert column(answer, Stage.SIGNED).amount == "0元"


def test_a_card_that_rests_too_long_says_so(as_user, teamlead, team):
    with clock.playing(clock.today() - timedelta(9)):
        made = make.project(team=team, entered={Stage.LEAD: clock.today()})
    answer = as_user(teamlead).get("/desk/board/")
    assert card_of(answer, made).idle_days == 9
    assert "9 天没有进展" in page_of(answer)
