"""Stage words of real ledgers, and what must not be taken for a stage."""

from __future__ import annotations

import pytest

from crm.spreadsheets.cells import Unreadable
from crm.spreadsheets.stage_words import FURTHEST, read_stage
from crm.stages import Stage


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        ("线索 谋划 储备 谋划储备", Stage.LEAD),
        ("洽谈 在谈 对接 洽谈中 正在洽谈", Stage.NEGOTIATION),
        ("签约 已签约 落地 已落地 签约落地", Stage.SIGNED),
        ("开工 在建 建设 开工建设 已开工 项目已开工建设 正在建设中", Stage.CONSTRUCTION),
        ("安装调试 设备安装 设备调试", Stage.COMMISSIONING),
        ("试生产 试运行 试投产", Stage.TRIAL),
        ("投产 运营 竣工投产 达产 已投产 建成投产 正式投产 operation", Stage.OPERATION),
    ],
)
def test_synonyms_name_their_stage(words, stage):
    for word in words.split():
        assert read_stage(word) is stage, word


@pytest.mark.parametrize("stage", Stage)
def test_labels_and_values_are_stages(stage):
    assert read_stage(stage.label) is stage
    assert read_stage(stage.value) is stage


@pytest.mark.parametrize("cell", [None, "", "-", "待定", "/"])
def test_a_blank_stage_is_unknown(cell):
    assert read_stage(cell) is None


@pytest.mark.parametrize(
    "cell", ["开工|签约", "签约、开工", "签约，开工", "签约/开工", "签约后开工"]
)
def test_two_stages_in_a_cell_are_refused_with_both_quoted(cell):
    with pytest.raises(Unreadable) as refusal:
        read_stage(cell)
    assert "“开工”" in refusal.value.reason
    assert "“签约”" in refusal.value.reason
    assert "几个阶段" in refusal.value.reason


def test_the_mapping_may_take_the_furthest_of_several_stages():
    assert read_stage("投产|签约|洽谈", several=FURTHEST) is Stage.OPERATION
    assert read_stage("开工|签约", several=FURTHEST) is Stage.CONSTRUCTION


def test_the_same_stage_said_twice_is_one_stage():
    assert read_stage("开工、在建") is Stage.CONSTRUCTION


@pytest.mark.parametrize(
    "cell",
    ["未开工", "拟签约", "预计投产", "计划开工", "即将投产", "待签约", "尚未投产", "力争开工"],
)
def test_a_negated_or_planned_word_is_not_that_stage(cell):
    with pytest.raises(Unreadable, match="还没有发生"):
        read_stage(cell)


def test_the_furthest_of_several_is_never_a_stage_that_has_not_happened():
    with pytest.raises(Unreadable, match="还没有发生"):
        read_stage("签约未开工", several=FURTHEST)


@pytest.mark.parametrize("cell", ["停工", "已停产", "退出", "终止", "缓建"])
def test_a_status_is_not_a_stage(cell):
    with pytest.raises(Unreadable, match="推进状态"):
        read_stage(cell)


@pytest.mark.parametrize("cell", ["拍地", "一期投产准备", "进展顺利", 7, True])
def test_other_words_are_refused_with_the_choices(cell):
    with pytest.raises(Unreadable):
        read_stage(cell)
