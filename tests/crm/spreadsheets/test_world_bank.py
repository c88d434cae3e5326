"""A real file of strangers: the World Bank's projects in China, one project on many rows, dates as
M/D/YYYY, HTML in cells, amounts in millions of dollars though the file says so nowhere."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm import ledgers
from crm.models import Project
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.mapping import read_mapping
from tests.crm.views.conftest import as_user  # noqa: F401
from tests.crm.views.test_import_pages import confirm, send, settle, text_of
from tests.needs import SHARED

pytestmark = [pytest.mark.django_db, pytest.mark.shared]

FILE = SHARED / "data" / "import" / "worldbank_china_projects.csv"
HOWTO = Path(__file__).parents[3] / "docs" / "howto" / "import.md"


@pytest.fixture
def mapping():
    """The worked example of the handbook, so that it stays true."""
    (text,) = re.findall(r"```json\n(\{[^`]*Project Title[^`]*Approval Date[^`]*\})\n```",
                         HOWTO.read_text(encoding="utf-8"))  # fmt: skip
    return json.loads(text)


def test_what_the_world_banks_file_gives_and_what_comes_back(mapping, statistician):
    ledger = ledgers.get("projects")
    given = read_mapping(json.dumps(mapping), ledger.import_columns)
    plan = import_file(FILE, FILE.name, ledger, by=statistician, mapping=given)
    assert plan.counts == {
        "new": 110, "changed": 0, "same": 0, "duplicate": 1669, "refused": 0
    }  # fmt: skip
    tianjin = Project.objects.get(name="Second Tianjin Urban Development and Environment Project")
    assert tianjin.foreign_amount == 150_000_000
    assert (tianjin.currency, tianjin.planned_investment) == ("USD", None)
    assert tianjin.moves.get().occurred_on == date(2003, 5, 20)
    assert tianjin.summary.startswith("To enhance the efficiency")
    again = import_file(FILE, FILE.name, ledger, by=statistician, mapping=given)
    assert (again.new, again.changed, again.same) == (0, 0, 110)


def test_without_its_unit_and_date_order_no_amount_and_no_date_is_guessed(mapping, statistician):
    ledger = ledgers.get("projects")
    given = read_mapping(json.dumps({**mapping, "units": {}}), ledger.import_columns)
    plan = import_file(FILE, FILE.name, ledger, by=statistician, mapping=given)
    assert any("没有单位" in cell.reason for cell in plan.to_check)
    known = Project.objects.exclude(planned_investment=None, foreign_amount=None)
    assert not known.exists()  # a few rows say no amount at all


def test_the_same_on_the_page(mapping, as_user, statistician):  # noqa: F811
    client = as_user(statistician)
    upload = send(client, "projects", SimpleUploadedFile(FILE.name, FILE.read_bytes()))
    units = mapping["units"]
    chosen = {
        heading: f"{field} {units.get(field, '')}".strip()
        for heading, field in mapping["columns"].items()
    }

    def grouped(layout):
        texts = [column.text for column in layout.columns]
        return {"together": [str(texts.index("Project Title"))]}

    page = client.get(f"/desk/import/{upload.pk}/columns/")
    assert "&lt;a href=&#x27;http://go.worldbank.org" in text_of(page)
    assert settle(client, upload, more=grouped, **chosen).status_code == 302
    upload.refresh_from_db()
    assert (upload.outcome["counts"]["new"], upload.outcome["counts"]["duplicate"]) == (110, 1669)
    assert confirm(client, upload).status_code == 200
    assert Project.objects.count() == 110
