"""A cell changed in the list: the same right, the same check and the same verb as the form."""

from __future__ import annotations

from decimal import Decimal
from html import unescape

import pytest

from crm import ledgers
from crm.access import Action
from crm.models import AuditEntry
from crm.views.ledgers import inline
from tests import make
from tests.needs import some

pytestmark = pytest.mark.django_db


def page_of(answer):
    return unescape(answer.content.decode())


def path_of(row, name, key="projects"):
    return f"/desk/{key}/{row.pk}/cell/{name}/"


def opened(client, path, **typed):
    """What a browser would send: the field as it was opened, with what was typed."""
    form = client.get(path).context["form"]
    sent = {field.name: field.value() for field in form if field.value() not in (None, False)}
    return sent | typed


@pytest.mark.parametrize(
    ("name", "typed", "text"),
    [
        ("location", "成都高新区", "成都高新区"),
        ("planned_investment", "1.2亿", "12,000"),
        ("land_area_mu", "35.5", "35.5"),
        ("planned_start", "2023-10", "2023年10月"),
        ("source", "fair", "推介会"),
        ("location", "", "—"),
        ("planned_investment", "0", "0"),
    ],
)
def test_a_cell_is_saved_by_the_verb_of_the_form(name, typed, text, as_user, teamlead, team):
    project = make.project("佳禧面料项目", team=team, location="绵阳")
    client, path = as_user(teamlead), path_of(project, name)
    answer = client.post(path, opened(client, path, **{name: typed}))
    assert answer.status_code == 200
    assert answer.context["cell"].text == text
    entry = AuditEntry.objects.filter(verb="change").get()
    assert (entry.actor, entry.object_id) == (teamlead, project.pk)
    # A date that may be a month is kept as its first and its last day.
    assert {field.removesuffix("_on").removesuffix("_until") for field in entry.changes} == {name}
    project.refresh_from_db()
    assert project.version == 2


def test_a_reference_and_an_unchanged_cell(as_user, teamlead, team, park):
    project = make.project("佳禧面料项目", team=team)
    client, path = as_user(teamlead), path_of(project, "park")
    assert client.post(path, opened(client, path, park=park.pk)).context["cell"].text == str(park)
    assert client.post(path, opened(client, path)).status_code == 200
    assert AuditEntry.objects.filter(verb="change").count() == 1


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("planned_investment", "约2亿", "约数"),
        ("planned_investment", "-5", "负数"),
        ("planned_investment", "3亿元（含土地）", "其余的写进备注"),
        ("land_area_mu", "77.667", "四舍五入"),
        ("land_area_mu", "80-100亩", "区间"),
        ("planned_start", "十月份", ""),
        ("location", "长" * 101, "100"),
        ("source", "nonsense", ""),
        ("park", "999999", ""),
    ],
)
def test_a_refused_cell_comes_back_filled_with_the_reason(
    name, typed, says, as_user, teamlead, team
):
    project = make.project("佳禧面料项目", team=team)
    client, path = as_user(teamlead), path_of(project, name)
    answer = client.post(path, opened(client, path, **{name: typed}))
    assert answer.status_code == 422
    assert says in "".join(answer.context["form"].errors[name])
    assert answer.context["field"].value() == typed
    project.refresh_from_db()
    assert project.version == 1


def test_a_refusal_of_the_verb_stands_in_the_cell(as_user, statistician):
    company, client = make.company("川锦有限公司"), as_user(statistician)
    path = path_of(company, "credit_code", "companies")
    answer = client.post(path, opened(client, path, credit_code="911100000000000000"))
    assert answer.status_code == 422
    assert "校验位" in page_of(answer)


def test_two_values_for_one_cell_are_shown_side_by_side(as_user, teamlead, team):
    project = make.project("佳禧面料项目", team=team, location="绵阳")
    mine, theirs, path = as_user(teamlead), as_user(teamlead), path_of(project, "location")
    first = opened(mine, path, location="成都")
    theirs.post(path, opened(theirs, path, location="重庆"))
    answer = mine.post(path, first)
    assert answer.status_code == 409
    clash = answer.context["clash"]
    assert (clash.who, clash.theirs, clash.mine) == (str(teamlead), "重庆", "成都")
    project.refresh_from_db()
    assert project.location == "重庆"
    # Saving again is a decision.
    again = {field.name: field.value() for field in answer.context["form"]}
    assert mine.post(path, again).status_code == 200
    project.refresh_from_db()
    assert project.location == "成都"


