"""Our own export as somebody edits it: written, changed cell by cell, read again."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl

from crm import ledgers
from crm.ledgers import Ledger
from crm.models import User
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.export import export
from crm.spreadsheets.plan import Plan


class Exported:
    """The lists of a file: `headings`, and `lines` under them, to be changed in place."""

    def __init__(self, ledger: Ledger | str, by: User, names: tuple[str, ...] = ()) -> None:
        self.ledger = ledgers.get(ledger) if isinstance(ledger, str) else ledger
        self.by = by
        columns = [self.ledger.column(name) for name in names]
        data, _ = export(self.ledger, self.ledger.rows(by), by=by, columns=columns)
        rows = openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
        self.headings, *self.lines = [list(row) for row in rows]

    def line(self, text: str) -> list[Any]:
        """The line with this text in some cell."""
        return next(line for line in self.lines if text in line)

    def set(self, line: list[Any], heading: str, value: Any) -> None:
        line[self.headings.index(heading)] = value

    def cell(self, line: list[Any], heading: str) -> Any:
        return line[self.headings.index(heading)]

    def imported(self, *, by: User | None = None, ledger: str = "", **more: Any) -> Plan:
        data, into = self.xlsx(), ledgers.get(ledger) if ledger else self.ledger
        return import_file(data, "a.xlsx", into, by=by or self.by, **more)

    def xlsx(self) -> bytes:
        book = openpyxl.Workbook()
        for at, line in enumerate((self.headings, *self.lines), start=1):
            for place, value in enumerate(line, start=1):
                cell = book.active.cell(at, place, value)
                if isinstance(value, str):
                    cell.data_type = "s"
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def csv(self) -> bytes:
        """As Excel saves it: dates in its own manner, no apostrophes."""
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        for line in (self.headings, *self.lines):
            writer.writerow([_saved(value) for value in line])
        return out.getvalue().encode("utf-8-sig")


def _saved(value: Any) -> Any:
    return f"{value.year}/{value.month}/{value.day}" if hasattr(value, "year") else value
