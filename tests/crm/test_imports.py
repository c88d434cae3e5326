"""Undoing an import as one: what goes, what stays, and when it is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm import clock
from crm.actions import agreements, files, imports, projects, rows
from crm.errors import Refused
from crm.models import (
    Agreement,
    Company,
    Contact,
    ImportBatch,
    Park,
    PersonKey,
    Project,
    StoredFile,
    User,
)
from tests import make

pytestmark = pytest.mark.django_db


def batch(by: User) -> ImportBatch:
    return imports.open_batch("projects", by=by, file_name="台账.xlsx")


def imported(by: User, model: type, values: dict[str, Any]) -> tuple[ImportBatch, Any]:
    made = batch(by)
    with imports.under(made):
        return made, rows.register(model, values, by=by)


def test_an_imported_person_goes_with_the_key(statistician):
    project = make.project()
    made, contact = imported(
        statistician, Contact, {"project": project, "name": "张三", "phone": "13800000077"}
    )
    assert PersonKey.objects.filter(pk=contact.key_id).exists()
    imports.revert_import(made, by=statistician)
    assert not Contact.objects.exists()
    assert not PersonKey.objects.exists()


def test_an_imported_park_and_the_park_inside_it_go_together(statistician):
    made = batch(statistician)
    with imports.under(made):
        outer = rows.register(Park, {"name": "外园", "slug": "outer"}, by=statistician)
        rows.register(Park, {"name": "内园", "slug": "inner", "parent": outer}, by=statistician)
    imports.revert_import(made, by=statistician)
    assert not Park.objects.exists()


def test_a_company_another_project_names_is_not_taken_away(statistician):
    made, company = imported(statistician, Company, {"name": "绿溪纺织有限公司"})
    make.project("别人的项目", company=company)
    with pytest.raises(Refused, match="绿溪纺织有限公司") as refused:
        imports.revert_import(made, by=statistician)
    assert refused.value.code == "touched_since"
    assert Company.objects.get() == company
    made.refresh_from_db()
    assert made.reverted_at is None


def test_a_corrected_amount_is_corrected_back(statistician, park):
    project = make.signed_project(clock.today(), park=park, amount="100000000")
    wrong = Agreement.objects.get()
    made = batch(statistician)
    with imports.under(made):
        agreements.correct_agreement(
            wrong, {"amount": Decimal("200000000")}, by=statistician, reason="按表格更正"
        )
    imports.revert_import(made, by=statistician)
    assert Agreement.objects.standing().get() == wrong
    assert Project.objects.get() == project


def test_a_removed_project_takes_its_scanned_agreement_along(
    statistician, park, django_capture_on_commit_callbacks
):
    made = batch(statistician)
    with imports.under(made):
        project = projects.register({"name": "导入项目", "park": park}, by=statistician)
    officer = make.user("park", parks=[park])
    scan = files.store(project, SimpleUploadedFile("a.pdf", b"%PDF-1.7"), by=officer)
    agreement = make.agreement(project, clock.today(), scan=scan)
    with pytest.raises(Refused, match="导入项目"):
        imports.revert_import(made, by=statistician)
    storage, name = scan.file.storage, scan.file.name
    with django_capture_on_commit_callbacks(execute=True):
        imports.remove({Project: [project.pk], Agreement: [agreement.pk], StoredFile: [scan.pk]})
        assert storage.exists(name)  # until the rows are gone for certain
    assert not StoredFile.objects.exists()
    assert not storage.exists(name)
