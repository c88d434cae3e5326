"""How numbers are printed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reports import printing
from crm.reports.printing import Printing

TENS = Printing(floor_to=10, after=printing.ODD)
MORE = Printing(floor_to=10, after=printing.MORE)
ABOUT = Printing(floor_to=1, before=printing.ABOUT)


@pytest.mark.parametrize(
    ("by", "value", "text"),
    [
        (Printing(), "27", "27个"),
        (Printing(), "0", "0个"),
        (Printing(digits=1), "284.5", "284.5个"),
        (Printing(digits=1), "284.45", "284.5个"),
        (Printing(digits=1), "284.44", "284.4个"),
        (Printing(digits=1), "12", "12个"),
        (Printing(digits=1), "90.04", "90个"),
        (Printing(digits=2), "11.30", "11.3个"),
        (Printing(digits=1), "0", "0个"),
        (Printing(digits=1), "0.04", "0.04个"),
        (TENS, "53", "50余个"),
        (TENS, "59", "50余个"),
        (TENS, "60", "60个"),
        (TENS, "9", "9个"),
        (TENS, "10", "10个"),
        (TENS, "11", "10余个"),
        (TENS, "0", "0个"),
        (ABOUT, "90.99", "约90个"),
        (ABOUT, "90", "约90个"),
        (MORE, "53", "50多个"),
        (MORE, "50", "50个"),
        (ABOUT, "1.99", "约1个"),
        (ABOUT, "0.35", "约0.35个"),
        (ABOUT, "0.9999", "约0.99个"),
        (ABOUT, "0.01234", "约0.012个"),
        (ABOUT, "0.3", "约0.3个"),
        (ABOUT, "0", "0个"),
    ],
)
def test_a_number_is_printed_by_its_rule(by, value, text):
    assert by.text(Decimal(value), "个") == text


def test_an_unknown_number_prints_to_be_supplied_and_never_zero():
    assert (
        TENS.text(None, "个") == ABOUT.text(None, "亿元") == Printing().text(None, "个") == "待补"
    )


@given(
    st.decimals(Decimal("0.01"), Decimal(10**7), places=2),
    st.sampled_from([TENS, ABOUT, Printing(1)]),
)
def test_what_is_there_never_prints_zero_nor_more_than_it_is(value, by):
    text = by.text(value, "")
    printed = Decimal(text.strip("约余"))
    assert printed > 0
    assert printed <= value + (Decimal("0.05") if not by.floor_to else 0)
    assert text.startswith(by.before)
    assert "." not in text or not text.endswith("0")
