"""The demo county's year, played through the verbs: each step on its own day, by its own actor.

`leads.csv` are the projects registered in the year, `enquiries.csv` what came in from the public
site, `history.csv` everything that happened to a project. 登记日期 says when the ledger learnt of a
step, where that was not the same day.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import TextChoices

from crm import clock, demo, ledgers
from crm.actions import imports
from crm.actions.demo import (
    collections,
    confirmations,
    evaluations,
    facts,
    handovers,
    months,
)
from crm.actions.pipeline import agreements, enquiries, followups, projects
from crm.actions.questions import LOOKED_FOR
from crm.dates import When
from crm.exact import WAN
from crm.models import (
    Activity,
    Agreement,
    AgreementKind,
    Enquiry,
    FollowUpKind,
    Park,
    Project,
    StageMove,
    User,
)
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.plan import find_tables
from crm.spreadsheets.reader import read
from crm.spreadsheets.row_values import References, RowReader
from crm.spreadsheets.words import Words
from crm.stages import Stage

Line = dict[str, str]


@dataclass(frozen=True)
class Step:
    """Something that reached the ledger on `day`."""

    day: date
    play: Callable[[], None]


def play(known: dict[str, Project], *, by: User) -> None:
    """Plays the year in the order in which the ledger learnt of it, as one demo batch.

    known: the projects by name; the year's new ones are added. by: who opens the batch.
    """
    users = {user.username: user for user in User.objects.filter(username__in=demo.USERNAMES)}
    # What happens on a project comes after what was known of it that day.
    entered = [Step(day, enter) for day, enter in facts.facts(by)]
    said = [Step(day, say) for day, say in confirmations.words(known, users)]
    asked = [Step(day, ask) for day, ask in collections.steps(by)]
    handed = [Step(day, hand) for day, hand in handovers.handovers(known, users)]
    ruled = [Step(day, rule) for day, rule in months.rulings(users)]
    graded = [Step(day, grade) for day, grade in evaluations.steps(by)]
    steps = [
        *_leads(known, by), *entered, *_enquiries(users), *_events(known, users), *said, *handed,
        *ruled, *asked, *graded,
    ]  # fmt: skip
    batch = imports.open_batch("projects", by=by, file_name="history.csv", is_demo=True)
    with imports.under(batch):
        for step in sorted(steps, key=lambda step: step.day):
            with clock.playing(step.day):
                step.play()
    imports.close_batch(batch, {"new": len(imports.created_in([batch])[Project])})


def _lines(name: str) -> Iterator[Line]:
    with (demo.FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _choice(choices: type[TextChoices], label: str) -> str:
    return str(next(value for value, known in choices.choices if known == label))


def _yuan(wan: str) -> Decimal | None:
    return Decimal(wan) * WAN if wan else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _leads(known: dict[str, Project], by: User) -> Iterator[Step]:
    """New projects, read as the importer reads a project ledger, registered by their officer."""
    ledger = ledgers.get("projects")
    for table in find_tables(read(demo.FOLDER / "leads.csv", "leads.csv"), ledger, Mapping()):
        reader = RowReader(
            ledger, table, Mapping(), References(by, ledger.key), Words(ledger, {}, by)
        )
        for row in table.rows:
            reading = reader.read(row)
            if wrong := [*reading.problems, *reading.unread]:
                raise ValueError(f"leads.csv, line {row.number}: {wrong}")
            lead = reading.values.pop("entered_lead")
            assert isinstance(lead, When)
            yield Step(lead.start, partial(_register, known, reading.values, by))


def _register(known: dict[str, Project], values: dict[str, Any], by: User) -> None:
    officer = values.get("officer")
    known[values["name"]] = projects.register(values, by=officer or by, anyway=LOOKED_FOR)


def _enquiries(users: dict[str, User]) -> Iterator[Step]:
    received: dict[int, Enquiry] = {}  # by their place in the file
    for number, line in enumerate(_lines("enquiries.csv")):
        yield Step(date.fromisoformat(line["收到日期"]), partial(_ask, received, number, line))
        if line["处理"]:
            decide = partial(_decide, received, number, line, users[line["经办人"]])
            yield Step(date.fromisoformat(line["处理日期"]), decide)


def _ask(received: dict[int, Enquiry], number: int, line: Line) -> None:
    park = Park.objects.get(slug=line["园区代码"])
    enquiry = Enquiry(
        park=park,
        team=park.team,
        organisation=line["单位"],
        industry=line["意向产业"],
        investment=line["拟投资额"],
        message=line["咨询内容"],
        language=line["语言"],
        consent_version="demo",
    )
    enquiry.name, enquiry.phone, enquiry.email = line["称呼"], line["电话"], line["邮箱"]
    received[number] = enquiries.receive(enquiry)


def _decide(received: dict[int, Enquiry], number: int, line: Line, by: User) -> None:
    enquiry = received[number]
    if line["处理"] == "受理":
        enquiries.accept_enquiry(enquiry, by=by, name=line["处理说明"], anyway=LOOKED_FOR)
    else:
        enquiries.decline_enquiry(enquiry, by=by, note=line["处理说明"])


def _events(known: dict[str, Project], users: dict[str, User]) -> Iterator[Step]:
    for line in _lines("history.csv"):
        day = date.fromisoformat(line["登记日期"] or line["日期"])
        yield Step(day, partial(_happen, known, line, users[line["经办人"]]))


def _happen(known: dict[str, Project], line: Line, by: User) -> None:
    verb = _VERBS[line["动作"]]
    verb(known[line["项目名称"]], line, date.fromisoformat(line["日期"]), by)


def _follow_up(project: Project, line: Line, on: date, by: User) -> None:
    followups.follow_up(
        project,
        by=by,
        content=line["内容"],
        held_on=on,
        kind=_choice(FollowUpKind, line["类型"]),
        next_on=_day(line["下次跟进"]),
        next_step=line["下一步"],
    )


def _advance(project: Project, line: Line, on: date, by: User) -> None:
    to = Stage(_choice(Stage, line["阶段"]))
    projects.advance(project, to, on=on, by=by, reason=line["内容"], evidence=line["凭证"])


def _came_of(project: Project, line: Line, on: date, by: User) -> None:
    projects.change(project, {"activity": Activity.objects.get(name=line["内容"])}, by=by)


def _shelve(project: Project, line: Line, on: date, by: User) -> None:
    projects.shelve(project, on=on, by=by, reason=line["内容"])


def _resume(project: Project, line: Line, on: date, by: User) -> None:
    projects.resume(project, on=on, by=by, reason=line["内容"])


def _withdraw(project: Project, line: Line, on: date, by: User) -> None:
    projects.withdraw(project, on=on, by=by, reason=line["内容"])


def _correct_move(project: Project, line: Line, on: date, by: User) -> None:
    moves = StageMove.objects.standing().filter(project=project)
    move = moves.into(Stage(_choice(Stage, line["阶段"]))).latest("pk")
    projects.correct(move, on=on, by=by, reason=line["内容"])


def _sign(project: Project, line: Line, on: date, by: User) -> None:
    agreements.sign_agreement(
        project,
        by=by,
        signed=on,
        kind=_choice(AgreementKind, line["类型"]),
        amount=_yuan(line["金额（万元）"]),
        note=line["内容"],
    )


def _agreement(project: Project, line: Line) -> Agreement:
    kind = _choice(AgreementKind, line["类型"])
    return Agreement.objects.standing().get(project=project, kind=kind)


def _correct_agreement(project: Project, line: Line, on: date, by: User) -> None:
    values = {"amount": _yuan(line["金额（万元）"])}
    agreements.correct_agreement(_agreement(project, line), values, by=by, reason=line["内容"])


def _end_agreement(project: Project, line: Line, on: date, by: User) -> None:
    agreements.end_agreement(_agreement(project, line), on=on, by=by, reason=line["内容"])


_VERBS: dict[str, Callable[[Project, Line, date, User], None]] = {
    "跟进": _follow_up,
    "推进": _advance,
    "来自活动": _came_of,
    "停滞": _shelve,
    "恢复": _resume,
    "退出": _withdraw,
    "更正阶段": _correct_move,
    "协议": _sign,
    "更正协议": _correct_agreement,
    "终止协议": _end_agreement,
}
