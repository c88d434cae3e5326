"""How a project was won, what it plans and who serves it: form, filters and page."""

from __future__ import annotations

from datetime import date

import pytest

from crm.dates import When
from crm.models import AssignmentKind, Project
from crm.stages import Stage, Status
from tests import make
from tests.crm.views.test_forms import project_data

pytestmark = pytest.mark.django_db


def served(project: Project, kind: str, **values):
    return make.liaison(project, date(2023, 8, 1), **{"kind": kind, **values})


def test_a_plan_of_a_month_stays_a_month(as_user, officer):
    as_user(officer).post("/desk/projects/new/", project_data(planned_start="2024-06"))
    project = Project.objects.get()
    assert project.planned_start == When.month(2024, 6)
    page = as_user(officer).get(f"/desk/projects/{project.pk}/").content.decode()
    assert "2024年6月" in page


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2024年三季度", When.quarter(2024, 3)),
        ("2024年上半年", When.half(2024, 1)),
        ("2024年5月中旬", When.third(2024, 5, 2)),
        ("预计2024年6月底前", When.half(2024, 1)),
        ("2024年3月5日至4月2日", When(date(2024, 3, 5), date(2024, 4, 2))),
    ],
)
def test_a_plan_typed_as_a_span_is_shown_and_comes_back_as_one(typed, kept, as_user, officer):
    client = as_user(officer)
    client.post("/desk/projects/new/", project_data(planned_start=typed))
    project = Project.objects.get()
    assert project.planned_start == kept
    assert kept.text in client.get(f"/desk/projects/{project.pk}/").content.decode()
    form = client.get(f"/desk/projects/{project.pk}/edit/").context["form"]
    shown = form["planned_start"].value()
    assert shown == kept.text
    assert form.fields["planned_start"].clean(shown) == kept


def test_a_span_without_its_year_is_refused(as_user, officer):
    answer = as_user(officer).post("/desk/projects/new/", project_data(planned_start="明年上半年"))
    assert answer.status_code == 400
    assert "四位的年份" in answer.context["form"].errors["planned_start"][0]


def test_a_filter_by_plan_finds_what_lies_wholly_inside(as_user, teamlead, team):
    for name, when in (
        ("整月项目", When.month(2024, 6)),
        ("全年项目", When.year(2024)),
        ("未定项目", None),
    ):
        make.project(name, team=team, planned_start=when)
    address = "/desk/projects/?planned_start_from=2024-06-01&planned_start_to="
    found = as_user(teamlead).get(f"{address}2024-06-30").context["page"].object_list
    assert [row.name for row in found] == ["整月项目"]
    found = as_user(teamlead).get(f"{address}2024-06-29").context["page"].object_list
    assert not found


def test_projects_are_narrowed_by_how_they_were_won(as_user, teamlead, team):
    make.project("链上项目", team=team, method="chain", source_area="nation")
    make.project("别的项目", team=team, method="fund", source_area="nation")
    page = as_user(teamlead).get("/desk/projects/?source_area=nation&method=chain")
    assert [row.name for row in page.context["page"].object_list] == ["链上项目"]


def test_what_few_fill_in_is_folded_until_it_is_refused(as_user, officer):
    client = as_user(officer)
    parts = client.get("/desk/projects/new/").context["parts"]
    assert [(part.is_folded, part.is_open) for part in parts] == [(False, True)] + [
        (True, False)
    ] * 3
    answer = client.post("/desk/projects/new/", project_data(expected_jobs="约三百"))
    assert answer.status_code == 400
    refused = [part for part in answer.context["parts"] if part.is_folded and part.is_open]
    assert [part.title for part in refused] == ["投资和预期"]


def test_every_field_of_the_form_is_in_one_part(as_user, officer):
    form = as_user(officer).get("/desk/projects/new/").context["form"]
    placed = [field.name for part in form.parts() for field in part.fields]
    assert len(placed) == len(set(placed))
    assert set(placed) == {column.name for column in form.ledger.form_columns}


def test_a_signed_project_names_who_is_missing_of_its_service_team(as_user, teamlead, team, park):
    project = make.signed_project(date(2023, 3, 1), park=park, team=team)
    client = as_user(teamlead)

    def gaps() -> list[str]:
        return [
            gap.label for gap in client.get(f"/desk/projects/{project.pk}/").context["served"].gaps
        ]

    assert gaps() == ["驻企联络员", "包保领导", "责任单位", "专班成员 6 名"]
    served(project, "lead_official", unit="县委常委、副县长")
    served(project, "service", unit="县自然资源局", duty="用地")
    served(project, "service", unit="县供电公司", duty="用电", ends_on=date(2023, 8, 20))
    assert "包保领导" not in gaps()
    assert "专班成员 5 名" in gaps()
    page = client.get(f"/desk/projects/{project.pk}/").content.decode()
    assert "县自然资源局" in page
    assert "用地" in page


def test_a_lead_and_a_project_at_rest_miss_nobody(as_user, teamlead, team):
    lead = make.project(team=team)
    resting = make.project(stage=Stage.SIGNED, status=Status.EXITED, team=team)
    for project in (lead, resting):
        page = as_user(teamlead).get(f"/desk/projects/{project.pk}/")
        assert page.context["served"].gaps == []


def test_who_may_not_register_sees_the_gap_without_a_link(as_user, leader, park, team):
    project = make.signed_project(date(2023, 3, 1), park=park, team=team)
    gaps = as_user(leader).get(f"/desk/projects/{project.pk}/").context["served"].gaps
    assert {gap.url for gap in gaps} == {""}


def test_the_link_to_a_gap_opens_the_form_for_that_duty(as_user, teamlead, park, team):
    project = make.signed_project(date(2023, 3, 1), park=park, team=team)
    client = as_user(teamlead)
    gap = client.get(f"/desk/projects/{project.pk}/").context["served"].gaps[1]
    form = client.get(gap.url).context["form"]
    assert form.initial["project"] == project.pk
    assert form.initial["kind"] == AssignmentKind.LEAD_OFFICIAL
