"""导出: exactly the list on the page, for those who may, masked and on record."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from crm import ledgers
from crm.access import Action, Role
from crm.models import AuditEntry, Contact, Project
from crm.spreadsheets import export as exporting
from crm.spreadsheets.commit import import_file
from crm.stages import Stage
from tests import make
from tests.needs import some

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://example.org","点我")'


def sheet_of(answer):
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content)).active


def table_of(answer):
    """The file's rows as dictionaries by heading."""
    headings, *lines = sheet_of(answer).iter_rows(values_only=True)
    return [dict(zip(headings, line, strict=True)) for line in lines]


@pytest.fixture
def county(rows, other_team):
    """Beside one row of everything: foreign money, twins, a zone name used twice, part dates."""
    make.project("外资项目", planned_investment=None, currency="EUR", zone=make.zone(make.park()),
                 foreign_amount=Decimal("2500000.5"))  # fmt: skip
    for team in (rows["teams"], other_team):
        make.follow_up(make.project("同名项目", team=team, location=team.name))
    make.project(FORMULA, team=other_team, land_area_mu=Decimal("35.5"), summary="一行\n二行",
                 planned_investment=Decimal("123456789.01"))  # fmt: skip
    project = rows["projects"]
    make.contact(project, phone="", email="", name="无电话")
    make.contact(project, phone="13700001234", email="li@example.org", name="李四")
    return rows


def test_every_ledger_exported_reads_back_as_the_same(county, as_user, statistician):
    client = as_user(statistician)
    for ledger in ledgers.every():
        if not (ledger.import_columns and ledger.can(statistician, Action.EXPORT)):
            continue
        data = client.get(f"/desk/{ledger.key}/export/").content
        before = AuditEntry.objects.count(), Contact.objects.count()
        plan = import_file(data, "a.xlsx", ledger, by=statistician)
        assert plan.refused == [], ledger.key
        assert plan.counts["same"] == ledger.rows(statistician).count() > 0, ledger.key
        assert (AuditEntry.objects.count(), Contact.objects.count()) == before


def test_a_changed_cell_of_an_export_changes_its_row_alone(county, as_user, statistician):
    sheet = sheet_of(as_user(statistician).get("/desk/projects/export/?q=佳禧面料"))
    headings = [cell.value for cell in sheet[1]]
    sheet.cell(2, headings.index("计划总投资（万元）") + 1).value = 20000
    out = io.BytesIO()
    sheet.parent.save(out)
    plan = import_file(out.getvalue(), "a.xlsx", ledgers.get("projects"), by=statistician)
    assert plan.counts == {"new": 0, "changed": 1, "same": 0, "duplicate": 0, "refused": 0}
    county["projects"].refresh_from_db()
    assert county["projects"].planned_investment == Decimal("200000000")


def test_each_role_exports_its_own_rows_or_is_refused(anyone, as_user, county):
    client = as_user(anyone)
    for ledger in some(ledgers.every(), Role(anyone.role)):
        answer = client.get(f"/desk/{ledger.key}/export/")
        if not (ledger.can(anyone, Action.VIEW) and ledger.can(anyone, Action.EXPORT)):
            assert answer.status_code == 403, ledger.key
            page = client.get(f"/desk/{ledger.key}/").content.decode()
            assert f"/desk/{ledger.key}/export/" not in page
            continue
        assert f"/desk/{ledger.key}/export/" in client.get(f"/desk/{ledger.key}/").content.decode()
        assert len(table_of(answer)) == ledger.rows(anyone, Action.EXPORT).count()


def test_an_officer_takes_along_the_rows_of_the_own_team_only(county, as_user, officer):
    names = [row["项目名称"] for row in table_of(as_user(officer).get("/desk/projects/export/"))]
    # Of the two of one name, and of the rows of everybody, those of the own team.
    assert sorted(names) == sorted(row.name for row in Project.objects.visible_to(officer))
    assert names.count("同名项目") == 1
    assert FORMULA not in names


