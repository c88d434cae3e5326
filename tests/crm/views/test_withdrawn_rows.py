"""A row that was withdrawn with its import: its page says so, and nothing else holds it."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import cache
from django.db import transaction
from rest_framework.test import APIClient

from crm import clock, ledgers
from crm.actions import _record, imports, merges
from crm.models import Contact, Milestone, Project
from crm.models.base import Row
from crm.spreadsheets.commit import import_file
from tests import make
from tests.needs import some

pytestmark = pytest.mark.django_db
EDITABLE = [one.key for one in ledgers.every() if issubclass(one.model, Row)]


def text_of(answer) -> str:
    return answer.content.decode()


def taken(text, by, key="projects"):
    return import_file(text.encode(), "上半年台账.csv", ledgers.get(key), by=by)


@pytest.fixture
def undone(statistician, team, park):
    """A project that came with its milestone and contact in two files, both undone."""
    with clock.playing(date(2023, 6, 1)):
        head = "项目名称,招商科室,落户园区,投资方\n"
        first = taken(head + f"佳禧面料项目,{team.name},{park.name},佳禧集团\n", statistician)
        assert first.counts["new"] == 1, first.refused
        project = Project.objects.get()
        second = taken(
            "项目,姓名,电话\n佳禧面料项目,李志强,13800000077\n", statistician, "contacts"
        )
        assert second.counts["new"] == 1, second.refused
    with clock.playing(date(2023, 6, 11)):
        for plan in (second, first):
            imports.revert_import(plan.batch, by=statistician)
    return project


def test_its_page_says_when_by_whom_and_with_which_import_it_went(undone, as_user, teamlead):
    answer = as_user(teamlead).get(f"/desk/projects/{undone.pk}/")
    page = text_of(answer)
    assert answer.status_code == 200
    assert "2023-06-11 测试统计员撤销导入“上半年台账.csv”，这一条随之作废。" in page
    assert "佳禧集团" in page
    assert '<b>测试统计员</b> <span class="done">登记</span>' in page
    for verb in ("edit", "move", "follow-up", "merge", "agreement", "transfer"):
        assert f"/desk/projects/{undone.pk}/{verb}/" not in page


def test_its_other_addresses_say_so_too_and_do_nothing(undone, as_user, statistician):
    client = as_user(statistician)
    for verb in ("edit/", "move/", "follow-up/", "agreement/", "merge/", "assign/"):
        answer = client.get(f"/desk/projects/{undone.pk}/{verb}")
        assert (answer.status_code, "已作废" in text_of(answer)) == (410, True), verb
    sent = client.post(f"/desk/projects/{undone.pk}/edit/", {"name": "改名", "version": 1})
    assert sent.status_code == 410
    assert Project.objects.ever().get().name == "佳禧面料项目"


def test_what_hung_on_it_says_so_too(undone, as_user, statistician, teamlead):
    contact = Contact.objects.ever().get()
    for user in (statistician, teamlead):
        page = text_of(as_user(user).get(f"/desk/contacts/{contact.pk}/"))
        assert "已清除的联系人" in page
        assert "已作废" in page
        assert "李志强" not in page
        assert "显示电话" not in page


def test_who_could_not_see_it_finds_nothing(undone, as_user, other_officer, other_team, park_user):
    contact = Contact.objects.ever().get()
    for address in (f"/desk/projects/{undone.pk}/", f"/desk/contacts/{contact.pk}/"):
        assert as_user(other_officer).get(address).status_code == 404
        assert as_user(park_user).get(address).status_code == 200


def test_no_list_count_search_suggestion_or_program_holds_it(rows, as_user, statistician):
    """Of any ledger; what is withdrawn of one is back before the next."""
    for key in some(EDITABLE, 1):
        with transaction.atomic():
            _is_nowhere(key, rows[key], as_user, statistician)
            transaction.set_rollback(True)
        cache.clear()


def _is_nowhere(key, row, as_user, statistician):
    ledger = ledgers.get(key)
    _record.withdraw(row, by=statistician, reason="撤销导入“台账.csv”", verb="revert_import")
    reader = statistician
    assert not ledger.rows(reader).filter(pk=row.pk).exists()
    assert not ledgers.referable(key, by=reader).filter(pk=row.pk).exists()
    client, api = as_user(reader), APIClient()
    api.force_login(reader)
    page = client.get(f"/desk/{key}/")
    assert row not in page.context["page"].object_list
    assert f"/desk/{key}/{row.pk}/" not in text_of(page)
    listed = api.get(f"/api/{key}/").json()
    assert row.pk not in [one["id"] for one in listed["results"]]
    name = ledger.title(row)
    for address in ("/desk/search/", "/desk/palette/", f"/desk/similar/{key}/"):
        found = text_of(client.get(address, {"q": name, "name": name}))
        assert f"/desk/{key}/{row.pk}/" not in found, address
    suggested = client.get(f"/desk/suggest/{key}/", {"x": str(row)[:10]})
    assert suggested.status_code == 404 or f"#{row.pk}" not in text_of(suggested)
    own = client.get(f"/desk/{key}/{row.pk}/")
    assert (own.status_code, "随之作废" in text_of(own)) == (200, True)
    answer = api.get(f"/api/{key}/{row.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (410, "withdrawn")
    assert answer.json()["withdrawn_at"]
    assert client.get(f"/desk/{key}/{row.pk}/edit/").status_code == 410
    changed = api.patch(f"/api/{key}/{row.pk}/", {"version": 1}, format="json")
    assert changed.status_code == (405 if ledger.is_read_only else 410)


def test_a_merged_row_still_leads_to_the_one_that_stands_for_it(team, teamlead, as_user):
    old, new = (make.project(name, team=team) for name in ("佳禧面料项目", "佳禧面料"))
    merges.merge(new, old, by=teamlead)
    assert as_user(teamlead).get(f"/desk/projects/{new.pk}/").url == f"/desk/projects/{old.pk}/"


def test_merged_into_one_that_was_withdrawn_since_it_leads_to_that_page(
    statistician, team, as_user
):
    old, new = (make.project(name, team=team) for name in ("佳禧面料项目", "佳禧面料"))
    merges.merge(new, old, by=statistician)
    old.refresh_from_db()
    _record.withdraw(old, by=statistician, reason="撤销导入“台账.csv”", verb="revert_import")
    answer = as_user(statistician).get(f"/desk/projects/{new.pk}/", follow=True)
    assert answer.redirect_chain == [(f"/desk/projects/{old.pk}/", 302)]
    assert "已作废" in text_of(answer)


def test_what_a_merge_set_aside_says_so(statistician, team, as_user):
    old, new = (make.project(name, team=team) for name in ("佳禧面料项目", "佳禧面料"))
    twins = [make.milestone(row, "filing", date(2023, 4, 1)) for row in (old, new)]
    merges.merge(new, old, by=statistician, reason="同一个项目")
    page = text_of(as_user(statistician).get(f"/desk/milestones/{twins[1].pk}/"))
    assert "测试统计员合并（同一个项目），这一条随之作废。" in page
    assert Milestone.objects.get() == twins[0]


# What the project's page tells of an undone import


def test_the_project_page_says_what_an_undone_import_took_back(
    statistician, teamlead, team, park, as_user
):
    with clock.playing(date(2023, 6, 1)):
        project = make.signed_project(date(2023, 3, 1), park=park, team=team, name="佳禧面料项目")
        batch = imports.open_batch("milestones", by=statistician, file_name="里程碑.xlsx")
        with imports.under(batch):
            filed = make.milestone(project, "filing", date(2023, 4, 1))
            make.receipt(project, date(2023, 5, 1))
            ledgers.get("projects").change(project, {"location": "绵阳"}, by=statistician)
    with clock.playing(date(2023, 6, 11)):
        imports.revert_import(batch, by=statistician)
    answer = as_user(teamlead).get(f"/desk/projects/{project.pk}/")
    (event,) = [one for one in answer.context["events"] if one.kind == "undo"]
    assert (event.title, event.who) == ("撤销导入“里程碑.xlsx”", "测试统计员")
    assert {link.url for link in event.taken} >= {f"/desk/milestones/{filed.pk}/"}
    assert len(event.taken) == 2
    assert [(one.label, one.old, one.new) for one in event.changes] == [("地点", "绵阳", "空")]
    page = text_of(answer)
    assert "<del>到位资金 1,000万元</del>" in page
    assert "2023-06-11 测试统计员撤销导入“里程碑.xlsx”" in page
    only = as_user(teamlead).get(f"/desk/projects/{project.pk}/?past=edits").context["events"]
    assert "undo" in {one.kind for one in only}


def test_the_past_of_a_project_without_imports_asks_little_for_it(
    team, park, teamlead, as_user, django_assert_max_num_queries
):
    project = make.signed_project(date(2023, 3, 1), park=park, team=team)
    with django_assert_max_num_queries(72):
        as_user(teamlead).get(f"/desk/projects/{project.pk}/")
