"""编号: the number by which a row of our own export is known again, whatever else was changed.

项目-12-kbxqmrtd is row 12 of 项目 in the installation of that mark. All three stand in one cell, so
that none is lost when rows are copied from file to file; the row's number does not stand at an end,
where a spreadsheet that fills a column downwards would count it on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Model

from crm.ledgers.base import Ledger
from crm.spreadsheets.cells import Cell, fold, plain
from crm.spreadsheets.headings import Heading
from crm.spreadsheets.reader import Row

HEADING = "编号"
_SHAPE = re.compile(r"([^\s-]+)-([0-9]{1,18})-([a-z]{8})")


@dataclass(frozen=True)
class Number:
    """A row of a ledger (by its label) in an installation (by its mark)."""

    ledger: str
    pk: int
    mark: str

    @property
    def text(self) -> str:
        return f"{self.ledger}-{self.pk}-{self.mark}"


def number_of(row: Model, ledger: Ledger, mark: str) -> str:
    return Number(ledger.label, row.pk, mark).text


def read_number(cell: Cell) -> Number | None:
    """The number a cell holds; None for a blank one and for other people's numbering."""
    match = _SHAPE.fullmatch(plain(cell)) if isinstance(cell, str) else None
    return Number(match[1], int(match[2]), match[3]) if match else None


def numbers_in(headings: Iterable[Heading], rows: Iterable[Row]) -> int | None:
    """Which column holds numbers of this kind, if one of these rows has one."""
    places = [h.index for h in headings if h.field is None and fold(h.text) == HEADING]
    cells = ((at, row.cells[at]) for row in rows for at in places if at < len(row.cells))
    return next((at for at, cell in cells if read_number(cell)), None)
