"""疑似重复: pairs within one's rights, merged or judged, and not shown again."""

from __future__ import annotations

from html import unescape

import pytest

from crm.actions import duplicates, merges
from crm.errors import Refused
from crm.models import AuditEntry, NotSame
from tests import make

pytestmark = pytest.mark.django_db


def listed(user, noun="project"):
    return [(pair.loser.name, pair.why) for pair in duplicates.pairs(noun, by=user)]


def test_the_same_and_nearly_the_same_names_are_listed_the_same_first(team, teamlead):
    make.project("佳禧高档面料生产项目", team=team)
    make.project("佳禧高档面料生产线项目", team=team)
    make.project("佳禧 高档面料生产项目", team=team)
    make.project("中央厨房项目", team=team)
    found = listed(teamlead)
    assert [why for _, why in found] == ["同名", "名称相近", "名称相近"]
    assert "中央厨房项目" not in {name for name, _ in found}


def test_companies_are_compared_without_their_legal_form_and_contacts_by_phone(team, teamlead):
    make.company("川锦纺织")
    make.company("川锦纺织有限公司")
    assert [why for _, why in listed(teamlead, "company")] == ["同名"]
    project = make.project(team=team)
    make.contact(project, phone="13700001234", name="李四")
    make.contact(project, phone="13700001234", name="李先生")
    make.contact(project, phone="13700009999", name="王五")
    assert [why for _, why in listed(teamlead, "contact")] == ["电话相同"]


def test_only_rows_one_may_change_are_compared(team, other_team, officer, teamlead):
    make.project("佳禧面料项目", team=team)
    make.project("佳禧面料项目", team=other_team)
    assert not listed(teamlead)
    make.project("佳禧面料项目", team=team)
    assert len(listed(teamlead)) == 1
    assert not listed(officer)


def test_a_pair_judged_to_be_two_is_not_listed_again_and_is_on_record(team, teamlead):
    one, other = (make.project("佳禧面料项目", team=team) for _ in range(2))
    duplicates.not_same(other, one, by=teamlead, reason="两期")
    duplicates.not_same(one, other, by=teamlead)
    assert not listed(teamlead)
    assert NotSame.objects.count() == 1
    assert AuditEntry.objects.filter(verb="not_same").count() == 2


def test_nobody_judges_about_another_teams_row(team, other_team, teamlead):
    mine, foreign = make.project(team=team), make.project(team=other_team)
    with pytest.raises(Refused) as refused:
        duplicates.not_same(mine, foreign, by=teamlead)
    assert refused.value.code == "not_found"


def test_a_merged_pair_leaves_the_list(team, teamlead):
    one, other = (make.project("佳禧面料项目", team=team) for _ in range(2))
    done = merges.merge(one, other, by=teamlead)
    assert not listed(teamlead)
    merges.undo(done, by=teamlead)
    assert len(listed(teamlead)) == 1


def test_the_page_offers_both_ways_out(as_user, teamlead, team, other_officer, leader):
    old = make.project("佳禧面料项目", team=team)
    new = make.project("佳禧面料项目", team=team, planned_investment=None)
    client = as_user(teamlead)
    page = unescape(client.get("/desk/duplicates/").content.decode())
    assert f"/desk/projects/{new.pk}/merge/{old.pk}/" in page
    path = f"/desk/projects/{new.pk}/not-same/{old.pk}/"
    assert path in page
    assert as_user(other_officer).post(path).status_code == 404
    assert as_user(leader).get("/desk/duplicates/").status_code == 403
    assert client.post(path).status_code == 302
    assert "没有疑似重复" in unescape(client.get("/desk/duplicates/").content.decode())
    for kind in ("companies", "contacts", "nonsense"):
        assert client.get(f"/desk/duplicates/?kind={kind}&page=9").status_code == 200


def test_the_page_asks_no_question_a_pair(as_user, teamlead, team, django_assert_max_num_queries):
    client = as_user(teamlead)

    def counted() -> int:
        with django_assert_max_num_queries(40) as asked:
            client.get("/desk/duplicates/")
        return len(asked)

    for _ in range(2):
        make.project("佳禧面料项目", team=team)
    few = counted()
    for _ in range(4):
        make.project("佳禧面料项目", team=team)
    assert counted() == few
