"""Export, import, nothing changes: for every ledger, whatever its rows hold, and one edited cell is
one changed row."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm import ledgers
from crm.actions import exports, rows
from crm.dates import When
from crm.errors import Refused
from crm.ledgers import Column, Kind, Ledger
from crm.models import AuditEntry, User
from crm.spreadsheets import _child
from crm.spreadsheets.commit import import_sheets
from crm.spreadsheets.export import Cells, export, export_columns
from crm.spreadsheets.numbers import HEADING, number_of
from crm.spreadsheets.plan import Plan
from crm.spreadsheets.reader import parsed
from crm.spreadsheets.values import tidy
from crm.spreadsheets.writer import write_rows
from tests import make
from tests.needs import examples, some

pytestmark = pytest.mark.django_db
IMPORTABLE = [ledger for ledger in ledgers.every() if ledger.import_columns]
EXAMPLES = settings(
    deadline=None,
    max_examples=examples(8),
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # an example is dear: none is made smaller
)

# Columns that no form changes alone: a fact keeps its project or company, a title its kind of
# holder.
FIXED = {
    "agreements": {"project"}, "receipts": {"project"}, "recognitions": {"subject"},
    "above-scale": {"company"}, "industry-changes": {"company"}, "forecasts": {"indicator"},
    "reserved-readings": {"indicator", "month", "company"},
    "loans": {"company"}, "tiers": {"code"},
    "relocations": {"company", "place", "to_park", "to_zone"},  # a zone goes with its park
    "readings": {"indicator", "month", "park", "zone", "industry", "company"},
    "monthly-reports": {"project", "month"}, "investment-plans": {"project"},
    "closings": {"month"}, "report-sendings": {"due_report", "period"},
    "evaluation-inputs": {"company", "year"}, "evaluation-marks": {"company", "year"},
    "evaluation-measures": {"scheme"},
    "evaluation-schemes": {"grade_rule"},  # with the lines
}  # fmt: skip

# Texts that a spreadsheet, or a reader of one, might take for something else.
ODD = [
    "=1+1", "'=1+1", "''", "'", "+86", "-", "@me", "＝1", "无", "待定", "合计", "备注：甲", "编号",
    "2023", "007", "1e5", "1.10", "2023-08-31", "8/31/2023", "TRUE", "是", "#N/A", "甲 #12",
    "甲、乙", "a\r\nb", "a\tb", "a\u200bb", "Ａ（１）", "x" * 60, "_x000D_", "<b>", "😀",
    "  甲  乙  ",
]  # fmt: skip
TEXTS = st.sampled_from(ODD) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20
)
DAYS = st.dates(date(2015, 1, 1), date(2023, 8, 31)) | st.just(date(2023, 8, 30))
CODES = [make.credit_code() for _ in range(3)]
PEOPLE = {
    "name": st.sampled_from(["张三", "李四", "Ａ．斯密", "=王五"]),
    "phone": st.sampled_from(["13800000001", "13912345678", "0838-6123456", "+49 30 901820"]),
    "other_phones": st.sampled_from(["13800000002", "13912345679、0838-6123457"]),
    "email": st.sampled_from(["a@example.org", "Li.Si@Example.COM"]),
}


def values_of(column: Column, ledger: Ledger, by: User) -> st.SearchStrategy[Any]:
    """Values of a column's kind; the ledger's own verb says which of them it takes."""
    fields = {field.name: field for field in ledger.model._meta.get_fields()}
    stored = fields.get(column.name)
    match column.kind:
        case Kind.MONEY:
            return st.decimals(0, 10**14, places=2, allow_nan=False)
        case Kind.NUMBER:
            scale = getattr(stored, "scale", 0)
            drawn = st.decimals(0, 10**6 if scale else 10**4, places=scale, allow_nan=False)
            drawn |= st.sampled_from(
                [Decimal(one) for one in (31, 99, 105, 2021, 2022)]
            )  # as a place, a year
            return drawn if scale or column.get else drawn.map(int)
        case Kind.DATE:
            return DAYS
        case Kind.WHEN:
            months = DAYS.map(lambda day: When.month(day.year, day.month))
            spans = st.tuples(DAYS, DAYS).map(lambda two: When(min(two), max(two)))
            quarters = DAYS.map(lambda day: When.quarter(day.year, (day.month + 2) // 3))
            years = DAYS.map(lambda day: When.year(day.year))
            return DAYS.map(When.day) | months | years | quarters | spans
        case Kind.CHOICE | Kind.STAGE:
            assert column.choices is not None
            return st.sampled_from(list(column.choices.values))
        case Kind.REFERENCE:
            return st.sampled_from(list(ledgers.referable(column.reference, by=by)))
        case Kind.REFERENCES:
            rows = list(ledgers.referable(column.reference, by=by))
            return st.lists(st.sampled_from(rows), min_size=1, unique_by=lambda row: row.pk)
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.PERSONAL:
            return PEOPLE[column.name]
    if column.name == "year":
        return st.integers(2020, 2030).map(str)
    if column.name == "credit_code":
        return st.sampled_from(CODES)
    if column.name == "code":
        return st.sampled_from(["17", "17、18"])
    if column.name == "gbt":
        return st.sampled_from(["195", "C3841", "1953"])
    return TEXTS.map(lambda text: text[: getattr(stored, "max_length", None) or 200])


def edit(ledger: Ledger, row: Any, column: Column, value: Any, by: User) -> bool:
    """Whether the ledger's verb takes this value for this row, and writes something by it."""
    said = {"reason": "核对原件"} if ledger.is_insert_only else {}
    before = AuditEntry.objects.count()
    with contextlib.suppress(Refused), transaction.atomic():
        ledger.change(row, {column.name: value}, by=by, **said)
    return AuditEntry.objects.count() > before


