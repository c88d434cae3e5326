"""投资方: the investor of a project finds a company of the ledger, becomes one, or stays a name."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import Client

from crm import ledgers
from crm.actions.companies import investors
from crm.actions.companies.investors import NewCompany
from crm.actions.pipeline import projects
from crm.actions.questions import LOOKED_FOR, NOTHING_SAID, Anyway
from crm.errors import Refused
from crm.models import Company, Project
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db
PROJECTS = ledgers.get("projects")


@pytest.fixture
def company(db):
    return make.company("甲山面料有限公司", credit_code=make.credit_code(), short_name="甲山")


@pytest.fixture
def client(officer):
    client = Client()
    client.force_login(officer, backend="crm.signin.Backend")
    return client


def lead(officer, anyway=NOTHING_SAID, **values):
    return projects.register({"name": "绿色面料项目", **values}, by=officer, anyway=anyway)


# Which company is meant


@pytest.mark.parametrize("said", ["甲山面料有限公司", " 甲山面料有限公司 ", "甲山面料 有限公司"])
def test_a_full_name_is_that_company(company, officer, said):
    assert lead(officer, investor=said).investor_company == company


def test_another_project_of_that_company_is_still_asked_about(company, officer):
    lead(officer, investor=company.name)
    with pytest.raises(Refused) as asked:
        lead(officer, name="二期项目", investor=company.name)
    assert [row.name for row in asked.value.details[0].seen] == ["绿色面料项目"]


def test_a_credit_code_is_that_company_and_its_name_is_written(company, officer):
    made = lead(officer, investor=company.credit_code)
    assert (made.investor_company, made.investor) == (company, company.name)


@pytest.mark.parametrize("said", ["甲山", "甲山面料", "甲山面料股份有限公司", "乙水面料", ""])
def test_what_only_resembles_a_company_stays_a_name(company, officer, said):
    made = lead(officer, LOOKED_FOR, investor=said)
    assert (made.investor_company, made.investor) == (None, said)


def test_of_two_companies_of_one_name_nobody_is_guessed(company, officer):
    make.company(company.name, credit_code=make.credit_code())
    assert investors.exact(company.name, by=officer) is None
    assert len(investors.alike(company.name, by=officer)) == 2


def test_another_investor_cuts_the_link_and_another_edit_keeps_it(company, officer):
    made = lead(officer, investor="甲山集团")
    projects.change(made, {"investor_company": company}, by=officer)
    projects.change(made, {"investor": "甲山集团", "location": "二期"}, by=officer)
    assert (made.investor_company, made.investor) == (company, "甲山集团")
    projects.change(made, {"investor": "乙水集团"}, by=officer)
    assert made.investor_company is None


def test_a_remark_behind_a_name_is_no_part_of_it(company, officer):
    assert investors.alike("甲山（福建）", by=officer) == [company]
    assert investors.alike("（福建）", by=officer) == []


# A new company with the project


def test_a_new_company_is_registered_with_the_project_or_not_at_all(officer):
    new = NewCompany("丙木家居有限公司")
    made = lead(officer, investor=new.name, investor_company=new)
    assert made.investor_company.name == new.name
    wrong = NewCompany("丁火家居有限公司", "91000000")
    with pytest.raises(Refused, match="信用代码"):
        projects.register(
            {"name": "另一个项目", "investor": wrong.name, "investor_company": wrong}, by=officer
        )
    assert Company.objects.count() == 1
    assert Project.objects.count() == 1


def test_a_name_like_one_of_the_ledger_is_asked_about_once(company, officer):
    new = NewCompany("甲山面料有限责任公司")
    values = {"name": "绿色面料项目", "investor": new.name, "investor_company": new}
    register = partial(projects.register, values, by=officer)
    with pytest.raises(Refused) as asked:
        register()
    (likeness,) = asked.value.details
    assert company in likeness.seen
    assert not Project.objects.exists()
    made = register(anyway=Anyway(shown=likeness.token))
    assert made.investor_company not in (None, company)


def test_who_may_not_enter_companies_enters_none(company, liaison, park, team):
    project = make.project(park=park, team=team)
    with pytest.raises(Refused):
        projects.change(project, {"investor_company": NewCompany("丙木有限公司")}, by=liaison)
    assert Company.objects.count() == 1


# The form


def typed(**values):
    return {"name": "绿色面料项目", "currency": "CNY", **values}


def test_the_form_tells_what_is_meant_while_it_is_typed(client, company):
    def said(text):
        return client.get("/desk/meant/", {"investor": text}).content.decode()

    assert "台账里的企业" in said(company.name)
    assert f"{company.name} #{company.pk}" in said("甲山")
    assert "同时新建企业" in said("丙木")
    assert said("").strip() == ""
    assert "同时新建企业" not in said(company.name)


def test_choosing_a_suggestion_links_it(client, company):
    answer = client.post(
        "/desk/projects/new/", typed(investor=f"{company.name} #{company.pk}"), follow=True
    )
    assert answer.status_code == 200
    made = Project.objects.get()
    assert (made.investor_company, made.investor) == (company, company.name)


def test_a_number_of_no_company_is_refused_at_the_field(client, company):
    answer = client.post("/desk/projects/new/", typed(investor="谁 #999999"))
    assert answer.status_code == 400
    assert answer.context["form"].errors["investor"]
    assert not Project.objects.exists()


def test_the_form_asks_once_and_keeps_what_was_typed(client, company):
    sent = typed(investor="甲山面料有限责任公司", summary="两期") | {"investor-new": "on"}
    asked = client.post("/desk/projects/new/", sent)
    assert asked.status_code == 409
    page = asked.content.decode()
    assert company.name in page
    assert "两期" in page
    assert 'name="investor-new" checked' in page
    confirmed = {"confirmed": asked.context["likeness"].token}
    assert client.post("/desk/projects/new/", sent | confirmed).status_code == 302
    assert Project.objects.get().investor_company.name == "甲山面料有限责任公司"


def test_an_edit_enters_a_new_company_too_and_asks(client, company, officer):
    made = lead(officer)
    sent = typed(investor="甲山面料有限责任公司", version=made.version, seen="{}")
    sent |= {"investor-new": "on", "officer": officer.pk, "team": officer.team_id}
    address = f"/desk/projects/{made.pk}/edit/"
    asked = client.post(address, sent)
    assert asked.status_code == 409
    assert Company.objects.count() == 1
    confirmed = {"confirmed": asked.context["likeness"].token}
    assert client.post(address, sent | confirmed).status_code == 302
    made.refresh_from_db()
    assert made.investor_company.name == "甲山面料有限责任公司"


# Later


def test_one_click_on_the_projects_page_says_which_company_it_is(
    client, company, officer, other_officer
):
    made = lead(officer, investor="甲山")
    page = client.get(f"/desk/projects/{made.pk}/").content.decode()
    assert f"就是{company.name}" in page
    address = f"/desk/projects/{made.pk}/investor/link/"
    assert client.post(address, {"company": "999999"}).status_code == 404
    client.post(address, {"company": company.pk})
    made.refresh_from_db()
    assert (made.investor_company, made.investor) == (company, "甲山")
    assert "是哪家企业" not in client.get(f"/desk/projects/{made.pk}/").content.decode()
    shown = client.get(f"/desk/companies/{company.pk}/?tab=projects-investor_company")
    assert made.name in shown.content.decode()
    stranger = Client()
    stranger.force_login(other_officer, backend="crm.signin.Backend")
    assert stranger.post(address, {"company": company.pk}).status_code == 404


def test_a_name_becomes_a_company_on_the_projects_page(client, officer):
    made = lead(officer, investor="丙木家居有限公司")
    address = f"/desk/projects/{made.pk}/investor/new/"
    assert "丙木家居有限公司" in client.get(address).content.decode()
    assert client.post(address, {"name": ""}).status_code == 400
    assert client.post(address, {"name": "丙木家居有限公司"}).status_code == 302
    made.refresh_from_db()
    assert made.investor_company.name == "丙木家居有限公司"


# A file


def test_a_file_links_exact_names_and_guesses_none(company, statistician):
    rows = f"一号项目,{company.name}\n二号项目,{company.credit_code}\n三号项目,甲山\n"
    import_file(f"项目名称,投资方\n{rows}".encode(), "a.csv", PROJECTS, by=statistician)
    told = dict(Project.objects.values_list("name", "investor_company"))
    assert told == {"一号项目": company.pk, "二号项目": company.pk, "三号项目": None}
