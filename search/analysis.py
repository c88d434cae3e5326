"""The one text analysis, used for stored names and for what people type.

NFKC → lower case → traditional to simplified, all before anything is cut, with a map back to the
stored text so that a mark can be drawn on it. Han text becomes overlapping bigrams, which finds
any two neighbouring characters whatever a dictionary thinks; codes and numbers keep their signs.
The dictionary only cuts what is typed and guides the pronunciation.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import opencc
import rjieba

NAME_LIMIT = 500
BODY_LIMIT = 5_000
HAN = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# A run of Han, or a code: letters and digits, joined by the signs of 1+1+6, 10.66 and B2-301.
RUNS = re.compile(rf"(?P<han>[{HAN}]+)|[^\W_{HAN}]+(?:[-+./&#][^\W_{HAN}]+)*")
# What is no part of a name. Han stand beside \w: Python does not know the newest of them.
SIGN = re.compile(rf"_|[^\w{HAN}]")
CODE_PARTS = re.compile(r"[-+./&#]")
# Control characters and lone surrogates can neither be stored nor encoded everywhere.
UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
START, END = "_s", "_e"
_HERE = Path(__file__).parent
_to_simplified = opencc.OpenCC("t2s").convert


def _lines(name: str) -> list[str]:
    lines = (_HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


_WORD_LINES = _lines("words.txt")
WORDS = tuple(line.rstrip("~") for line in _WORD_LINES)
# Words on so many rows that they say little: 有限公司, 项目.
COMMON = frozenset(line.rstrip("~") for line in _WORD_LINES if line.endswith("~"))
SYNONYMS = tuple(tuple(line.split()) for line in _lines("synonyms.txt"))
# Stored on every row; a row with another version is stale and search_verify finds it.
ANALYSIS_VERSION = (
    "1-" + hashlib.blake2b("\n".join(_WORD_LINES).encode(), digest_size=3).hexdigest()
)


@dataclass(frozen=True, slots=True)
class Normal:
    """Normalised text; `spans[i]` is the stored range of its character i (None: i itself)."""

    text: str
    spans: tuple[tuple[int, int], ...] | None = None

    def stored(self, start: int, end: int) -> tuple[int, int]:
        """The range of the stored text that characters start..end of the normalised text cover."""
        if self.spans is None or start >= end:
            return start, end
        return self.spans[start][0], self.spans[end - 1][1]


@dataclass(frozen=True, slots=True)
class Run:
    text: str
    start: int
    is_han: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def clean(text: str) -> str:
    """The same text, character for character, without what no engine can store."""
    return UNSAFE.sub(" ", text)


def normalise(text: str) -> Normal:
    return _normalised_name(text) if len(text) <= NAME_LIMIT else _normalised(text)


class _Fold(dict[str, str]):
    """A character as it is compared; "" for a mark that belongs to the character before it."""

    def __missing__(self, char: str) -> str:
        folded = unicodedata.normalize("NFKC", char).lower()
        self[char] = "" if unicodedata.combining(char) else folded
        return self[char]


_fold = _Fold()


def _normalised(text: str) -> Normal:
    text = clean(text)
    parts = [_fold[char] for char in text]
    folded = "".join(parts)
    if len(folded) == len(text) and all(parts):
        return Normal(_simplify(folded))
    parts = []
    spans: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = start + 1
        # A base character and its marks are one: é may be stored as two characters.
        while end < len(text) and end - start < 16 and unicodedata.combining(text[end]):
            end += 1
        part = unicodedata.normalize("NFKC", text[start:end]).lower()
        parts.append(part)
        spans.extend([(start, end)] * len(part))
        start = end
    return Normal(_simplify("".join(parts)), tuple(spans))


# Names come back with every search that finds them; long texts are not worth keeping.
_normalised_name = lru_cache(maxsize=16_384)(_normalised)


def _simplify(text: str) -> str:
    if text.isascii():
        return text
    simplified = _to_simplified(text)
    if len(simplified) == len(text):
        return simplified
    return "".join(one if len(one := _to_simplified(char)) == 1 else char for char in text)


def runs(text: str) -> list[Run]:
    """The words of a normalised text in order: runs of Han and codes; everything else separates."""
    return [Run(m.group(), m.start(), m["han"] is not None) for m in RUNS.finditer(text)]


def run_tokens(run: Run) -> list[str]:
    """Bigrams of a Han run, its last character alone at the end; a code whole, then its parts."""
    if run.is_han:
        text = run.text
        return [text[i : i + 2] for i in range(len(text))]
    code = run.text[:64]
    parts = CODE_PARTS.split(code)
    return [code, *(part for part in parts if len(part) > 1)] if len(parts) > 1 else [code]


@lru_cache(maxsize=16_384)
def squeezed(text: str) -> tuple[str, Sequence[int]]:
    """A normalised text without brackets, spaces and signs, and where its characters stood."""
    if text.isalnum():
        return text, range(len(text))
    places = tuple(i for i, char in enumerate(text) if not SIGN.match(char))
    return "".join(text[i] for i in places), places


def tokens(text: str) -> list[str]:
    return [token for run in runs(text) for token in run_tokens(run)]


def name_tokens(text: str) -> list[str]:
    """A name's tokens between a start and an end mark: "begins with" and "is" are phrases too.

    A name with brackets or spaces in it is there a second time without them.
    """
    plain = squeezed(text)[0]
    own = [START, *tokens(text), END]
    return own if plain == text else [*own, START, *tokens(plain), END]


class Cutter:
    """Cuts Han text into words by the stock dictionary and ours; HMM would glue wrong ones."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._jieba = rjieba.Jieba()
        for word in (*WORDS, *words):
            self._jieba.add_word(word, None, None)

    def cut(self, text: str) -> list[str]:
        return self._jieba.cut(text, False)

    def learn(self, words: Iterable[str]) -> None:
        for word in words:
            if not self._jieba.has_word(word):
                self._jieba.add_word(word, None, None)


@lru_cache(maxsize=1)
def cutter() -> Cutter:
    """Loaded at first use: reading the dictionary takes a tenth of a second."""
    return Cutter()


SUFFIXES = "省市县区镇乡村"
_FILLERS = frozenset("的和与及或在于是了等省市县区镇乡")


def pieces(han: str) -> list[str]:
    """What a typed run of Han is made of: words, and the rests between them.

    A county typed without 县 finds the one stored with it and the other way round, so 南部县 and
    南部 are the same piece. Characters that the dictionary leaves alone (佳 禧) stay together.
    """
    found: list[str] = []
    rest = ""
    for word in [*cutter().cut(han), ""]:
        if len(word) == 1 and word not in _FILLERS:
            rest += word
            continue
        if rest:
            found.append(rest)
            rest = ""
        if len(word) > 2 and word[-1] in SUFFIXES:
            word = word[:-1]
        if len(word) > 1:
            found.append(word)
    return found or [han]
