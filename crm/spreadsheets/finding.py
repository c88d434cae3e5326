"""Which row of the ledger a row of a file means: by its number first, else by its natural key.

A number leads only within what the importer may see. It is a promise: one that leads nowhere is
refused, for the row would be entered a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from crm.actions import exports
from crm.errors import Refused
from crm.ledgers import Column, Ledger, Several
from crm.ledgers.base import one
from crm.ledgers.columns import Value
from crm.models import Mergeable, User
from crm.models.base import Recorded
from crm.spreadsheets.cells import Cell, plain, shown
from crm.spreadsheets.export import Cells, Written
from crm.spreadsheets.keys import KnownKeys
from crm.spreadsheets.numbers import HEADING, Number, number_of, read_number
from crm.spreadsheets.samples import name_of


@dataclass(frozen=True)
class Known:
    """The row a number leads to. is_stale: it was corrected after the file was made."""

    row: Model
    number: Number
    is_stale: bool


class Finder:
    """Finds the rows of one ledger for one importer, over one file."""

    def __init__(self, ledger: Ledger, by: User, match: Sequence[str] = ()) -> None:
        """`match`: the fields by which a row is recognised, in place of the ledger's own key;
        Refused where it keeps one of them nowhere that rows can be looked for."""
        self.ledger, self.by, self.match = ledger, by, tuple(match)
        self.mark = exports.installation_mark()
        self.keys = KnownKeys(ledger)
        self._columns = {column.name: column for column in ledger.import_columns}
        self._cells = Cells(by)
        self._times: Counter[Number] = Counter()
        self._fields = {field.name for field in ledger.model._meta.concrete_fields}
        for name in self.match:
            if name not in self._fields:
                raise Refused(
                    f"不能按{self._columns[name].label}认已有的{ledger.label}，请换一栏。",
                    "mapping_refused",
                )

    def count(self, cells: Iterable[Cell]) -> None:
        """Hears all numbers of the file beforehand: one that stands twice names no single row."""
        self._times.update(number for cell in cells if (number := read_number(cell)))

    def is_foreign(self, cell: Cell) -> bool:
        """Whether the cell holds a number that is none of this ledger in this installation."""
        return bool(plain(cell)) and not self._ours(cell)

    def _ours(self, cell: Cell) -> Number | None:
        number = read_number(cell)
        is_ours = number and (number.ledger, number.mark) == (self.ledger.label, self.mark)
        return number if is_ours else None

    def numbered(self, cell: Cell) -> Known | None:
        """The row whose number the cell holds; None where it holds none of this ledger's."""
        number = self._ours(cell)
        if number is None:
            if self.mark in plain(cell) and read_number(cell) is None:
                raise Refused(
                    f"{HEADING}“{shown(cell)}”写坏了，请照导出的表恢复，或清空这一格。", "invalid"
                )
            return None
        pk = _latest(self.ledger.model, number.pk)
        row = self.ledger.rows(self.by).filter(pk=pk).first()
        if row is None:
            raise Refused(self._why_not(number), "not_found")
        return Known(row, number, pk != number.pk)

    def _why_not(self, number: Number) -> str:
        model = self.ledger.model
        merged = (
            model.tombstones().filter(pk=number.pk).first()
            if issubclass(model, Mergeable)
            else None
        )
        if merged and self.ledger.rows(self.by).filter(pk=merged.survivor.pk).exists():
            kept = merged.survivor
            return (
                f"{HEADING}“{number.text}”已并入“{name_of(kept)}”，"
                f"请改用{HEADING} {number_of(kept, self.ledger, self.mark)}，或重新导出。"
            )
        return (
            f"按{HEADING}“{number.text}”没有找到{self.ledger.label}：可能已经作废、合并，或不归您看。"
            f"请重新导出；要按其他各栏查找或新增，请清空{HEADING}这一格。"
        )

    def written(self, known: Known, columns: Sequence[Column]) -> Written:
        """What our export writes of it now in these columns."""
        return Written(known.row, columns, self._cells)

    def refuse_unsure(self, known: Known) -> None:
        """Refuses a change of a row whose number stands in the file more than once: of a row that
        was copied, the copy is meant to be a new one."""
        times = self._times[known.number]
        if times > 1:
            raise Refused(
                f"{HEADING}“{known.number.text}”在文件里有 {times} 行，分不清改的是哪一行；"
                f"复制出来的新行请清空{HEADING}这一格。",
                "ambiguous",
            )

    def refuse_stale(self, known: Known) -> None:
        """Refuses what was typed into a table older than the latest correction."""
        if known.is_stale:
            raise Refused(
                f"导出这张表以后，这条{self.ledger.label}已经更正过，表里的内容是旧的；"
                "请重新导出，在新表上改。",
                "stale",
            )

    def refuse_other(self, known: Known, values: Mapping[str, Value]) -> None:
        """Refuses to call a row what another one is called already."""
        held = Held(self._columns, known.row)
        before = self._alike(held)
        for pk, other in self._alike(Held(self._columns, known.row, values)).items():
            if pk != known.row.pk and pk not in before:
                raise Refused(
                    f"{HEADING}指的是“{name_of(known.row)}”，内容却与台账里另一条相同："
                    f"{name_of(other)}（{HEADING} {number_of(other, self.ledger, self.mark)}）。"
                    f"请核对{HEADING}，或清空它按其他各栏查找。",
                    "ambiguous",
                )

    def _matched(self, values: Mapping[str, Value]) -> Model | None:
        """By the chosen fields; a row that lacks one of them names nobody."""
        if lacking := [name for name in self.match if values.get(name) in (None, "")]:
            labels = "、".join(self._columns[name].label for name in lacking)
            said = f"台账里已有的按{labels}认，这一行没有{labels}，请填写。"
            raise Refused(said, "ambiguous", lacking)
        rows: Any = self.ledger.rows(self.by)
        for name in self.match:
            key_of = self.ledger.find_keys.get(f"{name}_key")
            wanted = {name: values[name]} if key_of is None else {f"{name}_key": key_of(values)}
            rows = rows.filter(**wanted)
        return one(rows)

    def _alike(self, values: Mapping[str, Value]) -> dict[int, Model]:
        try:
            found = self.ledger.find(values, by=self.by)
        except Several as several:
            return {row.pk: row for row in several.rows}
        return {} if found is None else {found.pk: found}

    def is_new(self, values: Mapping[str, Value]) -> bool:
        """Whether they mean a new row for certain, told without looking for it."""
        return not self.match and self.keys.are_new(values)

    def by_key(self, values: Mapping[str, Value]) -> Model | None:
        """The row these values mean; None = a new one."""
        if self.is_new(values):
            return None
        try:
            return self._matched(values) if self.match else self.ledger.find(values, by=self.by)
        except Several as several:
            told = several.offered(
                lambda row: f"{name_of(row)} {number_of(row, self.ledger, self.mark)}"
            )
            raise Refused(
                f"台账里有几条{self.ledger.label}都像这一行，请加一栏“{HEADING}”写明是哪一条："
                f"{told}；都不是的，请补充能区分的信息。",
                "ambiguous",
            ) from several


def _latest(model: Any, pk: int) -> int:
    """The row that stands for a fact: the last of its corrections."""
    while issubclass(model, Recorded):
        newer = model._base_manager.filter(replaces=pk).values_list("pk", flat=True).first()
        if newer is None:
            break
        pk = newer
    return pk


class Held(Mapping[str, Value]):
    """What a row holds, column by column, read when it is asked for; `over` goes before it."""

    def __init__(
        self, columns: Mapping[str, Column], row: Model, over: Mapping[str, Value] | None = None
    ) -> None:
        self._columns, self._row, self._over = columns, row, over or {}

    def __getitem__(self, name: str) -> Value:
        return self._over[name] if name in self._over else self._columns[name].value(self._row)

    def __contains__(self, name: object) -> bool:
        return name in self._columns or name in self._over

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