def says(column: Column, row: Any, value: Any) -> bool:
    """Whether a cell with this value says what the row holds already."""
    current = column.value(row)
    if column.kind is Kind.REFERENCES:
        return {other.pk for other in current} == {other.pk for other in value}
    return bool(current == value)


@contextlib.contextmanager
def taken_back() -> Iterator[None]:
    """Every example finds the rows as they were."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def imported(data: bytes, kind: str, ledger: Ledger, by: User) -> Plan:
    """As `import_file`, with the reader in this process: a process an example takes too long."""
    sheets = parsed(orjson.dumps({"sheets": _child.read(data, kind)}))
    return import_sheets(sheets, f"a.{kind}", ledger, by=by, file_hash="")


def outcome(**counts: int) -> dict[str, int]:
    return {"new": 0, "changed": 0, "same": 0, "duplicate": 0, "refused": 0} | counts


def state(ledger: Ledger) -> tuple[Any, ...]:
    names = {field.name for field in ledger.model._meta.fields}
    told = ("pk", "version") if "version" in names else ("pk",)
    rows = ledger.model._base_manager.order_by("pk").values_list(*told)
    return AuditEntry.objects.count(), list(rows)


@pytest.fixture(scope="module")
def world(county):
    """More to refer to: names that hold what parts a list, and names that two share."""
    batteries = make.industry("新材料/新能源")
    make.industry("纺织、鞋服")
    team = make.team("=一科")
    for username in ("zhang", "wang"):
        make.user("officer", username=username, team=team)
    park, centre = (
        make.park("绿溪 #1 园区"),
        {"latitude": Decimal("31.05"), "longitude": Decimal("105.1")},
    )
    zone = make.zone(park, "二片区")
    rows.change(zone, centre | {"coordinate_system": "gcj02"}, by=make.maker())
    make.chain_gap(batteries, "电解液")
    make.prospect("西拓公司", industry=batteries)
    make.company("绿溪 纺织有限公司")
    make.indicator("工业用电量", "power", unit="万千瓦时")
    make.target(2023, "signed_projects", "3", team=team)
    make.target(2023, "signed_projects", "2", department="县发改局")


@pytest.mark.parametrize("ledger", some(IMPORTABLE, 0), ids=lambda ledger: ledger.key)
def test_an_export_imported_changes_nothing(ledger, world, statistician):
    by = statistician
    typed = st.sampled_from([column for column in ledger.import_columns if column.in_form])

    @EXAMPLES
    @given(st.data(), st.sampled_from(["xlsx", "csv"]))
    def holds(data, kind):
        with taken_back():
            for _ in range(data.draw(st.integers(0, 8), "edits")):
                column = data.draw(typed, "column")
                row = data.draw(st.sampled_from(list(ledger.rows(by))), "row")
                edit(ledger, row, column, data.draw(values_of(column, ledger, by)), by)
            before = state(ledger)
            table, count = export(ledger, ledger.rows(by), by=by, kind=kind)
            assert count
            plan = imported(table, kind, ledger, by)
            assert (plan.refused, plan.conflicts, plan.notes) == ([], [], [])
            assert plan.counts == outcome(same=count)
            assert state(ledger) == before

    holds()


@pytest.mark.parametrize("ledger", some(IMPORTABLE, 1), ids=lambda ledger: ledger.key)
def test_an_edited_cell_changes_its_row_whichever_the_column(ledger, world, statistician):
    """Of every column some value is taken that the form takes too, but for those named above."""
    by, taken = statistician, set()
    columns = export_columns(ledger)
    typed = [column for column in columns if column.in_import and column.in_form]
    found = list(ledger.rows(by))
    assert typed
    assert found

    @settings(EXAMPLES, max_examples=40 * len(typed))
    @given(st.data())
    def holds(data):
        column = data.draw(st.sampled_from(typed), "column")
        row = data.draw(st.sampled_from(found), "row")
        value = data.draw(values_of(column, ledger, by), "value")
        kind = data.draw(st.sampled_from(["xlsx", "csv"]), "kind")
        value = tidy(value, lines=column.is_wide) if isinstance(value, str) else value
        if column.name in taken or value in ("", None) or says(column, row, value):
            return
        if column.name == "foreign_amount" and row.currency == "CNY":
            return  # 外币金额 in 人民币 is no foreign amount, and an import keeps none
        with taken_back():
            if not edit(ledger, ledger.rows(by).get(pk=row.pk), column, value, by):
                return
        cells = Cells(by)
        lines = [[cells.value(one, one.value(row)) for one in columns] for row in found]
        lines[found.index(row)][columns.index(column)] = (
            value if column.kind is Kind.PERSONAL else cells.value(column, value)
        )
        with taken_back():
            plan = imported(with_numbers(ledger, found, columns, lines, kind), kind, ledger, by)
            assert (plan.refused, plan.conflicts, plan.notes) == ([], [], [])
            assert plan.counts == outcome(changed=1, same=len(found) - 1)
            assert ledger.rows(by).count() == len(found)
        taken.add(column.name)

    holds()
    assert {column.name for column in typed} - taken == FIXED.get(ledger.key, set())


def with_numbers(
    ledger: Ledger, rows: list[Any], columns: list[Column], lines: list[list[Any]], kind: str
) -> bytes:
    mark = exports.installation_mark()
    numbered = zip(lines, (number_of(row, ledger, mark) for row in rows), strict=True)
    headings = [*(column.heading for column in columns), HEADING]
    return write_rows(headings, [[*line, number] for line, number in numbered], kind)
