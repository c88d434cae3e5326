"""The demo county's 填报: one round taken over, one under way. `collection-history.csv` has one
line a step; what a company says comes in by a link of its own, as it would."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

from crm import demo
from crm.actions.indicators import answers, collections
from crm.forms.collection_answers import Known, answer_of
from crm.models import Company, User
from crm.models.indicators.collections import Collection, CollectionRecipient, RecipientKind
from crm.models.indicators.indicators import Indicator

Line = dict[str, str]
OUTPUT = "output"


def steps(by: User) -> Iterator[tuple[date, Any]]:
    """Each step with its day and the doing of it."""
    with (demo.FOLDER / "collection-history.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            yield date.fromisoformat(line["日期"]), partial(_VERBS[line["动作"]], line, by)


def _start(line: Line, by: User) -> None:
    made = collections.start_collection(
        Collection(
            name=line["填报"],
            kind=RecipientKind.COMPANY,
            month_on=date.fromisoformat(f"{line['月份']}-01"),
            due_on=date.fromisoformat(line["截止日期"]),
            asked_by=f"{demo.NAME}统计局",
            note=line["内容"],
        ),
        by=by,
        indicators=[Indicator.objects.get(code=OUTPUT)],
        asked=[collections.Asked(_company(name)) for name in line["对象"].split("、")],
    )
    collections.give_links(made.recipients.all(), by=by)


def _say(submits: bool, line: Line, by: User) -> None:
    for recipient in _recipients(line):
        (given,) = collections.give_links([recipient], by=by)
        link = answers.link_of(given.token)
        assert link is not None
        answers.open_link(link)
        typed = {f"v-{Indicator.objects.get(code=OUTPUT).pk}": line["内容"]}
        answers.keep_answer(link, typed, submits=submits, version=recipient.version)


def _return(line: Line, by: User) -> None:
    for one in _recipients(line):
        answers.return_answer(one, by=by, reason=line["内容"], version=one.version)


def _take(line: Line, by: User) -> None:
    for one in _recipients(line):
        answer = answer_of(one, Known.of(one.collection, [one]))
        answer.is_valid()
        write = partial(answer.write, by=by, reason="")
        answers.take_over(one, write, by=by, version=one.version, kept=answer.kept())


def _company(name: str) -> Company:
    return Company.objects.get(name=name)


def _recipients(line: Line) -> list[CollectionRecipient]:
    found = CollectionRecipient.objects.filter(collection__name=line["填报"])
    rows = found.select_related("collection", "company", "park")
    return list(rows.filter(company__name__in=line["对象"].split("、")).order_by("pk"))


_VERBS: dict[str, Callable[[Line, User], None]] = {
    "发起": _start, "提交": partial(_say, True), "草稿": partial(_say, False),
    "退回": _return, "接收": _take,
}  # fmt: skip
