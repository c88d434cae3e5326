"""A table of inputs that is typed or pasted into and saved as a whole: what cannot be read stands
at its cell, what is unlikely is asked once for all of it, with one reason for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.errors import Refused


@dataclass
class Cell:
    """One input: what its column is called, what stands in the ledger as the page shows it, and
    what was typed. told: how a number with a unit of its own was taken."""

    name: str
    label: str
    seen: str
    typed: str
    error: str = ""
    told: str = ""


class Grid:
    """Bound to what was sent, or as the ledger has it; `why` is the reason that was given.

    Each of its `lines` has a label and cells. Each of its `changes` is something to be written:
    what it is `called`, why it needs a reason (`unlikely`, in words), and the `cell` at which it
    is refused.
    """

    lines: Sequence[Any]

    def __init__(self, sent: Mapping[str, str] | None) -> None:
        self.why = (sent or {}).get("why", "").strip()
        self.changes: list[Any] = []

    @property
    def unlikely(self) -> list[Any]:
        return [one for one in self.changes if one.unlikely]

    @property
    def errors(self) -> list[str]:
        return [
            f"{line.label} {cell.label}：{cell.error}"
            for line in self.lines
            for cell in line.cells
            if cell.error
        ]

    @property
    def is_settled(self) -> bool:
        """Nothing is wrong, and what is unlikely has its reason."""
        return not self.errors and (bool(self.why) or not self.unlikely)

    def outcome(self, changes: Sequence[Any], refused: Mapping[int, Refused]) -> int:
        """How many of these changes were written, which is all or none: what was refused, by its
        place, stands at its cell."""
        for at, refusal in refused.items():
            changes[at].cell.error = refusal.reason
        return 0 if refused else len(changes)
