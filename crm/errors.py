"""The one way ParkLedger says no: a reason a person can act on and a code a program can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Refused(Exception):
    """A request that must not be carried out; nothing was written.

    reason: a Chinese sentence that says what to do. code: stable, for programs (gate_unmet,
    not_allowed, stale, invalid …). fields: the fields it is about, either names or name → reason.
    details: what a door may show beside the reason (the missing items of a gate, for example).
    One handler a door turns it into a form error or an HTTP answer.
    """

    def __init__(
        self,
        reason: str,
        code: str = "invalid",
        fields: Mapping[str, str] | Sequence[str] = (),
        details: Sequence[Any] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.fields: dict[str, str] = (
            dict(fields) if isinstance(fields, Mapping) else dict.fromkeys(fields, reason)
        )
        self.details = list(details)


class Hidden(Refused):
    """An object that is missing, or that this user may not see: both answer alike (404)."""

    def __init__(self) -> None:
        super().__init__("没有这条记录，或您无权查看。", code="not_found")


class MergedAway(Hidden):
    """A row that was merged into another one, for somebody who may see that one."""

    def __init__(self, old: int, new: int) -> None:
        super().__init__()
        self.code = "merged"
        self.reason = "这条记录已合并到另一条。"
        self.old, self.new = old, new


class WithdrawnRow(Hidden):
    """A row that was withdrawn (作废), for somebody who could see it. The door that shows it reads
    who withdrew it and why."""

    def __init__(self, row: Any, ledger: Any) -> None:
        super().__init__()
        self.code = "withdrawn"
        self.reason = "这条记录已作废。"
        self.row, self.ledger = row, ledger
