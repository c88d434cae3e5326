"""The stage of a project in the words of real ledgers: 在谈, 已签约, 在建, 竣工投产 …

A word that is negated or only planned (未开工, 拟签约, 预计投产) is not that stage, and a status
(停工, 退出) is no stage at all; both are refused with the reason.
"""

from __future__ import annotations

import re

from crm.spreadsheets.cells import Cell, Unreadable, checked, is_unknown, plain, shown
from crm.stages import Stage

REFUSE, FURTHEST = "refuse", "furthest"

_WORDS: dict[Stage, str] = {
    Stage.LEAD: "线索 谋划 储备 线索储备 谋划储备",
    Stage.NEGOTIATION: "洽谈 在谈 对接 接洽 跟踪洽谈",
    Stage.SIGNED: "签约 落地 签订协议 签约落地",
    Stage.CONSTRUCTION: "开工 在建 建设 在建设 开工建设 建设中 动工 施工",
    Stage.COMMISSIONING: "安装调试 设备安装 设备调试 调试 安装设备",
    Stage.TRIAL: "试生产 试运行 试运营 试产 试投产",
    Stage.OPERATION: (
        "投产 运营 竣工投产 建成投产 投产运营 投产达效 达产 达产达效 投运 投入运营 投入生产"
    ),
}
_STAGES = {word: stage for stage, words in _WORDS.items() for word in words.split()}
_STAGES |= {stage.value: stage for stage in Stage}
_FOUND = re.compile("|".join(sorted(map(re.escape, _STAGES), key=len, reverse=True)))
_NOT_YET = re.compile(r"[未拟待筹]|预计|预期|计划|规划|即将|将|力争|争取|准备|有望|没有|不|非")
_STATUS = re.compile(r"停|退|中止|终止|暂缓|缓建|解约|取消")
_FILLER = re.compile(
    r"目前|项目|阶段|状态|完成|全面|正式|正在|顺利|实现|进入|[已正在于现处中了的和与及→>,.;:|/、。;:()&+\s-]"
)


def read_stage(cell: Cell, *, several: str = REFUSE) -> Stage | None:
    """The one stage a cell names; None when it is not known. `several`: what two stages mean."""
    cell = checked(cell)
    if is_unknown(cell):
        return None
    if not isinstance(cell, str):
        raise Unreadable(_unclear(cell))
    text = plain(cell).lower()
    words = list(dict.fromkeys(_FOUND.findall(text)))
    stages = sorted({_STAGES[word] for word in words}, key=lambda stage: stage.rank)
    rest = _FILLER.sub("", _FOUND.sub("", text))
    if _STATUS.search(rest):
        raise Unreadable(f"“{shown(cell)}”是推进状态而不是阶段，请在阶段栏填写{_choices()}之一。")
    if len(stages) > 1 and several != FURTHEST:
        quoted = "”和“".join(words)
        raise Unreadable(
            f"一格里有几个阶段：“{quoted}”，请只留一个，或在对表头时选“取走得最远的一个”。"
        )
    if _NOT_YET.search(rest):
        raise Unreadable(f"“{shown(cell)}”说的是还没有发生的阶段，请填写目前所处的阶段。")
    if not stages or rest:
        raise Unreadable(_unclear(cell))
    return stages[-1]


def _unclear(cell: Cell) -> str:
    return f"看不懂阶段“{shown(cell)}”，请填写{_choices()}之一。"


def _choices() -> str:
    return "、".join(stage.label for stage in Stage)
