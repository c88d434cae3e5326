"""Text, numbers, choices and references of one cell."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.ledgers import Several
from crm.models import User
from crm.spreadsheets.cells import Remark, Said, Unreadable, fold, shown
from crm.spreadsheets.values import (
    AREAS,
    Number,
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
    assert str(read_number(cell, scale=2).value) == number


@pytest.mark.parametrize("cell", ["", None, "-", "待定"])
def test_a_blank_number_is_unknown(cell):
    assert read_number(cell, scale=2) == read_integer(cell) == Number(None)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("三十五", "不是数字"),
        ("35亩", "不是数字"),
        ("35-40", "区间，从 35 到 40"),
        ("35（40）", "不是数字"),
        ("35元", "不是数字"),
        (-1, "负数"),
        (1.005, "最多保留 2 位"),
        ("约1.005", "最多保留 2 位"),
        (1e20, "太大"),
        (Decimal("1e-999999"), "太小"),
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
        ("35（亩）", None, "35.00"),
        ("2公顷", "亩", "30.00"),
        ("1.5平方公里", "亩", "2250.00"),
        ("300㎡", "亩", "0.45"),
        (2000, "㎡", "3.00"),
        ("0.2万平方米", None, "3.00"),
        ("占地35亩", None, "35.00"),
    ],
)
def test_an_area_that_converts_exactly_says_no_more(cell, given, number):
    found = read_number(cell, scale=2, unit="亩", given=given)
    assert (str(found.value), found.remark) == (number, None)


@pytest.mark.parametrize(
    ("cell", "given", "number", "said", "text"),
    [
        ("33819平方米", "亩", "50.73", Said.CONVERTED, "33819平方米"),
        (33819, "平方米", "50.73", Said.CONVERTED, "33819平方米"),
        ("77.667", "亩", "77.67", Said.CONVERTED, "77.667"),
        (77.665, "亩", "77.66", Said.CONVERTED, "77.665"),  # half to even
        (77.675, "亩", "77.68", Said.CONVERTED, "77.675"),
        ("约90", "亩", "90.00", Said.ABOUT, "约90"),
        ("90亩左右", None, "90.00", Said.ABOUT, "90亩左右"),
        ("90余亩", None, "90.00", Said.ABOUT, "90余亩"),
        ("1万余平方米", None, "15.00", Said.ABOUT, "1万余平方米"),
        ("约33819㎡", None, "50.73", Said.ABOUT, "约33819㎡"),
        ("超100亩", None, "100.00", Said.OVER, "超100亩"),
        ("不超过100亩", None, "100.00", Said.UNDER, "不超过100亩"),
        ("114亩（新增80亩）", None, "114.00", Said.MORE, "114亩（新增80亩）"),
        ("114亩，其中新增80亩", None, "114.00", Said.MORE, "114亩，其中新增80亩"),
    ],
)
def test_an_area_keeps_what_was_said_beyond_it(cell, given, number, said, text):
    found = read_number(cell, scale=2, unit="亩", given=given)
    assert (str(found.value), found.remark) == (number, Remark(said, text))


@pytest.mark.parametrize(
    ("cell", "given", "reason"),
    [
        (35, None, "没有面积单位"),
        ("80-100亩", None, "区间，从 80亩 到 100亩"),
        ("80亩（一期）", None, "其中一期"),
        ("新增80亩", None, "不是数字"),
        ("80亩（90）", None, "不是数字"),
        ("0.001㎡", None, "不足最小的一位"),
        ("1e15平方公里", None, "太大"),
    ],
)
def test_an_area_that_is_not_sure_is_refused(cell, given, reason):
    with pytest.raises(Unreadable, match=reason):
        read_number(cell, scale=2, unit="亩", given=given, label="用地需求")


def test_land_is_not_taken_for_the_floor_of_a_building():
    with pytest.raises(Unreadable, match="不是数字"):
        read_number("占地90亩", scale=2, unit="㎡")


def test_a_coordinate_is_rounded_and_the_original_kept():
    found = read_number("31.12345678", scale=6, rounds=True)
    assert found == Number(Decimal("31.123457"), Remark(Said.CONVERTED, "31.12345678"))


def test_an_integer_has_no_fraction():
    assert read_integer("1,200").value == 1200
    with pytest.raises(Unreadable, match="整数"):
        read_integer(2.5)


def test_a_count_may_be_about_but_a_year_may_not():
    assert read_integer("约300人", unit="人") == Number(Decimal(300), Remark(Said.ABOUT, "约300人"))
    with pytest.raises(Unreadable, match="不是一个确定的数"):
        read_integer("约2023")


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
    assert read_number(f"{number:f}", scale=2) == Number(number) == read_number(number, scale=2)


@settings(deadline=None)
@given(st.decimals(0, 10**9, places=4), st.sampled_from(sorted(AREAS)), st.sampled_from("亩㎡"))
def test_an_area_is_right_to_half_of_its_last_place(number, word, unit):
    exact = Fraction(number) * AREAS[word] / AREAS[unit]
    with suppress(Unreadable):  # too large, or less than half of the last place
        found = read_number(f"{number:f}{word}", scale=2, unit=unit)
        assert abs(Fraction(found.value) - exact) <= Fraction(1, 200)
        assert (found.remark is None) == (found.value == exact)
        assert read_number(f"{found.value:f}{unit}", scale=2, unit=unit) == Number(found.value)


_NUMBERLIKE = st.text("0123456789.,-+~()（），约近超余多亩㎡万公顷平方米人一期其中以上不 e")


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=20) | _NUMBERLIKE, st.sampled_from(["", "亩", "㎡", "人", "平方公里"]))
def test_any_text_is_a_number_that_reads_back_or_refused(text, unit):
    with suppress(Unreadable):
        found = read_number(text, scale=2, unit=unit, given=unit)
        if found.value is not None:
            assert read_number(found.value, scale=2, unit=unit, given=unit) == Number(found.value)
