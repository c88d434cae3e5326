"""Text, numbers, choices and references of one cell."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.ledgers import Several
from crm.models import User
from crm.spreadsheets.cells import Unreadable, fold, shown
from crm.spreadsheets.values import (
    read_boolean,
    read_choice,
    read_integer,
    read_number,
    read_reference,
    read_text,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  永安（工业）园区　", "永安（工业）园区"),
        ("𠮷野家·重庆", "𠮷野家·重庆"),
        ("一\t二\n三", "一 二 三"),
        ("a\x07b\u202ec\u200bd\ufeff", "abcd"),
        ("=1+1", "=1+1"),
        (123.0, "123"),
        (12.5, "12.5"),
        (True, "是"),
        (date(2023, 8, 31), "2023-08-31"),
        (datetime(2023, 8, 31), "2023-08-31"),
        (None, ""),
        ("无", "无"),
    ],
)
def test_text_is_stored_as_typed_without_what_nobody_can_see(cell, text):
    assert read_text(cell) == text


def test_line_breaks_stay_where_a_column_has_lines():
    assert read_text("一\r\n二", lines=True) == "一\n二"


@pytest.mark.parametrize(
    ("cell", "limit", "reason"),
    [
        ("a\x00b", None, "NUL"),
        ("a\ud800", None, "损坏的字符"),
        ("长" * 201, 200, "最多 200 个字"),
        (9.15001127788991e17, None, "超过 15 位"),
    ],
)
def test_text_that_cannot_be_kept_is_refused(cell, limit, reason):
    with pytest.raises(Unreadable, match=reason):
        read_text(cell, max_length=limit)


def test_width_brackets_spaces_and_case_are_folded_for_comparison_only():
    assert fold("ＡＢ 科技（重庆）") == fold("ab科技(重庆)") == fold("AB科技【重庆】")
    assert fold("中研模具") != fold("中研磨具")


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1,200.5", "1200.50"), (35, "35.00"), (0.1 + 0.2, "0.30"), ("１２", "12.00"), ("0", "0.00")],
)
def test_numbers_are_exact(cell, number):
    assert str(read_number(cell, scale=2)) == number


@pytest.mark.parametrize("cell", ["", None, "-", "待定"])
def test_a_blank_number_is_unknown(cell):
    assert read_number(cell, scale=2) is None
    assert read_integer(cell) is None


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("约35", "约数"),
        ("35亩", "不是数字"),
        (-1, "负数"),
        (1.005, "最多保留 2 位"),
        (1e20, "太大"),
        (float("inf"), "不是数字"),
        (True, "不是数字"),
        (date(2023, 1, 1), "不是数字"),
    ],
)
def test_other_numbers_are_refused(cell, reason):
    with pytest.raises(Unreadable, match=reason):
        read_number(cell, scale=2)


@pytest.mark.parametrize(
    ("cell", "given", "number"),
    [
        (35, "亩", "35.00"),
        ("35亩", None, "35.00"),
        ("2公顷", "亩", "30.00"),
        (2000, "㎡", "3.00"),
        ("0.2万平方米", None, "3.00"),
    ],
)
def test_an_area_is_converted_only_when_that_is_exact(cell, given, number):
    assert str(read_number(cell, scale=2, unit="亩", given=given)) == number


@pytest.mark.parametrize(
    ("cell", "given", "reason"),
    [(35, None, "没有面积单位"), (1000.5, "㎡", "不能精确换算"), ("35亩左右", None, "约数")],
)
def test_an_area_without_a_sure_unit_is_refused(cell, given, reason):
    with pytest.raises(Unreadable, match=reason):
        read_number(cell, scale=2, unit="亩", given=given, label="用地需求")


def test_an_integer_has_no_fraction():
    assert read_integer("1,200") == 1200
    with pytest.raises(Unreadable, match="整数"):
        read_integer(2.5)


def test_yes_and_no_are_read_and_anything_else_is_refused():
    assert [read_boolean(cell) for cell in ("是", "否", "√", True, "", "-")] == [
        True, False, True, True, None, None
    ]  # fmt: skip
    with pytest.raises(Unreadable, match="“是”或“否”"):
        read_boolean("也许")


KINDS = [("invest", "投资协议"), ("frame", "框架协议"), ("none", "无")]


def test_a_choice_is_written_by_label_or_value():
    assert read_choice("投资协议", KINDS) == read_choice(" INVEST ", KINDS) == "invest"
    assert read_choice("", KINDS) is None
    assert read_choice("无", KINDS) == "none"


def test_an_unknown_choice_is_refused_with_what_there_is():
    with pytest.raises(Unreadable, match="投资协议、框架协议"):
        read_choice("合同", KINDS)


def test_a_reference_is_one_row_of_that_name():
    def find(name):
        if name == "产业园":
            raise Several([User(pk=pk, first_name=name, username=f"u{pk}") for pk in (3, 4)])
        return {"工业园区（南区）": "南区"}.get(name)

    assert read_reference("工业园区(南区)", find, label="园区") == "南区"
    assert read_reference("-", find, label="园区") is None
    with pytest.raises(Unreadable, match="没有找到园区“经开区”"):
        read_reference("经开区", find, label="园区")
    with pytest.raises(Unreadable, match="产业园 #3（u3）、产业园 #4（u4）"):
        read_reference("产业园", find, label="园区")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_a_cell_is_always_quoted_short_and_printable(text):
    assert len(shown(text)) <= 40
    assert shown(text).isprintable()


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_a_number_with_two_places_reads_back(number):
    assert read_number(f"{number:f}", scale=2) == number == Decimal(read_number(number, scale=2))