def test_others_who_changed_another_column_are_no_conflict(as_user, teamlead, team):
    project = make.project("佳禧面料项目", team=team)
    mine, theirs = as_user(teamlead), as_user(teamlead)
    first = opened(mine, path_of(project, "location"), location="成都")
    other = path_of(project, "investor")
    theirs.post(other, opened(theirs, other, investor="佳禧集团"))
    assert mine.post(path_of(project, "location"), first).status_code == 200
    project.refresh_from_db()
    assert (project.location, project.investor) == ("成都", "佳禧集团")


def test_a_cell_that_does_not_say_what_it_was_made_from_saves_nothing(as_user, teamlead, team):
    project = make.project("佳禧面料项目", team=team, location="绵阳")
    client, path = as_user(teamlead), path_of(project, "location")
    for blind in ({}, {"version": "7"}, {"version": "x"}, {"seen": "{"}, {"seen": "\x00"}):
        assert client.post(path, {"location": "盲改"} | blind).status_code in (409, 422), blind
    project.refresh_from_db()
    assert project.location == "绵阳"


@pytest.mark.parametrize("name", ["stage", "status", "name", "summary", "next_on", "gone", "id"])
def test_what_moves_or_has_its_own_page_is_no_field(name, as_user, teamlead, team):
    project = make.project("佳禧面料项目", team=team)
    client, path = as_user(teamlead), path_of(project, name)
    assert client.get(path).status_code == 404
    assert client.post(path, {name: "operation", "version": "1"}).status_code == 404


@pytest.mark.parametrize("key", ["agreements", "receipts", "moves", "contacts"])
def test_insert_only_facts_and_personal_data_are_not_edited_in_the_list(
    key, as_user, statistician, rows
):
    for column in ledgers.get(key).columns:
        if key != "contacts" or column.kind.value == "personal":
            path = path_of(rows[key], column.name, key)
            assert as_user(statistician).get(path).status_code == 404


def test_only_who_may_change_the_row_gets_a_field(as_user, rows, anyone):
    """The same answer from the list, the field and the form."""
    client, project = as_user(anyone), rows["projects"]
    sees = ledgers.get("projects").rows(anyone).filter(pk=project.pk).exists()
    may = project.pk in inline.changeable(ledgers.get("projects"), anyone, [project])
    path = path_of(project, "location")
    awaited = client.get(f"/desk/projects/{project.pk}/edit/").status_code
    assert client.get(path).status_code == awaited
    assert client.post(path, {"location": "偷改", "version": "99"}).status_code == (
        409 if may else awaited
    )
    assert may == (awaited == 200)
    if sees:
        page = client.get("/desk/projects/?cols=location").content.decode()
        assert ("can-edit" in page) == may
    project.refresh_from_db()
    assert project.location == ""


def test_another_teams_cell_answers_as_a_missing_one(as_user, teamlead, other_team):
    foreign = make.project(team=other_team)
    client = as_user(teamlead)
    assert client.get(path_of(foreign, "location")).status_code == 404
    assert client.get("/desk/projects/999999/cell/location/").status_code == 404


def test_a_cell_that_would_move_the_row_out_of_sight_is_refused(as_user, officer, team, other_team):
    project = make.project(team=team, officer=officer)
    client, path = as_user(officer), path_of(project, "team")
    answer = client.post(path, opened(client, path, team=other_team.pk))
    assert answer.status_code in (403, 404, 422)
    project.refresh_from_db()
    assert project.team == team


def test_every_editable_cell_of_every_ledger_opens(as_user, statistician, rows):
    client = as_user(statistician)
    for ledger in some(ledgers.every(), 0):
        if not ledger.can(statistician, Action.CHANGE):
            continue
        for column in ledger.columns:
            if inline.is_editable(ledger, column):
                path = path_of(rows[ledger.key], column.name, ledger.key)
                shown = client.get(path + "?shown=1")
                assert (shown.status_code, client.get(path).status_code) == (200, 200), path
                assert "can-edit" in shown.content.decode()


def test_the_amount_is_typed_in_the_unit_of_its_column(as_user, teamlead, team):
    project = make.project(team=team, planned_investment=Decimal("15000000"))
    answer = as_user(teamlead).get(path_of(project, "planned_investment"))
    assert 'value="1500"' in page_of(answer)
    assert "= 1,500万元" in page_of(answer)
