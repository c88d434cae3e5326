"""Stage words of real ledgers: what they mean, what is asked, what is no stage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.spreadsheets.cells import Unreadable
from crm.spreadsheets.stage_words import (
    FIRST,
    FURTHEST,
    MEANINGS,
    TWO_WAYS,
    Ambiguous,
    Phase,
    SeveralStages,
    Standing,
    read_phases,
    read_standing,
)
from crm.stages import Stage, Status

START = "planned_start"


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        ("线索 谋划 储备 谋划储备", Stage.LEAD),
        ("洽谈 在谈 对接 洽谈中 正在洽谈 谈判 意向", Stage.NEGOTIATION),
        ("签约 已签约 落地 已落地 签约落地 落户 签约落户", Stage.SIGNED),
        ("开工 在建 建设 开工建设 已开工 项目已开工建设 正在建设中", Stage.CONSTRUCTION),
        ("续建 奠基 打桩开工 主体完工 主体封顶", Stage.CONSTRUCTION),
        ("安装调试 设备安装 设备调试", Stage.COMMISSIONING),
        ("试生产 试运行 试投产", Stage.TRIAL),
        ("投产 运营 竣工投产 达产 已投产 建成投产 正式投产 operation", Stage.OPERATION),
    ],
)
def test_synonyms_name_their_stage(words, stage):
    for word in words.split():
        assert read_standing(word) == Standing(stage), word


@pytest.mark.parametrize("stage", Stage)
def test_labels_and_values_are_stages(stage):
    assert read_standing(stage.label) == read_standing(stage.value) == Standing(stage)


@pytest.mark.parametrize("cell", [None, "", "-", "待定", "/"])
def test_a_blank_stage_is_unknown(cell):
    assert read_standing(cell) is None


@pytest.mark.parametrize("word", ["拟开工", "核准", "签约未开工", "未开工"])
def test_what_is_signed_and_not_begun_says_that_its_start_is_planned(word):
    assert read_standing(word) == Standing(Stage.SIGNED, plan=START)


def test_what_is_to_be_signed_says_that_its_signing_is_planned():
    assert read_standing("拟签约") == Standing(Stage.NEGOTIATION, plan="planned_signing")


@pytest.mark.parametrize(
    ("word", "stage"),
    [("停工", Stage.CONSTRUCTION), ("停产", Stage.OPERATION), ("已投产（停产）", Stage.OPERATION)],
)
def test_work_that_stopped_is_stalled_on_its_stage(word, stage):
    assert read_standing(word) == Standing(stage, Status.STALLED)


@pytest.mark.parametrize("word", ["竣工", "建成投用", "前期", "加快推进", "具备开工条件"])
def test_a_word_of_two_meanings_is_asked_with_both(word):
    with pytest.raises(Ambiguous) as asked:
        read_standing(word)
    assert len(asked.value.offers) > 1


@pytest.mark.parametrize("word", ["退出", "已终止", "解约"])
def test_a_project_that_left_is_asked_how_far_it_had_come(word):
    with pytest.raises(Ambiguous):
        read_standing(word)


@pytest.mark.parametrize(
    "cell", ["开工|签约", "签约、开工", "签约，开工", "签约/开工", "签约后开工", "签约，二期开工"]
)
def test_several_stages_in_a_cell_are_asked_with_all_quoted(cell):
    with pytest.raises(SeveralStages) as refusal:
        read_standing(cell)
    assert "“开工”" in refusal.value.reason
    assert "“签约”" in refusal.value.reason
    assert [offer.value for offer in refusal.value.offers] == ["开工建设", "签约"]


def test_the_mapping_settles_which_of_several_stages_is_taken():
    assert read_standing("投产|签约|洽谈", several=FURTHEST) == Standing(Stage.OPERATION)
    assert read_standing("开工|签约", several=FIRST) == Standing(Stage.CONSTRUCTION)
    assert read_standing("签约，开工", several=FIRST) == Standing(Stage.SIGNED)
    assert read_standing("一期投产，二期在建", several=FURTHEST) == Standing(Stage.OPERATION)


def test_the_same_stage_said_twice_is_one_stage():
    assert read_standing("开工、在建") == Standing(Stage.CONSTRUCTION)


@pytest.mark.parametrize("cell", ["预计投产", "计划开工", "即将投产", "尚未投产", "力争开工"])
def test_a_negated_or_planned_word_is_not_that_stage(cell):
    with pytest.raises(Ambiguous, match="还没有发生"):
        read_standing(cell)


def test_the_furthest_of_several_is_never_a_stage_that_has_not_happened():
    with pytest.raises(Unreadable, match="还没有发生"):
        read_standing("签约，预计明年开工", several=FURTHEST)


@pytest.mark.parametrize("cell", ["拍地皮", "一期投产准备", "进展顺利", 7, True])
def test_what_is_no_stage_word_is_unreadable(cell):
    with pytest.raises(Unreadable):
        read_standing(cell)


def test_every_built_in_meaning_has_its_reason_and_is_not_asked_as_well():
    assert all(why for _, why in [*MEANINGS.values(), *TWO_WAYS.values()])
    assert MEANINGS.keys().isdisjoint(TWO_WAYS)
    for word, (standing, _) in MEANINGS.items():
        assert read_standing(word) == standing, word


@given(
    st.sampled_from(Stage),
    st.sampled_from([None, Status.STALLED]),
    st.sampled_from(["", "planned_signing", START, "planned_operation"]),
)
def test_where_a_project_stands_reads_back_as_it_is_written(stage, status, plan):
    standing = Standing(stage, status, plan)
    assert read_standing(standing.text) == standing


_PIECES = st.lists(st.sampled_from([*MEANINGS, *TWO_WAYS, "，", "已"]))


@given(st.text(max_size=20) | _PIECES.map("".join))
def test_any_text_is_a_standing_or_a_reason(text):
    try:
        found = read_standing(text)
    except Unreadable as error:
        found = error.reason
    assert found is None or isinstance(found, Standing) or found.endswith("。")


def test_each_phase_of_a_cell_may_stand_for_itself():
    assert read_phases("一期投产，二期在建") == [
        Phase("一期", Standing(Stage.OPERATION)), Phase("二期", Standing(Stage.CONSTRUCTION))
    ]  # fmt: skip
    assert read_phases("1期已投产;2期拟开工")[1] == Phase("2期", Standing(Stage.SIGNED, plan=START))


@pytest.mark.parametrize(
    "cell",
    [
        "开工|签约",
        "一期投产",
        "一期投产，二期",
        "一期竣工，二期在建",  # whether it produces is to be asked
        "签约，一期开工，二期在建",
        "一期投产，一期在建",
        None,
        7,
    ],
)
def test_what_does_not_give_every_phase_its_stage_has_no_phases(cell):
    assert read_phases(cell) == []
