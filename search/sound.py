"""How names sound: full pinyin (feishangdianchi), initials (fsdc), wrong characters of one sound.

Pronounced word by word, so 重庆 is chongqing and 银行 yinhang. The sounds are a stream of their own
beside the characters, never in their place: 景点 and 经典 stay different names.
"""

from functools import lru_cache
from pathlib import Path

from pypinyin import lazy_pinyin

from search import analysis

SYLLABLES = frozenset((Path(__file__).parent / "syllables.txt").read_text().split())
LONGEST = max(map(len, SYLLABLES))
INITIALS_LIMIT = 24
STARTS_LIMIT = 12
SPLITS_LIMIT = 6


@lru_cache(maxsize=65_536)
def _word_sounds(word: str) -> tuple[str, ...]:
    """One syllable a character, "" where there is none."""
    # What has no sound stays as it is, many characters as one; then each is asked alone.
    sounds = lazy_pinyin(word)
    if len(sounds) != len(word):
        sounds = [lazy_pinyin(char)[0] for char in word]
    return tuple(sound if sound.isascii() and sound.isalpha() else "" for sound in sounds)


@lru_cache(maxsize=16_384)
def spoken(text: str) -> tuple[tuple[int, str, bool], ...]:
    """The sounds of a normalised name: (character, syllable, starts a word); codes keep letters."""
    out: list[tuple[int, str, bool]] = []
    for run in analysis.runs(text):
        if not run.is_han:
            out.extend(
                (run.start + i, char, i == 0) for i, char in enumerate(run.text) if char.isalnum()
            )
            continue
        at = run.start
        for word in analysis.cutter().cut(run.text):
            for i, sound in enumerate(_word_sounds(word)):
                if sound:
                    out.append((at + i, sound, i == 0))
            at += len(word)
    return tuple(out)


@lru_cache(maxsize=16_384)
def syllables(text: str) -> tuple[tuple[int, str], ...]:
    """(character, syllable) of the Han characters of a normalised text."""
    return tuple((at, sound) for at, sound, _ in spoken(text) if not text[at].isascii())


@lru_cache(maxsize=16_384)
def line(text: str) -> str:
    """The syllables in one string, to look for some of them: " fei shang "."""
    return " ".join(["", *(sound for _, sound in syllables(text)), ""])


def pairs(sounds: list[str]) -> list[str]:
    """Neighbouring syllables, the last one alone at the end, as bigrams are."""
    return [f"{a}_{b}" for a, b in zip(sounds, [*sounds[1:], ""], strict=False)]


def sound_tokens(text: str) -> list[str]:
    return pairs([sound for _, sound in syllables(text)])


def initials(text: str) -> str:
    return "".join(sound[0] for _, sound, _ in spoken(text))


def initials_tokens(text: str) -> list[str]:
    """The initials from the start of the name and from the start of each word in it."""
    letters = initials(text)
    starts = [i for i, (_, _, starts_word) in enumerate(spoken(text)) if starts_word]
    found = [letters[i : i + INITIALS_LIMIT] for i in starts[:STARTS_LIMIT]]
    return [word for word in dict.fromkeys(found) if len(word) > 1]


@lru_cache(maxsize=4_096)
def splits(letters: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """Ways to read letters as syllables, and whether the last one is unfinished (feishangd).

    Bounded: at most a few readings, fewest syllables first (xian before xi an).
    """
    if not (2 <= len(letters) <= 48) or not letters.isascii() or not letters.isalpha():
        return ()
    # readings[i]: how letters[:i] can be read.
    readings: list[list[tuple[str, ...]]] = [[] for _ in range(len(letters) + 1)]
    readings[0].append(())
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - LONGEST), end):
            if readings[start] and letters[start:end] in SYLLABLES:
                readings[end] += [(*way, letters[start:end]) for way in readings[start]]
        readings[end] = sorted(readings[end], key=len)[:SPLITS_LIMIT]
    found = [(way, False) for way in readings[-1]]
    for start in range(max(1, len(letters) - LONGEST), len(letters)):
        tail = letters[start:]
        if any(syllable.startswith(tail) for syllable in SYLLABLES):
            found += [((*way, tail), True) for way in readings[start][:2]]
    return tuple(dict.fromkeys(found))[: 2 * SPLITS_LIMIT]
