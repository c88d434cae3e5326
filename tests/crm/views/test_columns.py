"""栏目: the columns somebody chose, in the list and in its file."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from crm import ledgers
from crm.access import Action
from crm.ledgers.selection import offered
from crm.models import AuditEntry
from crm.stages import Stage
from tests import make
from tests.needs import some

pytestmark = pytest.mark.django_db


def headings_of(answer):
    return [heading.label for heading in answer.context["headings"]]


def test_a_list_shows_the_columns_asked_for_in_their_order(as_user, teamlead, team):
    make.project("佳禧面料项目", team=team, investor="佳禧集团", location="成都")
    answer = as_user(teamlead).get("/desk/projects/?cols=location,investor,stage")
    assert headings_of(answer) == ["项目名称", "地点", "投资方", "阶段"]
    (line,) = answer.context["lines"]
    assert [cell.text for cell in line.cells] == ["佳禧面料项目", "成都", "佳禧集团", "线索"]
    # As the panel's form sends it, and with the name elsewhere: it stays the first.
    answer = as_user(teamlead).get("/desk/projects/?cols=location&cols=name&cols=investor")
    assert headings_of(answer) == ["项目名称", "地点", "投资方"]


def test_a_column_nobody_knows_is_left_out(as_user, teamlead, rows):
    client = as_user(teamlead)
    usual = headings_of(client.get("/desk/projects/"))
    for query in ("cols=", "cols=password,officer__password", "cols=%00", "cols=reason,evidence"):
        assert headings_of(client.get(f"/desk/projects/?{query}")) == usual, query
    assert headings_of(client.get("/desk/projects/?cols=gone,investor")) == ["项目名称", "投资方"]


def test_every_column_on_offer_can_be_shown_and_exported(as_user, statistician, rows):
    client = as_user(statistician)
    for ledger in some(ledgers.every(), 2):
        names = ",".join(column.name for column in offered(ledger))
        if not ledger.can(statistician, Action.VIEW):
            continue
        assert client.get(f"/desk/{ledger.key}/?cols={names}").status_code == 200, ledger.key
        awaited = 200 if ledger.can(statistician, Action.EXPORT) else 403
        answer = client.get(f"/desk/{ledger.key}/export/?cols={names}")
        assert answer.status_code == awaited, ledger.key


def test_the_date_of_a_stage_and_the_agreed_amount_are_columns(as_user, teamlead, rows):
    query = "?q=佳禧面料项目&cols=entered_signed,agreed_investment,entered_operation"
    (line,) = as_user(teamlead).get(f"/desk/projects/{query}").context["lines"]
    assert [cell.text for cell in line.cells[1:]] == ["2023-03-01", "10,000", "—"]


def test_personal_columns_stay_masked_when_chosen(as_user, teamlead, rows):
    make.contact(rows["projects"], phone="13712345678", email="li@example.org")
    client = as_user(teamlead)
    page = client.get("/desk/contacts/?cols=phone,email").content.decode()
    assert "137****5678" in page
    assert "13712345678" not in page
    assert "li@example.org" not in page


def test_what_the_list_keeps_when_columns_are_chosen(as_user, teamlead, rows):
    answer = as_user(teamlead).get("/desk/projects/?stage=signed&q=佳禧&cols=investor&page=1")
    assert answer.context["picker"].kept == [("stage", "signed"), ("q", "佳禧")]
    for tab in answer.context["tabs"]:
        assert "cols=investor" in tab.url
    assert "cols=investor" in answer.context["also"][0].url
    assert '<input type="hidden" name="cols" value="investor">' in answer.content.decode()


def test_the_panel_offers_the_chosen_first_and_in_their_order(as_user, teamlead, rows):
    choices = as_user(teamlead).get("/desk/projects/?cols=zone,investor").context["picker"].choices
    assert [one.name for one in choices[:3]] == ["name", "zone", "investor"]
    assert [one.is_chosen for one in choices[:4]] == [True, True, True, False]
    assert choices[0].is_fixed
    assert {one.name for one in choices} == {c.name for c in offered(ledgers.get("projects"))}


def test_the_file_has_the_columns_of_the_list(as_user, teamlead, team):
    make.project("甲面料", team=team, location="成都", planned_investment=Decimal(3_000_000))
    make.project("乙面料", team=team, location="重庆", planned_investment=None)
    client = as_user(teamlead)
    asked = "/desk/projects/?q=面料&ordering=-planned_investment&cols=location,planned_investment"
    link = client.get(asked).context["export_url"]
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(link).content)).active
    numbers = [row[-1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert list(sheet.iter_rows(values_only=True)) == [
        ("项目名称", "地点", "计划总投资（万元）", "编号"),
        ("甲面料", "成都", 300, numbers[0]),
        ("乙面料", "重庆", None, numbers[1]),
    ]
    entry = AuditEntry.objects.get(verb="export")
    assert entry.changes["filter"][1]["cols"] == ["name", "location", "planned_investment"]


def test_the_usual_list_exports_its_own_columns_and_all_on_request(as_user, teamlead, rows):
    client = as_user(teamlead)
    page = client.get("/desk/projects/")

    def exported(url):
        book = openpyxl.load_workbook(io.BytesIO(client.get(url).content))
        return [cell.value for cell in book.active[1]]

    assert exported(page.context["export_url"]) == [*headings_of(page), "编号"]
    assert "项目简介" in exported(page.context["export_all_url"])


@pytest.mark.parametrize("path", ["", "export/"])
def test_all_columns_ask_as_many_questions_for_many_rows_as_for_few(
    path, as_user, teamlead, team, park, django_assert_max_num_queries
):
    client = as_user(teamlead)
    names = ",".join(column.name for column in offered(ledgers.get("projects")))

    def counted():
        with django_assert_max_num_queries(60) as asked:
            assert client.get(f"/desk/projects/{path}?cols={names}").status_code == 200
        return len(asked)

    def more(count):
        for _ in range(count):
            zone = make.zone(make.park())
            make.signed_project(
                date(2023, 3, 1), park=park, team=team, zone=zone, company=make.company()
            )

    more(2)
    few = counted()
    more(6)
    assert counted() == few


def test_the_last_entry_into_a_stage_is_the_one_that_counts(statistician, park):
    project = make.signed_project(date(2023, 3, 1), park=park)
    column = ledgers.get("projects").column("entered_signed")
    assert column.value(project) == column.read_all([project])[project.pk]
    assert column.read_all([make.project(stage=Stage.LEAD)]) == {}
