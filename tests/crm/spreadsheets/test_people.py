"""A person's cells, however an office writes them: numbers apart from names, nothing guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import personal
from crm.spreadsheets.people import parted, settle_person

ONE, TWO, DESK = "13811112222", "13911113333", "08386123456"
OF_CONTACT = {"name": "name", "phone": "phone", "other_phones": "other_phones"}


@pytest.mark.parametrize(
    ("text", "names", "numbers"),
    [
        ("138 1111 2222", "", [ONE]),
        ("13811112222/13911113333", "", [ONE, TWO]),
        ("138 1111 2222、0838-6123456；13911113333", "", [ONE, DESK, TWO]),
        ("138 1111 2222\n139 1111 3333", "", [ONE, TWO]),
        ("13811112222 13811112222", "", [ONE]),
        ("0838-6123456 转 8001", "", [f"{DESK}转8001"]),
        ("（0838）6123456", "", [DESK]),
        ("13811112222（微信同号）", "", [ONE]),
        ("手机：13811112222 办公室：0838-6123456", "", [ONE, DESK]),
        ("张三13811112222", "张三", [ONE]),
        ("张三（13811112222）", "张三", [ONE]),
        ("张三（总经理）13811112222", "张三(总经理)", [ONE]),
        ("联系人：张三 13811112222", "张三", [ONE]),
        ("张三13811112222、李四 13911113333", "张三、李四", [ONE, TWO]),
    ],
)
def test_names_and_numbers_of_one_cell_are_told_apart(text, names, numbers):
    assert parted(text) == (names, numbers)


@pytest.mark.parametrize(
    "text",
    ["", "张三", "见名片", "8.61381E+12", "138****2222", "13811112222a", "12345678",
     "13811112222/8001", "张三2 13811112222", "13811112222 传真0838-6123456", "13811112222 a@b.cn"],
)  # fmt: skip
def test_what_is_neither_a_name_nor_a_number_is_not_told_apart(text):
    assert parted(text) is None


def settled(**values):
    settle_person(values, OF_CONTACT)
    return values


def test_somebody_elses_number_is_not_taken_for_the_persons():
    assert settled(name="张三", phone="张三 13811112222") == {"name": "张三", "phone": ONE}
    kept = {"name": "张三", "phone": "李四 13811112222"}
    assert settled(**kept) == kept


def test_a_further_number_alone_stays_a_further_one():
    assert settled(name="张三", other_phones="139 1111 3333") == {
        "name": "张三", "other_phones": TWO
    }  # fmt: skip


NUMBERS = st.lists(st.sampled_from([ONE, TWO, DESK, "4001234567"]), min_size=1, unique=True)


@given(NUMBERS, st.sampled_from(["/", "、", "，", ";", "\n", "或"]), st.booleans())
def test_no_number_is_lost_and_none_stays_in_the_name(numbers, between, in_name):
    written = between.join(numbers)
    made = settled(name=f"张三{written}") if in_name else settled(name="张三", phone=written)
    assert made["name"] == "张三"
    kept = [made["phone"], *personal.listed(made.get("other_phones", ""))]
    assert kept == numbers


@given(st.text("0123456789-/、 ;+转张三李(（）:", max_size=40) | st.text(max_size=20))
def test_whatever_a_cell_says_numbers_come_out_in_one_form_and_names_without_any(text):
    told = parted(text)
    if told is not None:
        names, numbers = told
        assert numbers == [personal.normal_phone(number) for number in numbers] != []
        assert personal.scrubbed(names) == names
