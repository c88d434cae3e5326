"""Target companies: whose they are, and how one becomes a lead, once."""

from __future__ import annotations

import pytest

from crm.actions import rows
from crm.actions.pipeline import prospects
from crm.errors import Refused
from crm.models import AuditEntry, Project, Prospect, ProspectState
from crm.stages import Stage
from tests import make
from tests.crm.views.test_forms import project_data

pytestmark = pytest.mark.django_db


def address(prospect: Prospect) -> str:
    return f"/desk/prospects/{prospect.pk}/convert/"


def test_a_target_company_is_its_teams(officer, other_officer, leader):
    mine = make.prospect(by=officer)
    assert mine.team == officer.team
    assert list(Prospect.objects.visible_to(officer)) == [mine]
    assert not Prospect.objects.visible_to(other_officer).exists()
    assert list(Prospect.objects.visible_to(leader)) == [mine]


def test_the_link_and_the_industry_agree():
    battery, food = make.industry("电池"), make.industry("食品")
    link = make.chain_gap(battery)
    assert make.prospect(link=link).industry == battery
    with pytest.raises(Refused, match="与产业不符"):
        make.prospect("别的公司", link=link, industry=food)


def test_nobody_sets_converted_by_hand(officer):
    prospect = make.prospect(by=officer, officer=officer)
    with pytest.raises(Refused, match="转为线索"):
        rows.change(prospect, {"state": ProspectState.CONVERTED}, by=officer)


def test_the_form_of_the_lead_is_filled_from_the_target_company(as_user, officer):
    prospect = make.prospect(by=officer, officer=officer, area="江苏常州", why="有西迁计划")
    client = as_user(officer)
    assert "转为线索" in client.get(f"/desk/prospects/{prospect.pk}/").content.decode()
    page = client.get(address(prospect)).content.decode()
    for text in ("东拓隔膜有限公司项目", "江苏常州", "有西迁计划"):
        assert text in page


def test_a_target_company_becomes_a_lead_once(as_user, officer):
    prospect = make.prospect(by=officer, officer=officer)
    client = as_user(officer)
    answer = client.post(address(prospect), project_data(name="东拓隔膜项目"))
    project = Project.objects.get()
    assert answer.url == f"/desk/projects/{project.pk}/"
    prospect.refresh_from_db()
    assert (prospect.project, prospect.state) == (project, ProspectState.CONVERTED)
    assert project.stage == Stage.LEAD
    assert AuditEntry.objects.filter(verb="convert_prospect", object_id=prospect.pk).exists()
    with pytest.raises(Refused, match="已经转为项目"):
        prospects.convert(prospect, {"name": "又一个"}, by=officer)
    assert client.get(address(prospect)).status_code == 302
    assert "打开项目" in client.get(f"/desk/prospects/{prospect.pk}/").content.decode()


def test_what_is_there_already_is_said_before_the_lead_is_made(as_user, officer):
    make.project("东拓隔膜项目", team=officer.team)
    prospect = make.prospect(by=officer, officer=officer)
    answer = as_user(officer).post(address(prospect), project_data(name="东拓隔膜项目"))
    assert answer.status_code == 409
    assert "可能重复" in answer.content.decode()
    assert Project.objects.count() == 1


def test_a_refused_lead_leaves_the_target_company_and_what_was_typed(as_user, officer):
    prospect = make.prospect(by=officer, officer=officer)
    data = project_data(name="东拓隔膜项目", gbt="999", investor="留在页面上的投资方")
    answer = as_user(officer).post(address(prospect), data)
    assert answer.status_code == 400
    assert "留在页面上的投资方" in answer.content.decode()
    prospect.refresh_from_db()
    assert prospect.project is None


def test_another_teams_target_company_answers_as_a_missing_one(as_user, other_officer, officer):
    prospect = make.prospect(by=officer, officer=officer)
    client = as_user(other_officer)
    assert client.get(address(prospect)).status_code == 404
    assert client.post(address(prospect), project_data()).status_code == 404
    assert not Project.objects.exists()


def test_a_leader_may_look_but_not_convert(as_user, leader, officer):
    prospect = make.prospect(by=officer)
    client = as_user(leader)
    assert "转为线索" not in client.get(f"/desk/prospects/{prospect.pk}/").content.decode()
    assert client.post(address(prospect), project_data()).status_code == 403
