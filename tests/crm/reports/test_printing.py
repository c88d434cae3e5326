"""How numbers are printed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reports.printing import Printing

TENS = Printing(floor_to=10, after="余")
ABOUT = Printing(floor_to=1, before="约")


@pytest.mark.parametrize(
    ("printing", "value", "text"),
    [
        (Printing(), "27", "27个"),
        (Printing(), "0", "0个"),
        (Printing(digits=1), "284.5", "284.5个"),
        (Printing(digits=1), "284.45", "284.5个"),
        (Printing(digits=1), "284.44", "284.4个"),
        (Printing(digits=1), "12", "12.0个"),
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
        (ABOUT, "0.35", "0.35个"),
        (ABOUT, "0", "0个"),
    ],
)
def test_a_number_is_printed_by_its_rule(printing, value, text):
    assert printing.text(Decimal(value), "个") == text


def test_an_unknown_number_prints_to_be_supplied_and_never_zero():
    assert (
        TENS.text(None, "个") == ABOUT.text(None, "亿元") == Printing().text(None, "个") == "待补"
    )


@given(
    st.decimals(Decimal("0.01"), Decimal(10**7), places=2),
    st.sampled_from([TENS, ABOUT, Printing(1)]),
)
def test_what_is_there_never_prints_zero_nor_more_than_it_is(value, printing):
    printed = Decimal(printing.text(value, "").strip("约余"))
    assert printed > 0
    assert printed <= value + (Decimal("0.05") if not printing.floor_to else 0)