def test_the_file_is_the_filtered_ordered_list(as_user, teamlead, team):
    for name, wan in (("甲面料", 100), ("乙面料", 300), ("丙面料", 200)):
        make.project(name, team=team, planned_investment=Decimal(wan * 10_000))
    make.project("丁电池", team=team)
    make.project("戊面料", team=team, stage=Stage.NEGOTIATION)
    client, asked = as_user(teamlead), "?q=面料&stage=lead&ordering=-planned_investment&page=7"
    lines = table_of(client.get(f"/desk/projects/export/{asked}"))
    assert [line["项目名称"] for line in lines] == ["乙面料", "丙面料", "甲面料"]
    assert [line["计划总投资（万元）"] for line in lines] == [300, 200, 100]
    link = client.get(f"/desk/projects/{asked}").context["export_url"]
    assert [line["项目名称"] for line in table_of(client.get(link))] == [
        "乙面料", "丙面料", "甲面料",
    ]  # fmt: skip


def test_an_unreadable_filter_exports_nothing(as_user, teamlead, county):
    before = AuditEntry.objects.filter(verb="export").count()
    assert as_user(teamlead).get("/desk/projects/export/?next_on_from=soon").status_code == 400
    assert AuditEntry.objects.filter(verb="export").count() == before


def test_a_name_that_looks_like_a_formula_stays_text(county, as_user, statistician):
    sheet = sheet_of(as_user(statistician).get("/desk/projects/export/"))
    cells = [cell for line in sheet.iter_rows() for cell in line if cell.value == FORMULA]
    assert [cell.data_type for cell in cells] == ["s"]
    assert not [cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]


def test_phones_and_addresses_are_masked(county, as_user, teamlead):
    answer = as_user(teamlead).get("/desk/contacts/export/")
    (li,) = [line for line in table_of(answer) if line["姓名"] == "李四"]
    assert (li["电话"], li["邮箱"]) == ("137****1234", "l***@example.org")


def test_a_masked_phone_of_nobody_known_is_not_registered(county, statistician):
    table = "姓名,电话\n王五,139****0000\n".encode()
    plan = import_file(table, "a.csv", ledgers.get("contacts"), by=statistician)
    assert plan.counts["new"] == 0
    assert "打了码" in plan.refused[0].reason


def test_an_export_is_on_record_with_its_filter_and_count(county, as_user, officer):
    as_user(officer).get("/desk/projects/export/?q=佳禧 13912345678&park=&next_on_from=2023-08-31")
    entry = AuditEntry.objects.get(verb="export")
    assert (entry.actor, entry.object_type, entry.object_id) == (officer, "crm.project", None)
    assert entry.changes == {
        "rows": [None, 0],
        "filter": [None, {"q": ["佳禧 •••"], "next_on_from": ["2023-08-31"]}],
    }
    assert entry.reason.startswith("导出 0 条；")


def test_more_rows_than_fit_are_cut_and_the_file_says_so(
    as_user, statistician, county, monkeypatch
):
    monkeypatch.setattr(exporting, "MOST", 3)
    ledger = ledgers.get("projects")
    answer = as_user(statistician).get("/desk/projects/export/")
    note, headings, *lines = sheet_of(answer).iter_rows(values_only=True)
    count = ledger.rows(statistician).count()
    assert count > 3
    assert note[0] == f"说明：共 {count} 条，本表只有前 3 条。请按园区、阶段等筛选后分几次导出。"
    assert headings[0] == "项目名称"
    assert len(lines) == 3
    plan = import_file(answer.content, "a.xlsx", ledger, by=statistician)
    assert (plan.counts["same"], plan.refused) == (3, [])
    assert AuditEntry.objects.get(verb="export").changes["rows"] == [None, 3]


def test_an_export_asks_as_many_questions_for_thirty_rows_as_for_three(
    as_user, teamlead, team, park, django_assert_max_num_queries
):
    client = as_user(teamlead)

    def counted(key):
        with django_assert_max_num_queries(40) as asked:
            assert client.get(f"/desk/{key}/export/").status_code == 200
        return len(asked)

    def more(count):
        for _ in range(count):
            project = make.signed_project(date(2023, 3, 1), park=park, team=team)
            make.contact(project)
            make.follow_up(project, by=teamlead)

    more(3)
    keys = ("projects", "agreements", "followups", "contacts", "moves")
    few = [counted(key) for key in keys]
    more(12)
    assert [counted(key) for key in keys] == few
