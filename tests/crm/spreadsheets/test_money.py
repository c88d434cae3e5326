"""Amounts as real files write them: read exactly, or refused with what to do."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.spreadsheets.cells import Broken, Remark, Said, Unreadable, typed
from crm.spreadsheets.money import Money, money_kept, read_money, read_unit

READ = [
    # cell, unit column, default of heading or mapping → yuan
    ("1.2亿", None, None, "120000000.00"),
    ("1.2亿元", None, None, "120000000.00"),
    ("１２００万元", None, None, "12000000.00"),
    ("1,200", None, "万元", "12000000.00"),
    ("1，200.5", None, "万元", "12005000.00"),
    (" 1 200万元 ", None, None, "12000000.00"),
    (120, "亿元", None, "12000000000.00"),
    ("7.62", "亿元", None, "762000000.00"),
    (7.62, "亿元", None, "762000000.00"),
    (0.1 + 0.2, None, "万元", "3000.00"),
    ("1.2e9", None, "元", "1200000000.00"),
    ("1.2E+4", None, "万元", "120000000.00"),
    (1.2e9, None, "元", "1200000000.00"),
    ("1亿2000万元", None, None, "120000000.00"),
    ("3亿5000万", None, None, "350000000.00"),
    ("3亿5千万元", None, None, "350000000.00"),
    ("¥800", None, None, "800.00"),
    ("800元", None, "万元", "800.00"),
    ("人民币500万元", None, None, "5000000.00"),
    ("500万元人民币", None, None, "5000000.00"),
    ("5000(万元)", None, None, "50000000.00"),
    ("1.2亿", "亿元", None, "120000000.00"),
    (0, None, "万元", "0.00"),
    ("0.01", None, "元", "0.01"),
]


@pytest.mark.parametrize(("cell", "unit", "default", "yuan"), READ)
def test_an_amount_with_its_unit_is_exact_yuan(cell, unit, default, yuan):
    assert read_money(cell, unit=unit, default=default) == Money(Decimal(yuan))
    assert str(read_money(cell, unit=unit, default=default).amount) == yuan


@pytest.mark.parametrize(
    "cell", [None, "", "  ", "　", "-", "—", "——", "/", "／", "无", "待定", "N/A", "－"]
)
def test_a_blank_amount_is_unknown_and_not_zero(cell):
    assert read_money(cell, default="万元") == Money(None)


@pytest.mark.parametrize(
    ("cell", "unit", "default", "currency", "amount"),
    [
        ("100", "亿欧元", None, "EUR", "10000000000"),
        ("300万美元", None, None, "USD", "3000000"),
        ("300万美元", None, "万元", "USD", "3000000"),
        (150, None, "百万美元", "USD", "150000000"),
        ("$2,500", None, None, "USD", "2500"),
        ("2.5 million USD", None, None, "USD", "2500000"),
        ("1.5亿港币", None, None, "HKD", "150000000"),
    ],
)
def test_foreign_money_keeps_its_currency_and_its_yuan_are_unknown(
    cell, unit, default, currency, amount
):
    money = read_money(cell, unit=unit, default=default)
    assert money == Money(None, currency, Decimal(amount))


@pytest.mark.parametrize(
    ("cell", "unit", "default", "reason"),
    [
        ("(5)", None, "万元", "负数"),
        ("（5）万元", None, None, "负数"),
        ("-5", None, "万元", "负数"),
        (-5, None, "万元", "负数"),
        ("2-3亿", None, None, "区间，从 2亿 到 3亿"),
        ("2至3亿", None, None, "区间，从 2亿 到 3亿"),
        ("2亿至3亿元", None, None, "区间，从 2亿 到 3亿元"),
        ("2000—3000", None, "万元", "区间，从 2000 到 3000"),
        ("约2～3亿元", None, None, "区间，从 2亿元 到 3亿元"),
        ("一期3亿元", None, None, "其中一期"),
        ("3亿元（一期）", None, None, "其中一期"),
        ("3亿元（不含二期）", None, None, "其中一期"),
        ("3亿元，二期5亿元", None, None, "其中一期"),
        ("不低于3亿元以内", None, None, "看不懂"),
        ("3亿元，5亿元", None, None, "看不懂"),
        ("3（5）亿元", None, None, "看不懂"),
        ("3多5亿", None, None, "看不懂"),
        ("3+2亿", None, None, "看不懂"),
        ("几亿元", None, None, "看不懂"),
        ("300万元/亩", None, None, "看不懂"),
        ("固定资产投资3亿元", None, None, "看不懂"),
        ("120", None, None, "没有单位"),
        (120, None, None, "没有单位"),
        ("120", "吨", None, "单位“吨”不认识"),
        ("1.2亿", "万元", None, "不一致"),
        ("1.2亿", None, "万美元", "币种不清楚"),
        ("三亿元", None, None, "看不懂"),
        ("1,20", None, "万元", "看不懂"),
        ("1.200,50", None, "元", "看不懂"),
        ("三千一百", None, "万元", "看不懂"),
        ("1.200.000", None, "万元", "看不懂"),
        ("50%", None, "万元", "看不懂"),
        ("1亿20000万", None, None, "看不懂"),
        ("$5欧元", None, None, "两种货币"),
        (1 / 3, None, "元", "不足一分"),
        ("0.001", None, "元", "不足一分"),
        ("1e99", None, "元", "太大"),
        ("9" * 40, None, "元", "太大"),
        ("99999999999", None, "亿元", "太大"),
        (float("nan"), None, "万元", "不是数字"),
        (float("inf"), None, "万元", "不是数字"),
        (True, None, "万元", "不是金额"),
        (Broken("单元格是公式错误 #REF!，请修正后再导入。"), None, "万元", "#REF!"),
    ],
)
def test_what_is_not_certain_is_refused_and_quoted(cell, unit, default, reason):
    with pytest.raises(Unreadable, match=reason) as refusal:
        read_money(cell, unit=unit, default=default)
    assert refusal.value.reason.endswith("。")


ABOUT, OVER, UNDER, MORE = Said.ABOUT, Said.OVER, Said.UNDER, Said.MORE


@pytest.mark.parametrize(
    ("cell", "default", "yuan", "said"),
    [
        ("约3", "亿元", "300000000", ABOUT),
        ("约2亿", None, "200000000", ABOUT),
        ("大概2亿", None, "200000000", ABOUT),
        ("2亿左右", None, "200000000", ABOUT),
        ("2亿元上下", None, "200000000", ABOUT),
        ("近10亿元", None, "1000000000", ABOUT),
        ("50余亿元", None, "5000000000", ABOUT),
        ("5000余万元", None, "50000000", ABOUT),
        ("3亿余元", None, "300000000", ABOUT),
        ("人民币约3亿元", None, "300000000", ABOUT),
        ("总投资约3亿元", None, "300000000", ABOUT),
        ("3亿元（左右）", None, "300000000", ABOUT),
        ("约1亿2000万元", None, "120000000", ABOUT),
        ("超10亿", None, "1000000000", OVER),
        ("逾10亿元", None, "1000000000", OVER),
        ("3亿元以上", None, "300000000", OVER),
        ("不低于5000万元", None, "50000000", OVER),
        ("不少于5000万元", None, "50000000", OVER),
        ("至少5000", "万元", "50000000", OVER),
        ("10亿+", None, "1000000000", OVER),
        ("1200+", "万元", "12000000", OVER),
        ("≥3亿", None, "300000000", OVER),
        ("50多亿元", None, "5000000000", OVER),
        ("约3亿元以上", None, "300000000", OVER),
        ("不超过3亿元", None, "300000000", UNDER),
        ("3亿元以内", None, "300000000", UNDER),
        ("不足1亿元", None, "100000000", UNDER),
        ("5亿元（含土地）", None, "500000000", MORE),
        ("3亿元（其中一期1亿元）", None, "300000000", MORE),
        ("3亿元（一期1亿元，二期2亿元）", None, "300000000", MORE),
        ("3亿元，分两期建设", None, "300000000", MORE),
        ("突破10亿元", None, "1000000000", OVER),
        ("3亿元，其中设备投资2亿元", None, "300000000", MORE),
        ("5000（万元，含税）", "亿元", "50000000", MORE),
        ("计划投资3亿元", None, "300000000", MORE),
        ("3亿元（约100万）", None, "300000000", MORE),  # of which currency?
    ],
)
def test_a_qualified_amount_counts_as_its_number_and_keeps_its_words(cell, default, yuan, said):
    money = read_money(f" {cell} ", default=default)
    assert money == Money(Decimal(yuan), remark=Remark(said, cell))


@pytest.mark.parametrize(
    "cell",
    ["人民币3亿元", "￥300000000", "3亿元人民币", "总投资3亿元", "投资3亿元", "总投资额：3亿元",
     "共3亿元", "总投资达3亿元", "3个亿", "3亿元整", "3亿元。", "3亿（元）"],
)  # fmt: skip
def test_an_amount_in_other_words_says_no_more_than_its_number(cell):
    assert read_money(cell) == Money(Decimal(300_000_000))


@pytest.mark.parametrize(
    ("cell", "default"),
    [
        ("3.89亿元（约4700万欧元）", None),
        ("3.89（约4700万欧元）", "亿元"),
        ("3.89亿元，约合4700万欧元", None),
        ("4700万欧元（约合3.89亿元人民币）", None),
        ("4700万欧元（折合人民币3.89亿元）", "万元"),
    ],
)
def test_yuan_and_the_same_in_foreign_money_are_both_kept(cell, default):
    kept = Money(Decimal(389_000_000), "EUR", Decimal(47_000_000), Remark(MORE, cell))
    assert read_money(cell, default=default) == kept
    assert read_money(cell, default=default, currency="欧元") == kept
    with pytest.raises(Unreadable, match="不一致"):
        read_money(cell, default=default, currency="美元")


@pytest.mark.parametrize(
    ("cell", "unit", "default", "currency", "money"),
    [
        (300, "万", None, "美元", Money(None, "USD", Decimal(3_000_000))),
        (300, "万", None, "USD", Money(None, "USD", Decimal(3_000_000))),
        (300, None, "万", "美金", Money(None, "USD", Decimal(3_000_000))),
        (300, None, "万", "瑞士法郎", Money(None, "CHF", Decimal(3_000_000))),
        ("3亿", None, None, "港币", Money(None, "HKD", Decimal(300_000_000))),
        (5000, "万", None, "人民币", Money(Decimal(50_000_000))),
        (5000, "万元", None, "人民币", Money(Decimal(50_000_000))),
        (5000, "万", None, "", Money(Decimal(50_000_000))),
        ("300万美元", None, "万元", "美元", Money(None, "USD", Decimal(3_000_000))),
    ],
)
def test_number_unit_and_currency_may_stand_in_columns_of_their_own(
    cell, unit, default, currency, money
):
    assert read_money(cell, unit=unit, default=default, currency=currency) == money


@pytest.mark.parametrize(
    ("cell", "unit", "currency", "reason"),
    [
        (300, "万元", "美元", "币种栏“美元”不一致"),
        ("300万美元", None, "人民币", "币种栏“人民币”不一致"),
        ("300万美元", None, "欧元", "币种栏“欧元”不一致"),
        (300, "万", "外币", "币种“外币”不认识"),
        (300, "万", "万美元", "币种“万美元”不认识"),
        (300, None, "美元", "没有单位"),
    ],
)
def test_columns_that_contradict_each_other_are_refused(cell, unit, currency, reason):
    with pytest.raises(Unreadable, match=reason):
        read_money(cell, unit=unit, currency=currency)


def test_a_column_of_foreign_money_needs_a_currency_and_is_never_taken_for_yuan():
    dollars = Money(None, "USD", Decimal(3_000_000))
    assert read_money(3000000, currency="美元", foreign=True) == dollars
    assert read_money("300万美元", foreign=True) == dollars
    assert read_money(300, default="万美元", foreign=True) == dollars
    assert read_money(5000, default="万", currency="人民币", foreign=True).amount == 50_000_000
    for default in (None, "万"):
        with pytest.raises(Unreadable, match="没有币种"):
            read_money(3000000, default=default, foreign=True)


@pytest.mark.parametrize(
    "word", ["万元", "亿元", "（万元）", "单位：万元", "亿", "百万美元", "人民币万元"]
)
def test_units_are_recognised_in_every_dress(word):
    assert read_unit(word) is not None


@pytest.mark.parametrize("word", ["", "亩", "平方米", "地点", "美元欧元", "万 万"])
def test_other_words_are_no_units_of_money(word):
    assert read_unit(word) is None


_AMOUNTS = st.decimals(min_value=0, max_value=Decimal("9999999999999999"), places=2)


@settings(deadline=None)
@given(_AMOUNTS, st.sampled_from([("元", 0), ("万元", 4), ("亿元", 8), ("百万元", 6)]))
def test_yuan_written_in_any_unit_read_back_to_the_cent(amount, unit):
    word, power = unit
    text = f"{amount.scaleb(-power):f}"
    assert read_money(text, unit=word).amount == amount
    assert read_money(f"{text}{word}").amount == amount


_QUALIFIERS = st.sampled_from(
    [("约", ""), ("超", ""), ("", "以上"), ("", "左右"), ("不低于", ""), ("", "以内"), ("近", "")]
)


@settings(deadline=None)
@given(_AMOUNTS, st.sampled_from(["元", "万元", "亿元"]), _QUALIFIERS)
def test_a_qualifier_never_changes_the_amount(amount, unit, around):
    before, after = around
    scaled = amount.scaleb(-{"元": 0, "万元": 4, "亿元": 8}[unit])
    money = read_money(f"{before}{scaled:f}{unit}{after}")
    assert money.amount == amount
    assert money.remark is not None


def without_remark(money: Money) -> Money:
    return Money(money.amount, money.currency, money.foreign_amount)


@settings(deadline=None)
@given(_AMOUNTS, st.sampled_from(["CNY", "USD", "EUR", "JPY"]), st.none() | _AMOUNTS)
def test_an_amount_kept_as_text_reads_back_equal(amount, currency, yuan):
    money = Money(amount) if currency == "CNY" else Money(yuan, currency, amount)
    assert without_remark(read_money(money_kept(money))) == money


_MONEYLIKE = st.text(
    "0123456789.,-+~()（），约近超余多亿万元千百美欧人民币$¥投资总一期合其中以上不 e"
)


@settings(deadline=None, max_examples=400)
@given(
    st.text(max_size=20) | _MONEYLIKE,
    st.sampled_from([None, "万元", "万", "百万美元"]),
    st.sampled_from([None, "美元", "人民币", "外币"]),
    st.booleans(),
)
def test_any_text_is_an_amount_that_reads_back_or_refused(text, default, currency, foreign):
    with suppress(Unreadable):
        money = read_money(text, default=default, currency=currency, foreign=foreign)
        assert without_remark(read_money(money_kept(money))) == without_remark(money)
        assert money.remark is None or money.remark.text == typed(text)


@settings(deadline=None)
@given(_AMOUNTS)
def test_an_amount_that_passed_through_a_float_cell_of_15_digits_is_not_changed(amount):
    if len(str(amount).replace(".", "").strip("0")) <= 15:
        assert read_money(float(amount), unit="元").amount == amount
