"""What an import would do, and did: each data row is one of new, changed, same, duplicate, refused.

A dry run carries the rows out and takes everything back, so it promises exactly what happens.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crm.errors import Refused
from crm.ledgers import Column, Ledger
from crm.models import ImportBatch
from crm.spreadsheets.cells import fold
from crm.spreadsheets.headings import letter_of
from crm.spreadsheets.headless import without_headings
from crm.spreadsheets.mapping import DATA, Mapping
from crm.spreadsheets.match import Table, tables_on
from crm.spreadsheets.numbers import HEADING
from crm.spreadsheets.questions import Questions
from crm.spreadsheets.reader import Row, Sheet
from crm.spreadsheets.sheet_choice import fitting


@dataclass(frozen=True)
class Refusal:
    """Why a row was not taken: the heading it is about, None for the row as a whole."""

    sheet: str
    row: int
    column: str | None
    reason: str


@dataclass(frozen=True)
class ToCheck:
    """A cell of a taken row that gave no value; its text is kept with the row (待核)."""

    sheet: str
    row: int
    column: str
    text: str
    reason: str


SAMPLES = 20
MANY_ALIKE = 10  # rows of which it is remarkable that a column says the same in all


@dataclass(frozen=True)
class Sample:
    """One of the first rows of its outcome, for the page: facts are (label, before, after)."""

    sheet: str
    row: int
    name: str
    facts: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Plan:
    """The outcome of a file.

    conflicts: duplicates that say something else than the row they repeat. ignored: rows that are
    no data rows (totals, captions, notes). batch: what can be reverted, None when nothing was
    written. samples: the first rows of each outcome but the refused ones, which are all kept.
    kept_texts: how many texts were kept beside rows, unchanged ones too. entered: rows of the
    ledger that the new ones became, more than these where phases were parted.
    known: heading → (word, what it means) with the number of rows, of words understood.
    questions: the words nobody has answered. to_check: cells of taken rows that gave no value.
    foreign_numbers: rows with a number of another ledger or installation, which did not count.
    cleared: heading → rows of our own export in which that cell was emptied.
    """

    ledger: Ledger
    tables: list[Table] = field(default_factory=list)
    new: int = 0
    entered: int = 0
    changed: int = 0
    same: int = 0
    duplicate: int = 0
    refused: list[Refusal] = field(default_factory=list)
    conflicts: list[Refusal] = field(default_factory=list)
    questions: Questions = field(default_factory=Questions)
    known: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    to_check: list[ToCheck] = field(default_factory=list)
    kept_texts: int = 0
    batch: ImportBatch | None = None
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    foreign_numbers: int = 0
    cleared: dict[str, list[int]] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        return self.new + self.changed

    @property
    def writes(self) -> bool:
        return bool(self.accepted or self.kept_texts)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": self.new,
            "changed": self.changed,
            "same": self.same,
            "duplicate": self.duplicate,
            "refused": len(self.refused),
        }

    @property
    def columns(self) -> dict[str, str | None]:
        """Heading → field; None = not imported. Of several sheets the fitting one counts."""
        found: dict[str, str | None] = {}
        for table in self.tables:
            for heading in table.headings:
                found[heading.text] = found.get(heading.text) or heading.field
        return found

    @property
    def meanings(self) -> dict[str, str]:
        """Heading → what became of the column, in words; "" = not imported."""
        fields, said = self.columns, dict[str, str]()
        for table in self.tables:
            for heading in table.headings:
                name = fields[heading.text]
                words = self.ledger.column(name).label if name else table.aside(heading)
                said[heading.text] = said.get(heading.text) or words
        return {text: words or read_only(self.ledger, text) for text, words in said.items()}

    @property
    def notes(self) -> list[str]:
        """What the importer should know although no row was refused for it."""
        told = [
            f"工作表“{name}”没有读：{why}。要读它，请指定这个工作表。"
            for table in self.tables
            for name, why in table.instead_of
        ]
        if self.foreign_numbers:
            told.append(
                f"有 {self.foreign_numbers} 行的{HEADING}不是本台账的（来自另一套系统或别的台账），"
                "没有用，这些行按其他各栏查找。"
            )
        for heading, said in self._alike():
            told.append(f"“{heading}”一栏{said}，请核对这一栏对得对不对。")
        for heading, rows in self.cleared.items():
            shown = "、".join(map(str, rows[:SAMPLES])) + ("等" if len(rows) > SAMPLES else "")
            told.append(
                f"“{heading}”有 {len(rows)} 格清空了（第 {shown} 行）：空格不清掉台账里已有的内容，"
                "要清空请在页面上改。"
            )
        return told

    def _alike(self) -> Iterator[tuple[str, str]]:
        """Columns that say nothing, or the same in each of many rows."""
        for table in self.tables:
            if len(table.rows) < MANY_ALIKE:
                continue
            for heading in table.headings:
                if heading.field is None:
                    continue
                cells = {
                    fold(row.cells[heading.index]) if heading.index < len(row.cells) else ""
                    for row in table.rows
                }
                if cells == {""}:
                    yield heading.text, "全是空的"
                elif len(cells) == 1:
                    yield heading.text, "每一行都一样"

    @property
    def ignored(self) -> list[tuple[str, int, str]]:
        return [(t.sheet.name, number, reason) for t in self.tables for number, reason in t.ignored]

    def returned(self) -> list[tuple[Table, Row, str]]:
        """The rows that come back in the error file, with the reason."""
        reasons = {(r.sheet, r.row): r.reason for r in [*self.conflicts, *self.refused]}
        return [
            (table, row, reasons[table.sheet.name, row.number])
            for table in self.tables
            for row in table.rows
            if (table.sheet.name, row.number) in reasons
        ]

    def as_json(self) -> dict[str, Any]:
        """The answer of `import_ledger --format json`; `sheet` only where there are several,
        `notes` where there are any."""
        several = len({table.sheet.name for table in self.tables}) > 1
        refused = [
            {
                **({"sheet": refusal.sheet} if several else {}),
                "row": refusal.row,
                "column": refusal.column,
                "reason": refusal.reason,
            }
            for refusal in self.refused
        ]
        notes = {"notes": self.notes} if self.notes else {}
        return {
            "columns": self.columns,
            **self.counts,
            "refused": refused,
            "questions": [question.as_json() for question in self.questions.all()],
            "to_check": [
                {name: value for name, value in vars(one).items() if several or name != "sheet"}
                for one in self.to_check
            ],
            **notes,
        }


def needed_columns(ledger: Ledger) -> list[Column]:
    """The columns without which a row of a file cannot be recognised."""
    required = [one for one in ledger.import_columns if one.required and one.made is None]
    keys = [column for column in required if column.name in ledger.natural_key]
    return keys or required[:1] or list(ledger.import_columns[:1])


def read_only(ledger: Ledger, heading: str) -> str:
    """Words for a column of our own export that no file changes (在本阶段, 经办人), else ""."""
    shown = {fold(text) for c in ledger.columns if not c.in_import for text in (c.heading, c.label)}
    return "只读" if fold(heading) in shown else ""


def find_tables(
    sheets: list[Sheet],
    ledger: Ledger,
    mapping: Mapping,
    sheet_name: str | None = None,
    *,
    is_asking: bool = False,
) -> list[Table]:
    """The tables of the sheet asked for, else of every visible sheet whose headings match and that
    no other makes look like something else. A table without headings is given to who can ask what
    its columns are (`is_asking`); else the mapping has to say it. Raises Refused."""
    if sheet_name is not None:
        chosen = [sheet for sheet in sheets if sheet.name == sheet_name]
        if not chosen:
            offered = "、".join(sheet.name for sheet in sheets if sheet.name) or "（只有一个）"
            raise _refused(f"没有名为“{sheet_name}”的工作表，文件里有：{offered}。")
    else:
        chosen = [sheet for sheet in sheets if not sheet.hidden]
    needed = [one for one in needed_columns(ledger) if one.name not in mapping.constants]
    names = [column.name for column in needed]
    columns = ledger.import_columns
    with_headings = () if mapping.first_row == DATA else chosen
    tables = [t for sheet in with_headings for t in tables_on(sheet, columns, names, mapping)]
    if sheet_name is None:
        tables = fitting(tables, columns, names, mapping)
    if not tables:
        tables = [_bare_table(chosen, ledger, needed, mapping, is_asking=is_asking)]
    for name in mapping.group_by:
        if not all(name in table.fields for table in tables):
            raise _refused(f"group_by 的字段“{name}”在表头里没有对应的列。")
    return tables


def _bare_table(
    sheets: list[Sheet],
    ledger: Ledger,
    needed: list[Column],
    mapping: Mapping,
    *,
    is_asking: bool,
) -> Table:
    names = {column.name for column in needed}
    table = without_headings(sheets, ledger.import_columns, names, mapping)
    if table is None:
        labels = "、".join(f"“{column.label}”" for column in needed)
        raise _refused(
            f"没有找到表头：{ledger.label}台账的表头至少要有{labels}，或在对表头时指明。"
        )
    if not is_asking and not names <= table.fields.keys():
        columns = {"columns": {f"{letter_of(i)}列": c.name for i, c in enumerate(needed)}}
        raise _refused(
            f"没有表头，用映射写明各列，例如 {json.dumps(columns, ensure_ascii=False)}。"
        )
    return table


def _refused(reason: str) -> Refused:
    return Refused(reason, code="file_refused")
