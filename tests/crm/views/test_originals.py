"""原文: what a table said and the ledger could not keep, shown, worked off, and in the report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm import clock, ledgers
from crm.actions.pipeline import projects
from crm.actions.system import originals
from crm.models import OriginalText, Project, Said
from crm.reports.build import build
from crm.reports.figures import Context
from crm.reports.period import Period
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db
MAY = date(2023, 5, 8)


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def row(statistician, team, park) -> Project:
    """A project that came with an amount nobody could read."""
    head = "项目名称,招商科室,落户园区,计划总投资（亿元）\n"
    file = f"{head}佳禧面料项目,{team.name},{park.name},2-3亿\n".encode()
    import_file(file, "a.csv", ledgers.get("projects"), by=statistician)
    return Project.objects.get()


def kept(row) -> OriginalText:
    return OriginalText.objects.about(row).get()


def test_the_text_stands_on_the_page_with_the_field_to_fill(row, as_user, statistician):
    seen = text_of(as_user(statistician).get(f"/desk/projects/{row.pk}/"))
    assert "2-3亿" in seen
    assert "待核" in seen
    assert f"/desk/projects/{row.pk}/edit/#id_planned_investment" in seen
    assert f"/desk/originals/{kept(row).pk}/settle/" in seen


def test_who_only_reads_the_row_is_offered_nothing_to_do(row, as_user, leader):
    seen = text_of(as_user(leader).get(f"/desk/projects/{row.pk}/"))
    assert "2-3亿" in seen
    assert "/settle/" not in seen
    assert as_user(leader).post(f"/desk/originals/{kept(row).pk}/settle/").status_code == 403
    assert kept(row).is_to_check


def test_another_teams_text_is_not_there(row, as_user, other_officer):
    assert as_user(other_officer).get(f"/desk/projects/{row.pk}/").status_code == 404
    assert as_user(other_officer).post(f"/desk/originals/{kept(row).pk}/settle/").status_code == 404


def test_checked_it_is_no_more_to_be_checked_and_stays_in_the_record(row, as_user, statistician):
    client = as_user(statistician)
    assert client.post(f"/desk/originals/{kept(row).pk}/settle/").status_code == 302
    assert not kept(row).is_to_check
    assert kept(row).settled_by == statistician
    assert "2-3亿" in text_of(client.get(f"/desk/projects/{row.pk}/?past=edits"))
    again = client.post(f"/desk/originals/{kept(row).pk}/settle/", follow=True)
    assert "已经核过了" in text_of(again)


def test_lists_and_today_show_what_is_to_be_checked(row, as_user, teamlead, statistician):
    make.project("别的项目", team=row.team)
    client = as_user(teamlead)
    assert text_of(client.get("/desk/projects/")).count(">待核</span>") == 1
    found = client.get("/desk/projects/?to_check=true").context["page"].object_list
    assert [one.pk for one in found] == [row.pk]
    found = client.get("/desk/projects/?to_check=false").context["page"].object_list
    assert [one.name for one in found] == ["别的项目"]
    assert [one.pk for one in client.get("/desk/?show=to_check").context["page"].object_list] == [
        row.pk
    ]
    projects.change(row, {"planned_investment": Decimal(250_000_000)}, by=statistician)
    assert not client.get("/desk/projects/?to_check=true").context["page"].object_list


def test_another_teams_rows_are_in_no_list_or_count_of_what_is_to_be_checked(
    row, as_user, other_officer
):
    client = as_user(other_officer)
    assert not client.get("/desk/projects/?to_check=true").context["page"].object_list
    assert client.get("/desk/?show=to_check").context["page"].paginator.count == 0


def signed(statistician, park, amount: str) -> Project:
    head = "项目名称,落户园区,阶段,签约时间,协议投资额（亿元）\n"
    file = f"{head}佳禧面料项目,{park.name},签约,2023-05-08,{amount}\n".encode()
    import_file(file, "a.csv", ledgers.get("projects"), by=statistician)
    return Project.objects.get()


def findings(context: Context) -> dict:
    return {one.key: one for one in build(context).findings}


SPRING = Context(Period.parse("2023-01", "2023-08"))
SUM = "attraction.signed_investment"


def test_a_figure_says_how_many_of_its_amounts_are_approximate(statistician, park):
    with clock.playing(date(2023, 6, 1)):
        row = signed(statistician, park, "3")
        agreement = row.agreements.get()
        text = {"field": "amount", "heading": "协议投资额", "text": "约3", "said": Said.ABOUT}
        originals.keep(agreement, [text])
    with clock.playing(date(2023, 6, 5)):
        finding = findings(SPRING)[f"{SUM}.approximate"]
        assert "其中 1 个项目的数是约数" in finding.text
        assert "约3" in finding.rows[0].about
        originals.settle(OriginalText.objects.get(), agreement, by=statistician)
        assert f"{SUM}.approximate" not in findings(SPRING)
        then = replace(SPRING, known_on=date(2023, 6, 5) - timedelta(1))
        assert f"{SUM}.approximate" in findings(then)
        before = replace(SPRING, known_on=date(2023, 5, 31))
        assert f"{SUM}.approximate" not in findings(before)


def test_an_amount_nobody_could_read_is_named_with_its_text(statistician, park):
    with clock.playing(date(2023, 8, 1)):
        head = "项目名称,落户园区,阶段,洽谈时间,计划总投资（亿元）\n"
        file = f"{head}佳禧面料项目,{park.name},洽谈,2023-05-08,2-3亿\n".encode()
        import_file(file, "a.csv", ledgers.get("projects"), by=statistician)
        told = [one for one in findings(SPRING).values() if "没有金额" in one.text]
        assert any("原文“2-3亿”" in item.about for one in told for item in one.rows)
