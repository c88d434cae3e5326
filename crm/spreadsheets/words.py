"""取值对照: what the words of a file mean, settled once a word.

An answer is what the cell might have said instead; None leaves the cell empty and keeps its word;
{"refuse": true} sends the rows back; {"new": …} enters the word into the ledger the column refers
to; {"stage", "status", "plan"} says where a project stands. Under WHOLE stands the answer for a
whole column: the currency of its amounts, or 计划 for dates that have not come. The file's own
mapping goes first, then what the office settled for earlier files; what is built in is known to the
parsers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from crm.errors import Refused
from crm.ledgers import Column, Kind, Ledger
from crm.models import User
from crm.models.system.words import WordMeaning
from crm.spreadsheets.cells import Cell, fold, is_blank, shown
from crm.spreadsheets.stage_words import Standing
from crm.stages import Stage, Status

# The columns whose words are asked once a word; a status is one of the words of where it stands.
ASKED = (Kind.CHOICE, Kind.REFERENCE, Kind.REFERENCES, Kind.STAGE, Kind.BOOLEAN)
REFUSE, NEW = "refuse", "new"
WHOLE = ""  # in place of a word: a question of the whole column
PLANNED = "计划"  # the answer that the dates of a column have not come
_STANDING = {"stage", "status", "plan"}

Answer = Any  # str, None, or one of the objects above


@dataclass(frozen=True)
class Meaning:
    """What to read in place of a word: `cell`; or that the rows are refused; or that the cell stays
    empty and the word is kept."""

    cell: Cell = None
    refuses: bool = False
    is_empty: bool = False


class Words:
    """The answers that hold for one file of one importer."""

    def __init__(
        self, ledger: Ledger, values: Mapping[str, Mapping[str, Answer]], by: User | None
    ) -> None:
        self._answers: dict[tuple[str, str], Answer] = dict(_of_office(ledger, by)) if by else {}
        for field, words in values.items():
            self._answers |= {(field, fold(word)): answer for word, answer in words.items()}
        self._fields = {field for field, _ in self._answers}

    def meaning(self, column: Column, cell: Cell) -> Meaning | None:
        """None where nobody has said anything about the word."""
        if column.name not in self._fields or is_blank(cell):
            return None
        return self._meaning((column.name, fold(cell)), cell)

    def of_column(self, column: Column) -> Meaning | None:
        """What was answered for a column as a whole: the currency of its amounts, or that its dates
        are plans."""
        return self._meaning((column.name, WHOLE), None)

    def _meaning(self, key: tuple[str, str], cell: Cell) -> Meaning | None:
        if key not in self._answers:
            return None
        answer = self._answers[key]
        if answer is None:
            return Meaning(is_empty=True)
        if isinstance(answer, dict):
            if answer.get(REFUSE):
                return Meaning(refuses=True)
            if NEW in answer:
                return Meaning(_named(answer[NEW], cell))
            return Meaning(standing_of(answer).text)
        return Meaning(answer)

    def new_entries(self, columns: Collection[Column]) -> dict[tuple[str, str], dict[str, Any]]:
        """(ledger referred to, name) → what else is known of the entry to be made."""
        by_name = {column.name: column for column in columns}
        found = {}
        for (field, _), answer in self._answers.items():
            column = by_name.get(field)
            if column is not None and isinstance(answer, dict) and NEW in answer:
                given = answer[NEW] if isinstance(answer[NEW], dict) else {"name": answer[NEW]}
                found[column.reference, str(given.get("name", ""))] = dict(given)
        return found


def _of_office(ledger: Ledger, by: User) -> Iterator[tuple[tuple[str, str], Answer]]:
    """What the county's words mean, then those of the own team, which go before."""
    ours = Q(team=None) | (Q(team=by.team_id) if by.team_id else Q(pk__in=[]))
    kept = WordMeaning.objects.filter(ours, ledger=ledger.key)
    for one in sorted(kept, key=lambda one: one.team_id is not None):
        yield (one.field, one.word), one.answer


def _named(new: Any, cell: Cell) -> str:
    name = new.get("name") if isinstance(new, dict) else new
    return str(name) if isinstance(name, str) and name else shown(cell)


def standing_of(answer: Mapping[str, Any]) -> Standing:
    """{"stage": "signed", "status": "stalled", "plan": "planned_start"}; each part may be left
    out."""
    stage, status = answer.get("stage"), answer.get("status")
    return Standing(
        Stage(stage) if stage else None,
        Status(status) if status else None,
        str(answer.get("plan") or ""),
    )


def checked_values(given: Any, columns: Mapping[str, Column]) -> dict[str, dict[str, Answer]]:
    """The `values` of a mapping; Refused with the word that cannot be meant so."""
    if not isinstance(given, dict) or not all(isinstance(words, dict) for words in given.values()):
        raise _refused("映射里 values 应为对象：{字段: {词: 意思}}。")
    for field, words in given.items():
        if field not in columns:
            raise _refused(f"映射 values 里的字段“{field}”在台账中不存在。")
        for word, answer in words.items():
            if problem := _problem(word, answer, columns[field]):
                raise _refused(f"映射 values 里“{shown(field)}”的“{shown(word)}”：{problem}")
    return {field: dict(words) for field, words in given.items()}


def _problem(word: str, answer: Answer, column: Column) -> str:
    if column.stage is not None and word == WHOLE and isinstance(answer, str):
        return "" if answer == PLANNED else f"整栏的日期只能是“{PLANNED}”、null 或退回。"
    if answer is None or isinstance(answer, (str, bool, int)):
        return ""
    if not isinstance(answer, dict):
        return "只能是一个词、null 或一个对象。"
    if set(answer) == {REFUSE}:
        return ""
    if set(answer) == {NEW}:
        return "" if column.reference else "这一栏不能新增条目。"
    if column.kind is Kind.STAGE and answer and set(answer) <= _STANDING:
        try:
            standing_of(answer)
        except ValueError as error:
            return f"不认识的阶段或状态（{error}）。"
        return ""
    return '对象只能是 {"new": …}、{"refuse": true}，阶段还可以写 stage、status、plan。'


def _refused(reason: str) -> Refused:
    return Refused(reason, code="mapping_refused")
