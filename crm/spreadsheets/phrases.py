"""What people write around a number: 约3亿, 5000余万元, 114亩（新增80亩）, 3亿元，其中设备2亿元.

A qualifier (约, 超, 不低于 …) is told apart from a remark that goes on after the number, and from
what makes it the number of a part only (一期3亿元).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crm.models import Said
from crm.spreadsheets.cells import Cell, Offer, Remark, Unsettled, plain, shown, typed

_BEFORE = {
    Said.ABOUT: "大约 约为 约合 约 将近 接近 近 大概 大致 估计 预估 暂估 估算 ~ ≈",
    Said.OVER: "超过 超出 超 逾 突破 破 不低于 不少于 至少 起码 高于 多于 大于 >= ≥ >",
    Said.UNDER: "不超过 不超 不足 不到 不高于 不多于 低于 少于 小于 最多 至多 <= ≤ <",
}
_AFTER = {
    Said.ABOUT: "左右 上下 余",
    Said.OVER: "及以上 以上 多 起 +",
    Said.UNDER: "及以下 以下 以内 之内",
}


def _said(words: dict[Said, str]) -> dict[str, Said]:
    return {word: said for said, line in words.items() for word in line.split()}


def _one_of(words: dict[str, Said]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_WORDS_BEFORE, _WORDS_AFTER = _said(_BEFORE), _said(_AFTER)
_FIRST = re.compile(_one_of(_WORDS_BEFORE))
_LAST = re.compile(f"(?:{_one_of(_WORDS_AFTER)})$")
_WITHIN = re.compile(r"(?<=[0-9百千万亿])(余|多|\+)(?![0-9])")  # 5000余万元, but not 3+2亿
_INSIDE = re.compile(r"\(([^()]*)\)")
_BETWEEN = re.compile("[,;](?![0-9])")
_GOES_ON = re.compile(
    r"(.*?[0-9].*?)(?:[,;。](?=[^0-9])|(?=其中|不?含|包括|包含|折|约合|合(?!计)|相当于))(.+)"
)
_PHASE = re.compile("[一二三四五六七八九十首前本后末0-9]期")
# 3亿元（其中一期1亿元） is the whole; 3亿元（一期） and 3亿元（二期5亿元） may be a part.
_NAMES_PHASES_OF_ALL = re.compile("(?:其中|含|包括|包含|分).*|[一首]期.*[0-9].*")
_DIGITS = re.compile("[0-9.,]+")
_RANGE = re.compile(r"([0-9][0-9.,]*[^0-9]*?)(?:[-~–—]+|至|到)([^0-9]{0,4}[0-9].*)")


def squeezed(cell: Cell) -> str:
    """Text without any space, half-width and in small letters; a full stop at its end is gone."""
    return re.sub(r"\s+", "", plain(cell).lower()).rstrip("。;,")


def parted(text: str) -> tuple[str, list[str]]:
    """The number's own words, and the remarks in brackets or after it."""
    outside = _INSIDE.sub("", text)
    # Each for itself: the unit in 5000（万元，含税） is not to be missed.
    inside = [part for whole in _INSIDE.findall(text) for part in _BETWEEN.split(whole) if part]
    if match := _GOES_ON.fullmatch(outside):
        return match[1], [*inside, match[2]]
    return outside, inside


def is_part(outside: str, inside: list[str]) -> bool:
    """Whether the number may be that of one phase only (一期3亿元)."""
    phases = [part for part in inside if _PHASE.search(part)]
    is_of_all = any(map(_NAMES_PHASES_OF_ALL.fullmatch, phases))
    return bool(_PHASE.search(outside)) or (bool(phases) and not is_of_all)


def qualified(text: str, dropped: re.Pattern[str] | None = None) -> tuple[str, Said | None]:
    """The text without its qualifiers, and what they say of its number; `dropped` are words before
    it that say nothing more (总投资). ValueError where two contradict each other."""
    said: set[Said] = set()
    while True:
        if match := _FIRST.match(text):
            said.add(_WORDS_BEFORE[match[0]])
            text = text[match.end() :]
        elif dropped and (match := dropped.match(text)):
            text = text[match.end() :]
        else:
            break
    while match := _LAST.search(text):
        said.add(_WORDS_AFTER[match[0]])
        text = text[: match.start()]
    if match := _WITHIN.search(text):
        said.add(_WORDS_AFTER[match[1]])
        text = text[: match.start()] + text[match.end() :]
    return text, together(said)


def together(said: Iterable[Said | None]) -> Said | None:
    """One word for several: 约 beside 以上 is 以上."""
    words = set(said)
    if {Said.OVER, Said.UNDER} <= words:
        raise ValueError("over and under at once")
    return next((one for one in (Said.OVER, Said.UNDER, Said.ABOUT) if one in words), None)


def as_qualifier(inside: str) -> Said | None:
    """What a bracket says that holds nothing but a qualifier: （左右）."""
    return _WORDS_BEFORE.get(inside) or _WORDS_AFTER.get(inside)


def ends_of(text: str) -> tuple[str, str] | None:
    """The two ends of a range: 2 and 3亿."""
    match = _RANGE.fullmatch(text)
    return (match[1], match[2]) if match else None


def of_a_range(label: str, cell: Cell, ends: tuple[str, str]) -> Unsettled:
    """A range is no number; either of its ends may be taken for it."""
    low, high = ends
    if _DIGITS.fullmatch(low):  # 2-3亿: the unit stands behind the second
        low += _DIGITS.sub("", high)
    reason = f"{label}“{shown(cell)}”是一个区间，从 {low} 到 {high}，请填写一个确定的数，或留空。"
    why = "原文留在旁边，算作约数"
    return Unsettled(reason, [Offer(low, f"按低的 {low}", why), Offer(high, f"按高的 {high}", why)])


def remark(cell: Cell, said: Said | None, unit: str = "") -> Remark | None:
    """The whole cell as a remark; `unit` stands elsewhere and is told with it."""
    return Remark(said, f"{typed(cell)}{unit}") if said else None
