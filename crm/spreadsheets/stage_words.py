"""Where a project stands, in the words of real ledgers: 在谈, 已签约, 在建, 竣工投产, 停工 …

A word carries a stage, and sometimes a status (停工) or that a date beside it is only planned
(拟开工). What a word could mean two ways is asked; what it means here is data with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crm.spreadsheets.cells import (
    Cell,
    Offer,
    Unreadable,
    Unsettled,
    checked,
    is_unknown,
    plain,
    shown,
)
from crm.stages import Stage, Status

REFUSE, FURTHEST, FIRST, SPLIT = SEVERAL = ("refuse", "furthest", "first", "split")


@dataclass(frozen=True)
class Standing:
    """stage: None = the word says nothing of it. plan: the column of planned dates that a date of
    this row's next stage belongs to, for it has not happened."""

    stage: Stage | None
    status: Status | None = None
    plan: str = ""

    @property
    def text(self) -> str:
        """As a cell may say it, and as `read_standing` reads it."""
        words = [self.stage.label if self.stage else ""]
        words.append(self.status.label if self.status else "")
        words.append(_PLANS.get(self.plan, ""))
        return "，".join(filter(None, words))


class Ambiguous(Unsettled):
    """A word with more than one meaning, or none that can be told."""

    def __init__(self, reason: str, choices: Iterable[Standing] = ()) -> None:
        super().__init__(reason, [Offer(one.text, one.text, reason) for one in choices])


class SeveralStages(Unsettled):
    """A cell that names several stages, those of its phases or others."""

    def __init__(self, reason: str, stages: Iterable[Stage]) -> None:
        furthest_first = sorted(set(stages), key=lambda one: -one.rank)
        why = "一格里写了几个阶段"
        super().__init__(reason, [Offer(one.label, one.label, why) for one in furthest_first])


_PLANS = {
    "planned_signing": "计划签约",
    "planned_start": "计划开工",
    "planned_operation": "计划投产",
}

_WORDS: dict[Stage, str] = {
    Stage.LEAD: "线索 谋划 储备 线索储备 谋划储备",
    Stage.NEGOTIATION: "洽谈 在谈 对接 接洽 跟踪洽谈 谈判 商谈 磋商",
    Stage.SIGNED: "签约 落地 签订协议 签约落地 落户 签约落户",
    Stage.CONSTRUCTION: "开工 在建 建设 在建设 开工建设 建设中 动工 施工 续建 奠基",
    Stage.COMMISSIONING: "安装调试 设备安装 设备调试 调试 安装设备",
    Stage.TRIAL: "试生产 试运行 试运营 试产 试投产",
    Stage.OPERATION: (
        "投产 运营 竣工投产 建成投产 投产运营 投产达效 达产 达产达效 投运 投入运营 投入生产"
    ),
}
_STAGES = {word: stage for stage, words in _WORDS.items() for word in words.split()}
_STAGES |= {stage.value: stage for stage in Stage}
_FOUND = re.compile("|".join(sorted(map(re.escape, _STAGES), key=len, reverse=True)))

_START = "planned_start"
_SIGNED, _BUILDING = Standing(Stage.SIGNED), Standing(Stage.CONSTRUCTION)
_TO_START = Standing(Stage.SIGNED, plan=_START)
# Whole words that mean something else than the stage inside them, and why.
MEANINGS: dict[str, tuple[Standing, str]] = {
    **dict.fromkeys(
        ("意向", "意向签约", "签订意向", "未签约", "框架协议", "意向协议"),
        (Standing(Stage.NEGOTIATION), "还没有签正式的投资协议"),
    ),
    **dict.fromkeys(
        ("拟签约", "待签约"),
        (Standing(Stage.NEGOTIATION, plan="planned_signing"), "签约还在计划里"),
    ),
    **dict.fromkeys(
        ("签约未开工", "已签约未开工", "未开工", "待开工", "拟开工", "拟建", "待建", "筹建"),
        (_TO_START, "签了约，开工还在计划里"),
    ),
    **dict.fromkeys(
        ("核准", "已核准", "备案", "已备案", "立项", "立项备案", "报建", "供地", "拿地"),
        (_TO_START, "手续办在签约之后、开工之前"),
    ),
    **dict.fromkeys(
        ("打桩", "打桩开工", "桩基施工", "基础施工", "主体施工", "主体完工", "主体封顶", "封顶",
         "厂房建设", "土建", "装修"),
        (_BUILDING, "厂房还在建"),
    ),
    **dict.fromkeys(
        ("停工", "停建", "缓建"),
        (Standing(Stage.CONSTRUCTION, Status.STALLED), "开了工才停得了工"),
    ),
    "停产": (Standing(Stage.OPERATION, Status.STALLED), "投了产才停得了产"),
}  # fmt: skip
_DONE = (Standing(Stage.TRIAL), Standing(Stage.OPERATION), Standing(Stage.COMMISSIONING))
_EARLY = (Standing(Stage.NEGOTIATION), _SIGNED, _TO_START)
# Words that are asked: what each may mean, the likeliest first, and why nobody can tell.
TWO_WAYS: dict[str, tuple[tuple[Standing, ...], str]] = {
    **dict.fromkeys(
        ("竣工", "完工", "建成", "建成投用", "投用", "已竣工", "竣工验收", "交付使用"),
        (_DONE, "厂房建成了，是否已经试生产或投产没有说"),
    ),
    **dict.fromkeys(
        ("前期", "前期工作", "前期准备", "加快推进", "推进中", "正在推进", "有序推进"),
        (_EARLY, "没有说签约了没有"),
    ),
    "具备开工条件": ((_TO_START, _BUILDING), "没有说开工了没有"),
    **dict.fromkeys(
        ("暂停", "搁置", "停滞", "暂缓", "停", "终止", "中止", "退出", "解约", "取消"),
        ((), "说的是推进状态，没有说在哪个阶段"),
    ),
}
_NOT_YET = re.compile(r"[未拟待筹]|预计|预期|计划|规划|即将|将|力争|争取|准备|有望|没有|不|非")
_STALLED = re.compile(r"停工|停产|停建|停滞|缓建|暂缓|暂停|搁置")
_GONE = re.compile(r"终止|中止|退出|解约|取消|流失")
_STATUS = re.compile(r"停|退|中止|终止|暂缓|缓建|解约|取消")
_FILLER = re.compile(
    r"目前|项目|阶段|状态|完成|全面|正式|正在|顺利|实现|进入|[已正在于现处中了的和与及→>,.;:|/、。;:()&+\s-]"
)
_PLANNED = {word: plan for plan, word in _PLANS.items()}


