"""What a row of a table says, as its reader hands it on to the importer."""

from __future__ import annotations

from dataclasses import dataclass, field

from crm.ledgers import Column
from crm.ledgers.columns import Value
from crm.models import Said
from crm.spreadsheets.cells import Cell, Remark, Unreadable
from crm.spreadsheets.stage_words import Phase, Standing

RowValues = dict[str, Value]


@dataclass(frozen=True)
class Unread:
    """A cell that gave no value, or none that says all of it: its text is kept with the row."""

    column: Column
    heading: str
    text: str
    said: Said
    reason: str = ""


@dataclass(frozen=True)
class Query:
    """A word under a heading that nobody has answered; "" asks about the column as a whole.
    refuses: its row is not taken without an answer."""

    heading: str
    column: Column
    word: Cell
    error: Unreadable
    refuses: bool


@dataclass
class Reading:
    """What a row says. problems: (heading, reason) of cells that refuse the row. unread: cells that
    do not. remarks: by field, what a cell said beyond the value that was read from it. known:
    (heading, word, what it means) of words that were understood. cleared: headings of cells
    that were emptied since our export wrote them. parts: what is entered in place of `values` where
    each phase of a project is one of its own."""

    values: RowValues = field(default_factory=dict)
    remarks: dict[str, Remark] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    asked: list[Query] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    standing: Standing | None = None
    phases: list[Phase] = field(default_factory=list)
    parts: list[RowValues] = field(default_factory=list)
    known: list[tuple[str, str, str]] = field(default_factory=list)
