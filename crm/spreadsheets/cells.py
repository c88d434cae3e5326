"""What one cell of a spreadsheet may hold, and the words all its readers share.

A cell is a number, a date, a yes/no or text as the file keeps it; nothing is interpreted yet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeGuard

from crm.models import Said

Cell = str | int | float | bool | Decimal | date | datetime | time | None

COORDINATES = ("latitude", "longitude")  # a map gives more places than a ledger keeps
# What people write into a cell they cannot fill in: unknown, never zero.
_UNKNOWN = """- -- --- — —— ― – _ / // \\ 无 暂无 待定 待补 待补充 待确认 待明确 待核实
未知 不详 未定 空 n/a na null none"""
UNKNOWN_WORDS = frozenset(_UNKNOWN.split())
_BRACKETS = str.maketrans("【】〔〕〈〉《》“”‘’「」『』", '()()()()""\'\'""""')
_SPACE = re.compile(r"\s+")
_OUTER = " \t\r\n\v\f\u3000\u00a0"
_SHOWN = 40


class Unreadable(ValueError):
    """A cell that cannot be read for sure; `reason` quotes it and says what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Offer:
    """What a cell may have meant. value: what it might have said instead. why: for who decides."""

    value: str
    label: str
    why: str = ""


class Unsettled(Unreadable):
    """A cell that a person can settle: `offers` are what it may mean, the likeliest first."""

    def __init__(self, reason: str, offers: Iterable[Offer] = ()) -> None:
        super().__init__(reason)
        self.offers = tuple(offers)


class UnknownWords(Unreadable):
    """A list some of whose words are unknown; each is asked by itself: (word, why)."""

    def __init__(self, words: list[tuple[str, Unreadable]]) -> None:
        super().__init__("".join(error.reason for _, error in words))
        self.words = words


class Broken(str):
    """The text of a cell that the spreadsheet itself could not compute (#N/A, no cached value)."""

    reason: str

    def __new__(cls, reason: str) -> Broken:
        made = super().__new__(cls, reason)
        made.reason = reason
        return made


@dataclass(frozen=True)
class Remark:
    """A number that counts as written, but whose cell said more than the number does: `text` is
    the whole cell, to be kept with the row and shown beside its value."""

    said: Said
    text: str


def typed(cell: Cell) -> str:
    """A whole cell as somebody typed it, printable."""
    text = number_text(cell) if isinstance(cell, float) else str("" if cell is None else cell)
    if isinstance(cell, datetime) and cell.time() == time():
        text = cell.date().isoformat()
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def shown(cell: Cell) -> str:
    """A cell as a refusal quotes it: printable and short."""
    text = typed(cell)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def plain(cell: Cell) -> str:
    """Text for comparison only: half-width, one kind of bracket, no outer space."""
    text = "" if cell is None else number_text(cell) if is_number(cell) else str(cell)
    return unicodedata.normalize("NFKC", text).translate(_BRACKETS).strip()


def fold(cell: Cell) -> str:
    """Two names that fold alike are the same name: width, brackets, spaces and case aside."""
    return _SPACE.sub("", plain(cell)).casefold()


def is_number(cell: Cell) -> TypeGuard[int | float | Decimal]:
    return isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool)


def is_blank(cell: Cell) -> bool:
    return cell is None or (
        isinstance(cell, str) and not isinstance(cell, Broken) and not cell.strip(_OUTER + "\ufeff")
    )


def is_unknown(cell: Cell) -> bool:
    """Blank, or a word that says the value is not known."""
    return is_blank(cell) or (isinstance(cell, str) and plain(cell).lower() in UNKNOWN_WORDS)


def decimal_of(number: int | float | Decimal) -> Decimal:
    """The number somebody typed: Excel keeps 15 digits, so 0.1+0.2 is 0.3 here too."""
    return Decimal(f"{number:.15g}") if isinstance(number, float) else Decimal(number)


def number_text(number: int | float | Decimal) -> str:
    """A number as its cell shows it without a format: 123, not 123.0."""
    value = decimal_of(number)
    if not value.is_finite() or abs(value.adjusted()) > 30:
        return str(number)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def checked(cell: Cell) -> Cell:
    """The cell, unless the spreadsheet could not compute it."""
    if isinstance(cell, Broken):
        raise Unreadable(cell.reason)
    return cell
