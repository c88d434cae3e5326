"""The demo county's handovers: a project given to another park with its credit divided, and a first
contact under dispute. `handovers.csv` has one line a step."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from crm import demo
from crm.actions.pipeline import first_contacts, transfers
from crm.models import Park, Project, Team, Transfer, TransferState, User

Line = dict[str, str]


def handovers(known: dict[str, Project], users: dict[str, User]) -> Iterator[tuple[date, Any]]:
    """Each step with its day and the doing of it; `known` is filled as the year is played."""
    with (demo.FOLDER / "handovers.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            verb = _VERBS[line["动作"]]
            by = users[line["经办人"]]
            yield date.fromisoformat(line["日期"]), partial(verb, known, line, by)


def _offer(known: dict[str, Project], line: Line, by: User) -> None:
    transfers.propose_transfer(
        known[line["项目名称"]],
        by=by,
        to_team=Team.objects.filter(name=line["接收科室"]).first(),
        to_park=Park.objects.filter(name=line["接收园区"]).first(),
        share=Decimal(line["接收方业绩（%）"]) / 100,
        reason=line["内容"],
    )


def _take(known: dict[str, Project], line: Line, by: User) -> None:
    offer = Transfer.objects.get(project=known[line["项目名称"]], state=TransferState.PROPOSED)
    transfers.accept_transfer(offer, by=by, officer=by, note=line["内容"])


def _contest(known: dict[str, Project], line: Line, by: User) -> None:
    first_contacts.claim(known[line["项目名称"]], by=by, reason=line["内容"])


_VERBS = {"提出流转": _offer, "接收流转": _take, "首谈争议": _contest}
