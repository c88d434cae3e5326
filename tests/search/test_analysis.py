"""Normalising, cutting, sounding and marking, without any engine."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search import amounts, analysis, clauses, evidence, highlight, sound
from search.grammar import Word
from search.index import Document
from search.plan import digest, streams
from search.query import Range


def test_text_is_folded_before_it_is_cut():
    assert analysis.normalise("ＡＢＣ國際論壇").text == "abc国际论坛"


def test_a_place_in_folded_text_leads_back_to_the_stored_text():
    stored = "㎡臺灣e\u0301园"
    normal = analysis.normalise(stored)
    assert normal.text == "m2台湾é园"
    at = normal.text.index("园")
    start, end = normal.stored(at, at + 1)
    assert stored[start:end] == "园"
    assert normal.stored(0, 2) == (0, 1)


def test_codes_keep_their_signs_and_are_found_by_their_parts():
    assert analysis.tokens("1+1+6 10.66 b2-301") == [
        "1+1+6",
        "10.66",
        "10",
        "66",
        "b2-301",
        "b2",
        "301",
    ]


def test_a_county_is_one_piece_with_and_without_its_suffix():
    assert analysis.pieces("南部县佳禧") == ["南部", "佳禧"]
    assert analysis.pieces("南部佳禧") == ["南部", "佳禧"]


def test_words_of_the_trade_are_not_cut_apart():
    for word in ("镇园之宝", "专精特新", "纺织鞋服", "规上企业"):
        assert analysis.cutter().cut(word) == [word]


def test_sounds_follow_the_word_not_the_character():
    assert sound.sound_tokens("重庆银行") == ["chong_qing", "qing_yin", "yin_hang", "hang_"]


def test_letters_are_read_as_syllables_in_every_sensible_way():
    ways = {way for way, _ in sound.splits("xian")}
    assert {("xian",), ("xi", "an")} <= ways
    assert (("fei", "shang", "d"), True) in sound.splits("feishangd")
    assert sound.splits("fsxxdc") == ()


def test_a_common_word_is_left_out_unless_it_is_all_there_is():
    assert clauses.telling("佳禧有限公司") == ("佳禧",)
    assert clauses.telling("有限公司") == ("有限公司",)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10亿以上", ">=1000000000"),
        ("1.5亿元以下", "<=150000000"),
        ("超过3亿", ">=300000001"),
        ("过亿", ">=100000000"),
        ("不低于5000万元", ">=50000000"),
        ("5000万到1亿", "50000000..100000000"),
        ("十五亿以上", ">=1500000000"),
        ("百亿以上", ">=10000000000"),
        ("三百万以内", "<=3000000"),
    ],
)
def test_amounts_are_read_as_they_are_said(text, value):
    (found,) = amounts.find(text)
    assert found.about("amount").value == value
    assert Range.parse("amount", value) == found.about("amount")


@pytest.mark.parametrize(
    "text", ["年产10亿片", "10 以上", "300亩以上", "以上", "亿", "2023-2025年"]
)
def test_what_is_no_amount_is_left_alone(text):
    assert amounts.find(text) == []


def test_an_ordinary_value_is_no_range():
    assert Range.parse("stage", "signed") is None
    assert Range.parse("amount", ">=") is None


def test_the_digest_follows_content_and_nothing_else():
    one = Document("project", 1, "飞尚", facets={"a": ("1", "2"), "b": ("3",)}, version=1)
    same = Document("project", 1, "飞尚", facets={"b": ("3",), "a": ("2", "1")}, version=2)
    other = Document("project", 1, "飞尚", facets={"b": ("3",), "a": ("2",)}, version=2)
    assert digest(one) == digest(same) != digest(other)


def test_a_snippet_shows_the_word_and_its_place():
    body = "前" * 300 + "钠离子电池" + "后" * 300
    shown, marks = highlight.snippet(body, ["钠离子"])
    assert [shown[a:b] for a, b in marks] == ["钠离子"]
    assert len(shown) <= highlight.SNIPPET
    assert highlight.snippet("", ["钠离子"]) == ("", ())


def test_marks_do_not_overlap():
    assert highlight.merge([(3, 5), (0, 2), (4, 7), (2, 2), (7, 8)]) == ((0, 2), (3, 8))


TEXTS = st.text(max_size=60) | st.text(
    alphabet="飞尚新型电池產業園AaＢ１2・（）é\u0301㎡ ", max_size=30
)


@given(TEXTS)
def test_every_normalised_character_has_a_place_in_the_stored_text(text):
    normal = analysis.normalise(text)
    for i in range(len(normal.text)):
        start, end = normal.stored(i, i + 1)
        assert 0 <= start < end <= len(text)


@given(TEXTS, TEXTS)
def test_marks_of_any_evidence_lie_inside_the_title(title, typed):
    row = evidence.Row(Document("project", 1, title))
    word = Word(analysis.normalise(typed).text)
    for found in (evidence.strict(word, row), evidence.forgiving(word, row)):
        marks = highlight.marks(title, found.places) if found else ()
        assert all(0 <= a < b <= len(title) for a, b in marks)
        assert all(a[1] < b[0] for a, b in pairwise(marks))


@given(TEXTS)
def test_streams_are_tokens_that_any_engine_can_keep(text):
    made = streams(Document("project", 1, analysis.clean(text), body=analysis.clean(text)))
    for stream in (made.name, made.text, made.sound, made.initials, made.facet):
        stream.encode()
        assert "\x00" not in stream
        assert all(len(token.encode()) < 1_000 for token in stream.split())


@given(TEXTS.filter(lambda text: analysis.runs(analysis.normalise(text).text)))
@example("\U0002ebe1")  # a Han newer than Python 3.11's Unicode
def test_a_title_is_evidence_for_itself(title):
    row = evidence.Row(Document("project", 1, title))
    found = evidence.strict(Word(analysis.normalise(title).text), row)
    assert found is not None
    assert found.worth == evidence.IS
