"""What the cells of a row say together: an amount, its unit, its currency, its foreign money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crm import ledgers
from crm.dates import When
from crm.spreadsheets.cells import Remark, Said
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import tables_on
from crm.spreadsheets.reader import Row, Sheet
from crm.spreadsheets.reading import Reading
from crm.spreadsheets.references import References
from crm.spreadsheets.row_values import RowReader
from crm.spreadsheets.words import Words

PLANNED, CURRENCY, FOREIGN = "planned_investment", "currency", "foreign_amount"
DOLLARS = {PLANNED: None, CURRENCY: "USD", FOREIGN: Decimal(3_000_000)}


def read(cells: dict[str, Any], key: str = "projects") -> Reading:
    """One row of a table with these headings; 项目名称 stands before them."""
    ledger = ledgers.get(key)
    name = "姓名" if key == "contacts" else "项目名称"
    rows = [Row(1, [name, *cells]), Row(2, ["甲", *cells.values()])]
    (table,) = tables_on(Sheet("表", rows), ledger.import_columns, ["name"], Mapping())
    words = Words(ledger, {}, None)
    reader = RowReader(ledger, table, Mapping(), References(None, key), words)
    reading = reader.read(table.rows[0])
    assert reading.values.pop("name") == "甲"
    return reading


def problems_of(reading: Reading) -> list[tuple[str, str]]:
    """The cells that gave no value, and why; none of these columns costs the row."""
    assert reading.problems == []
    return [(one.heading, one.reason) for one in reading.unread if one.said == "unread"]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ({"计划总投资": 300, "单位": "万", "币种": "美元"}, DOLLARS),
        ({"计划总投资": 300, "单位": "万", "币种": "USD"}, DOLLARS),
        ({"计划总投资（万）": 300, "币种": "美金"}, DOLLARS),
        ({"币种": "美元", "计划总投资（万）": 300}, DOLLARS),
        ({"计划总投资（万元）": "300万美元", "币种": ""}, DOLLARS),
        (
            {"计划总投资": 5000, "单位": "万", "币种": "人民币"},
            {PLANNED: Decimal(50_000_000), CURRENCY: "CNY"},
        ),
        ({"计划总投资（万元）": 5000}, {PLANNED: Decimal(50_000_000)}),
        ({"外币金额": 3000000, "币种": "美元"}, {CURRENCY: "USD", FOREIGN: Decimal(3_000_000)}),
        ({"外币金额（万美元）": 300}, {CURRENCY: "USD", FOREIGN: Decimal(3_000_000)}),
        (
            {"计划总投资（万元）": 2152, "币种": "美元", "外币金额": 3000000},
            {PLANNED: Decimal(21_520_000), CURRENCY: "USD", FOREIGN: Decimal(3_000_000)},
        ),
        (
            {"计划总投资（万）": 2152, "币种": "美元", "外币金额": 3000000},
            {PLANNED: Decimal(21_520_000), CURRENCY: "USD", FOREIGN: Decimal(3_000_000)},
        ),
        (
            {"外币金额": "4700万欧元（约合3.89亿元）"},
            {PLANNED: Decimal(389_000_000), CURRENCY: "EUR", FOREIGN: Decimal(47_000_000)},
        ),
        (  # yuan under 外币金额 are yuan
            {"外币金额": 50000000, "币种": "人民币"},
            {PLANNED: Decimal(50_000_000), CURRENCY: "CNY"},
        ),
        (  # another amount of the row may name yuan
            {"计划总投资（万）": 300, "币种": "美元", "固定资产投资（万元）": 1000},
            DOLLARS | {"fixed_asset_investment": Decimal(10_000_000)},
        ),
    ],
)
def test_amount_unit_and_currency_of_a_row_are_read_together(cells, values):
    reading = read(cells)
    assert (reading.values, problems_of(reading)) == (values, [])


@pytest.mark.parametrize("text", ["3.89亿元（约4700万欧元）", "4700万欧元（约合3.89亿元人民币）"])
def test_the_main_amount_keeps_its_yuan_and_its_foreign_money(text):
    yuan, euros = Decimal(389_000_000), Decimal(47_000_000)
    remark = Remark(Said.MORE, text)
    reading = read({"计划总投资（万元）": text})
    assert reading.values == {PLANNED: yuan, CURRENCY: "EUR", FOREIGN: euros}
    assert reading.remarks == {PLANNED: remark}
    # Where the foreign money has no place the yuan come with the text.
    reading = read({"固定资产投资（万元）": text})
    assert reading.values == {"fixed_asset_investment": yuan}
    assert reading.remarks == {"fixed_asset_investment": remark}
    reading = read({"计划总投资（万元）": text, "币种": "人民币"})
    assert reading.values == {PLANNED: yuan, CURRENCY: "CNY"}
    assert reading.remarks == {PLANNED: remark}


def test_yuan_are_read_beside_money_that_nobody_knows():
    text = "3.89亿元（约4700万第纳尔）"
    reading = read({"计划总投资（万元）": text})
    assert reading.values == {PLANNED: Decimal(389_000_000)}
    assert reading.remarks == {PLANNED: Remark(Said.MORE, text)}


@pytest.mark.parametrize(
    ("cells", "values", "problems"),
    [
        # Which currency? Never yuan.
        ({"外币金额": 3000000}, {}, [("外币金额", "没有币种")]),
        ({"外币金额（万）": 300}, {}, [("外币金额（万）", "没有币种")]),
        ({"外币金额": 3000000, "币种": ""}, {}, [("外币金额", "没有币种")]),
        (  # a currency that the ledger's list lacks
            {"计划总投资（万）": 300, "币种": "第纳尔"},
            {},
            [("计划总投资（万）", "不认识"), ("币种", "“第纳尔”不在可选项中")],
        ),
        (
            {"计划总投资（万元）": 300, "币种": "美元"},
            {},
            [("计划总投资（万元）", "不一致")],
        ),
        (
            {"计划总投资（万）": "2-3", "币种": "美元"},
            {},
            [("计划总投资（万）", "区间")],
        ),
        (
            {"固定资产投资（万）": 300, "币种": "美元"},
            {CURRENCY: "USD"},
            [("固定资产投资（万）", "外币")],
        ),
        (
            {"计划总投资（万元）": 4000, "外币金额": 50000000, "币种": "人民币"},
            {PLANNED: Decimal(40_000_000), CURRENCY: "CNY"},
            [("外币金额", "按币种是人民币")],
        ),
        (
            {"计划总投资（万元）": "300万美元", "外币金额": 3000000, "币种": "美元"},
            {CURRENCY: "USD", FOREIGN: Decimal(3_000_000)},
            [("计划总投资（万元）", "留不下")],
        ),
        (
            {"计划总投资（万元）": 2152, "外币金额": "约几百万", "币种": "美元"},
            {PLANNED: Decimal(21_520_000)},
            [("外币金额", "看不懂")],
        ),
    ],
)
def test_what_a_row_does_not_say_for_sure_is_left_unknown(cells, values, problems):
    reading = read(cells)
    found = problems_of(reading)
    assert [heading for heading, _ in found] == [heading for heading, _ in problems]
    assert all(part in reason for (_, reason), (_, part) in zip(found, problems, strict=True))
    assert reading.values == values


def test_an_amount_that_names_its_currency_needs_no_readable_column_for_it():
    reading = read({"计划总投资（万元）": "300万美元", "币种": "外币"})
    assert reading.values == DOLLARS
    assert [heading for heading, _ in problems_of(reading)] == ["币种"]


def test_what_cells_say_beyond_their_values_is_told_by_field():
    reading = read(
        {
            "计划总投资（亿元）": "约3",
            "占地面积（亩）": "33819平方米",
            "预计用工": "300余人",
            "计划开工": "预计2024年三季度",
            "地点": "约在北片区",
        }
    )
    assert problems_of(reading) == []
    assert reading.values == {
        PLANNED: Decimal(300_000_000),
        "land_area_mu": Decimal("50.73"),
        "expected_jobs": 300,
        "planned_start": When.quarter(2024, 3),
        "location": "约在北片区",
    }
    assert reading.remarks == {
        PLANNED: Remark(Said.ABOUT, "约3"),
        "land_area_mu": Remark(Said.CONVERTED, "33819平方米"),
        "expected_jobs": Remark(Said.ABOUT, "300余人"),
    }
    assert [(one.heading, one.text, one.said) for one in reading.unread] == [
        ("计划总投资（亿元）", "约3", "about"),
        ("占地面积（亩）", "33819平方米", "converted"),
        ("预计用工", "300余人", "about"),
    ]


def test_an_unreadable_cell_leaves_no_remark():
    reading = read({"固定资产投资（万元）": "约300万美元", "占地面积（亩）": "约几十"})
    assert (reading.values, reading.remarks) == ({}, {})
    assert len(problems_of(reading)) == len(reading.unread) == 2


def test_of_two_phones_the_first_is_the_phone_and_the_other_a_further_one():
    reading = read({"电话": "13811112222/13911113333", "其他电话": "0838-6123456"}, "contacts")
    assert reading.values == {
        "phone": "13811112222", "other_phones": "13911113333、08386123456"
    }  # fmt: skip
    assert reading.unread == []
    # What is no number stays as it is, for the ledger's verb to refuse.
    reading = read({"电话": "13811112222/8001"}, "contacts")
    assert (reading.values, reading.unread) == ({"phone": "13811112222/8001"}, [])


def test_the_answer_to_the_word_of_a_currency_is_that_of_its_amount():
    ledger = ledgers.get("projects")
    rows = [Row(1, ["项目名称", "计划总投资（万）", "币种"]), Row(2, ["甲", 300, "美刀"])]
    (table,) = tables_on(Sheet("表", rows), ledger.import_columns, ["name"], Mapping())

    def values(answers: dict[str, Any]) -> dict[str, Any]:
        words = Words(ledger, answers, None)
        reader = RowReader(ledger, table, Mapping(), References(None, "projects"), words)
        return reader.read(table.rows[0]).values

    assert values({}) == {"name": "甲"}
    assert values({CURRENCY: {"美刀": "美元"}}) == {"name": "甲"} | DOLLARS
    assert values({CURRENCY: {"美刀": None}}) == {"name": "甲"}