def read_standing(cell: Cell, *, several: str = REFUSE) -> Standing | None:
    """Where a cell says a project stands; None when it is not known. `several`: what two stages
    mean. Ambiguous and SeveralStages are refusals that a person can settle once."""
    cell = checked(cell)
    if is_unknown(cell):
        return None
    if not isinstance(cell, str):
        raise Unreadable(_unclear(cell))
    text = plain(cell).lower()
    word = _bare(text)
    if word in MEANINGS:
        return MEANINGS[word][0]
    if word in TWO_WAYS:
        choices, why = TWO_WAYS[word]
        raise Ambiguous(f"“{shown(cell)}”{why}，请指明阶段。", choices)
    plan, text = _plan_of(text)
    words = list(dict.fromkeys(_FOUND.findall(text)))
    rest = _FOUND.sub("", text)
    status = Status.STALLED if _STALLED.search(rest) else None
    if _GONE.search(rest):
        raise Ambiguous(
            f"“{shown(cell)}”说的是项目已退出，请在状态栏填写，阶段填退出前所到的一步。"
        )
    rest = _FILLER.sub("", _STALLED.sub("", rest))
    if _STATUS.search(rest):
        raise Ambiguous(f"“{shown(cell)}”是推进状态而不是阶段，请在阶段栏填写{_choices()}之一。")
    parts = [(word, _STAGES[word]) for word in words]
    stages = sorted({stage for _, stage in parts}, key=lambda stage: stage.rank)
    if len(stages) > 1 and several not in (FURTHEST, FIRST):
        quoted = "”和“".join(words)
        raise SeveralStages(
            f"一格里有几个阶段：“{quoted}”，请只留一个，或在对词时选取哪一个。", stages
        )
    if _NOT_YET.search(rest):
        raise Ambiguous(f"“{shown(cell)}”说的是还没有发生的阶段，请填写目前所处的阶段。")
    if not stages or (rest and len(stages) == 1):
        raise Unreadable(_unclear(cell))
    if len(stages) > 1 and _PHASES.sub("", rest):
        raise Unreadable(_unclear(cell))
    chosen = parts[0][1] if several == FIRST else stages[-1]
    return Standing(chosen, status, plan)


def is_standing(cell: Cell) -> bool:
    """Whether a cell speaks of where a project stands, be it in one way or several."""
    try:
        return read_standing(cell) is not None
    except Unsettled:
        return True
    except Unreadable:
        return False


_PHASES = re.compile(r"[一二三四五六七八九十0-9]+(?:期|标段|号线)")


@dataclass(frozen=True)
class Phase:
    """One phase of a project (一期), and where it stands."""

    name: str
    standing: Standing


def read_phases(cell: Cell) -> list[Phase]:
    """The phases a cell names with a stage each (一期投产，二期在建); none for any other cell."""
    before, *pieces = _PHASE.split(plain(cell))
    if before.strip() or len(pieces) < 4:
        return []
    phases = []
    for name, words in zip(pieces[::2], pieces[1::2], strict=True):
        try:
            standing = read_standing(words.strip(" ,，、;；。|/:："))
        except Unreadable:
            return []
        if standing is None or standing.stage is None:
            return []
        phases.append(Phase(name, standing))
    return phases if len({phase.name for phase in phases}) == len(phases) else []


def furthest_of(phases: Iterable[Phase]) -> Standing:
    """The stage of the phase that has come furthest."""
    stages = [phase.standing.stage for phase in phases if phase.standing.stage]
    return Standing(max(stages, key=lambda stage: stage.rank, default=None))


_PHASE = re.compile(r"((?:[一二三四五六七八九十]+|[0-9]+)期)")


def _bare(text: str) -> str:
    return (
        re.sub(r"^[已正在]+|[\s。.;；，,]+$|(?:阶段|状态)$", "", re.sub(r"\s+", "", text)) or text
    )


def _plan_of(text: str) -> tuple[str, str]:
    """The plan that a cell of our own writing names beside its stage: 签约，计划开工."""
    for word, plan in _PLANNED.items():
        if re.search(rf"[,，]\s*{word}$", text):
            return plan, re.sub(rf"[,，]\s*{word}$", "", text)
    return "", text


def _unclear(cell: Cell) -> str:
    return f"看不懂阶段“{shown(cell)}”，请填写{_choices()}之一。"


def _choices() -> str:
    return "、".join(stage.label for stage in Stage)
