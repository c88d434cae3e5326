"""What a row of a table says, as its reader hands it on to the importer."""

from __future__ import annotations

from dataclasses import dataclass, field

from crm.ledgers import Column
from crm.ledgers.columns import Value
from crm.models import Said
from crm.spreadsheets.cells import Cell, Remark, Unreadable
from crm.spreadsheets.stage_words import Standing

RowValues = dict[str, Value]


@dataclass(frozen=True)
class Unread:
    """A cell that gave no value, or none that says all of it: its text is kept with the row."""

    column: Column
    heading: str
    text: str
    said: Said
    reason: str = ""


@dataclass
class Reading:
    """What a row says. problems: (heading, reason) of cells that refuse the row. unread: cells that
    do not. remarks: by field, what a cell said beyond the value that was read from it. known:
    (heading, word, what it means) of words that were understood. asked: (heading, column, cell,
    error) of words nobody has answered. cleared: headings of cells that were emptied since our
    export wrote them."""

    values: RowValues = field(default_factory=dict)
    remarks: dict[str, Remark] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    asked: list[tuple[str, Column, Cell, Unreadable]] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    standing: Standing | None = None
    known: list[tuple[str, str, str]] = field(default_factory=list)
