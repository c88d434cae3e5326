"""Whatever stands in the cells, a row is read or refused: no other error leaves the importer."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import ledgers
from crm.ledgers import Kind
from crm.spreadsheets.cells import Broken
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import tables_on
from crm.spreadsheets.reader import Row, Sheet
from crm.spreadsheets.row_values import References, RowReader
from crm.spreadsheets.words import Words

_WORDS = st.text(
    "0123456789.,-+()/年月日约亿万元美欧%eE ~至签约开工未拟投产亩㎡无待定\u3000１２", max_size=12
)
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.just(time(8, 30)),
    st.just(Broken("单元格是公式错误。")),
    st.text(max_size=30),
    _WORDS,
)
IMPORTABLE = [ledger for ledger in ledgers.every() if ledger.import_columns]


@pytest.mark.parametrize("ledger", IMPORTABLE, ids=lambda ledger: ledger.key)
def test_every_cell_is_a_value_of_its_kind_or_a_reason(ledger, monkeypatch):
    monkeypatch.setattr(ledgers, "referred", lambda key, text, *, by: None)
    columns = ledger.import_columns
    headings = Row(1, [column.heading for column in columns])
    kinds = {
        Kind.MONEY: Decimal,
        Kind.NUMBER: (Decimal, int),
        Kind.DATE: date,
        Kind.BOOLEAN: bool,
        Kind.TEXT: str,
        Kind.CHOICE: str,
    }

    said = Words(ledger, {}, None)

    @settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.lists(CELLS, min_size=len(columns), max_size=len(columns)), st.booleans())
    def read(cells, epoch_1904):
        sheet = Sheet("表", [headings, Row(2, cells)], epoch_1904=epoch_1904)
        for table in tables_on(sheet, columns, [columns[0].name], Mapping()):
            reader = RowReader(ledger, table, Mapping(), References(None, ledger.key), said)
            for row in table.rows:
                reading = reader.read(row)
                for column in columns:
                    value = reading.values.get(column.name)
                    assert value is None or isinstance(value, kinds.get(column.kind, object))
                assert all(reason.endswith("。") for _, reason in reading.problems)
                assert reading.remarks.keys() <= reading.values.keys()
                assert all(remark.text for remark in reading.remarks.values())
                unread = [one.reason for one in reading.unread if one.said == "unread"]
                assert all(reason.endswith("。") for reason in unread)

    read()


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.lists(CELLS, max_size=6), max_size=8),
    st.lists(st.tuples(*[st.integers(0, 8)] * 4), max_size=3),
)
def test_any_sheet_has_tables_or_none(lines, merged):
    ledger = ledgers.get("projects")
    rows = [Row(number, cells) for number, cells in enumerate(lines, 1)]
    rows.insert(len(rows) // 2, Row(99, ["项目名称", "投资额", "单位", datetime(2023, 1, 1)]))
    for table in tables_on(
        Sheet("", rows, merged=merged), ledger.import_columns, ["name"], Mapping()
    ):
        taken = [row.number for row in table.rows] + [number for number, _ in table.ignored]
        assert len(taken) == len(set(taken))
