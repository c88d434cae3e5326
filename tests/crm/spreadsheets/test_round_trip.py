"""Every ledger's rows, written under its own headings, are recognised and change nothing."""

from __future__ import annotations

import pytest

from crm import ledgers
from crm.actions import rows
from crm.ledgers import Kind
from crm.models import AuditEntry
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.writer import write_rows

pytestmark = pytest.mark.django_db
IMPORTABLE = [ledger for ledger in ledgers.every() if ledger.import_columns]


def written(column, row):
    """What a person would see in the cell."""
    value = column.value(row)
    if value is None or value == "":
        return None
    match column.kind:
        case Kind.MONEY:
            return value / column.factor
        case Kind.CHOICE | Kind.STAGE:
            return column.choices(value).label
        case Kind.BOOLEAN:
            return value
        case Kind.REFERENCE:
            return named(column, value)
        case Kind.REFERENCES:
            return "、".join(named(column, other) for other in value)
        case _:
            return value


def named(column, row):
    return row.username if column.reference == "users" else row.name


@pytest.mark.parametrize("ledger", IMPORTABLE, ids=lambda ledger: ledger.key)
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_ledger_written_out_reads_back_as_the_same(ledger, kind, county, statistician):
    found = list(ledger.model._default_manager.visible_to(statistician))
    assert found
    lines = [[written(column, row) for column in ledger.import_columns] for row in found]
    data = write_rows([column.heading for column in ledger.import_columns], lines, kind)
    before = AuditEntry.objects.count()
    plan = import_file(data, f"{ledger.label}.{kind}", ledger, by=statistician)
    assert plan.refused == []
    assert plan.counts["same"] == len(found)
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("ledger", IMPORTABLE, ids=lambda ledger: ledger.key)
def test_no_two_columns_of_a_ledger_share_a_heading(ledger):
    headings = [column.heading for column in ledger.import_columns]
    aliases = {alias for column in ledger.import_columns for alias in column.aliases}
    assert len(set(headings)) == len(headings)
    assert not aliases & {column.label for column in ledger.import_columns}


def test_a_row_deleted_from_the_file_stays_in_the_ledger(county, statistician):
    ledger = ledgers.get("teams")
    rows.register(ledger.model, {"name": "招商四科"}, by=statistician)
    plan = import_file("名称\n招商三科\n".encode(), "a.csv", ledger, by=statistician)
    assert plan.counts["same"] == 1
    assert ledger.model.objects.filter(name="招商四科").exists()
