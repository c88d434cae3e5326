"""合并 on the desk and for programs: side by side, nothing leaks, the old address leads on."""

from __future__ import annotations

import json
from html import unescape

import pytest

from crm.actions import merges
from crm.models import Merge, Project
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def twins(team, park):
    old = make.project("佳禧面料项目", team=team, park=park)
    new = make.project("佳禧面料", team=team, investor="江苏佳禧集团")
    make.contact(new)
    return old, new


def page_of(answer):
    return unescape(answer.content.decode())


def test_the_picker_offers_like_rows_one_may_change(as_user, teamlead, twins, other_team):
    old, new = twins
    make.project("佳禧面料项目", team=other_team)
    page = page_of(as_user(teamlead).get(f"/desk/projects/{new.pk}/merge/"))
    assert f"/desk/projects/{new.pk}/merge/{old.pk}/" in page
    assert page.count(">对照<") == 1


def test_the_preview_shows_both_values_and_what_comes_along(as_user, teamlead, twins):
    old, new = twins
    page = page_of(as_user(teamlead).get(f"/desk/projects/{new.pk}/merge/{old.pk}/"))
    assert "江苏佳禧集团" in page
    assert "联系人" in page
    assert "改挂到保留的项目" in page
    assert Project.objects.count() == 2


def test_merging_on_the_page_leads_to_its_record_and_back(as_user, teamlead, twins):
    old, new = twins
    client = as_user(teamlead)
    data = {"side-investor": "theirs", "side-name": "mine",
            "loser": new.version, "survivor": old.version}  # fmt: skip
    answer = client.post(f"/desk/projects/{new.pk}/merge/{old.pk}/", data)
    done = Merge.objects.get()
    assert answer.url == f"/desk/merged/{done.pk}/"
    old.refresh_from_db()
    assert (old.name, old.investor) == ("佳禧面料项目", "江苏佳禧集团")
    assert "只作历史，不计数" in page_of(client.get(answer.url))
    assert f"/desk/merged/{done.pk}/" in page_of(client.get(f"/desk/projects/{old.pk}/"))
    client.post(f"/desk/merged/{done.pk}/undo/")
    assert Project.objects.count() == 2


def test_a_stale_preview_is_refused_with_the_choices_kept(as_user, teamlead, twins):
    old, new = twins
    data = {"side-investor": "theirs", "loser": new.version + 1, "reason": "同一个"}
    answer = as_user(teamlead).post(f"/desk/projects/{new.pk}/merge/{old.pk}/", data)
    assert answer.status_code == 409
    assert "同一个" in page_of(answer)
    assert 'value="theirs" checked' in page_of(answer)
    assert not Merge.objects.exists()


def test_the_old_address_leads_to_the_survivor_for_who_may_see_it(
    as_user, teamlead, other_officer, twins
):
    old, new = twins
    merges.merge(new, old, by=teamlead)
    client = as_user(teamlead)
    for path in ("", "follow-up/", "move/"):
        assert (
            client.get(f"/desk/projects/{new.pk}/{path}").url == f"/desk/projects/{old.pk}/{path}"
        )
    answer = client.get(f"/desk/projects/{new.pk}/merge/{old.pk}/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/desk/projects/{old.pk}/"
    sent = client.post(f"/desk/projects/{new.pk}/follow-up/", {"content": "谈"})
    assert (sent.status_code, sent.url) == (307, f"/desk/projects/{old.pk}/follow-up/")
    assert as_user(other_officer).get(f"/desk/projects/{new.pk}/").status_code == 404
    answer = client.get(f"/api/projects/{new.pk}/")
    assert (answer.status_code, answer.json()["merged_into"]) == (410, old.pk)
    assert as_user(other_officer).get(f"/api/projects/{new.pk}/").status_code == 404


def test_who_may_not_change_both_gets_no_preview(
    as_user, officer, leader, other_officer, auditor, twins
):
    old, new = twins
    path = f"/desk/projects/{new.pk}/merge/{old.pk}/"
    assert as_user(officer).get(path).status_code == 403
    assert as_user(leader).get(path).status_code == 403
    assert as_user(auditor).get(path).status_code == 403
    assert as_user(other_officer).get(path).status_code == 404


def test_the_record_of_a_merge_is_seen_with_its_survivor(as_user, teamlead, other_officer, twins):
    done = merges.merge(*reversed(twins), by=teamlead)
    assert as_user(other_officer).get(f"/desk/merged/{done.pk}/").status_code == 404
    assert as_user(other_officer).post(f"/desk/merged/{done.pk}/undo/").status_code == 404
    assert not Merge.objects.get().is_undone


def test_companies_and_contacts_are_merged_on_the_same_pages(as_user, teamlead, team):
    project = make.project(team=team)
    a, b = make.contact(project), make.contact(project, phone="13700001234")
    page = page_of(as_user(teamlead).get(f"/desk/contacts/{a.pk}/merge/{b.pk}/"))
    assert "137****1234" in page
    assert "13700001234" not in page
    one, other = make.company("川锦纺织"), make.company("川锦纺织有限公司")
    assert as_user(teamlead).get(f"/desk/companies/{one.pk}/merge/{other.pk}/").status_code == 200
    assert as_user(teamlead).get("/desk/parks/1/merge/").status_code == 404


def test_programs_see_the_plan_merge_and_undo(as_user, teamlead, other_officer, twins):
    old, new = twins
    client = as_user(teamlead)
    plan = client.get(f"/api/projects/{new.pk}/merge/?into={old.pk}").json()
    assert plan["moved"]["联系人"] == 1
    assert "investor" in plan["differing"]
    sent = json.dumps({"into": old.pk, "take": ["investor"]})
    foreign = as_user(other_officer).post(
        f"/api/projects/{new.pk}/merge/", sent, content_type="application/json"
    )
    assert foreign.status_code == 404
    answer = client.post(f"/api/projects/{new.pk}/merge/", sent, content_type="application/json")
    assert answer.status_code == 201
    assert client.post(f"/api/merges/{answer.json()['id']}/undo/").status_code == 204
    assert Project.objects.count() == 2
    sent = json.dumps({"into": old.pk, "take": ["stage"]})
    path = f"/api/projects/{new.pk}/merge/"
    assert client.post(path, sent, content_type="application/json").status_code == 400
