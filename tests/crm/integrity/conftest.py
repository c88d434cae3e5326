"""A small ledger in which everything happened once: moves, corrections, withdrawals, a merge, a
transfer, an import and an undone one. All of it by verbs, so that nothing is broken in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from crm import clock, ledgers
from crm.actions import duplicates, imports, merges, withdrawals
from crm.actions.pipeline import agreements, projects
from crm.actions.system import views
from crm.models import (
    AgreementKind,
    Company,
    Contact,
    ImportBatch,
    Merge,
    MilestoneKind,
    NotSame,
    Project,
    StageMove,
    User,
)
from crm.spreadsheets.commit import import_file
from crm.stages import Stage
from tests import make

TODAY = date(2023, 9, 1)


@dataclass
class World:
    by: User
    moved: Project  # by hand to 洽谈, the first date corrected
    signed: Project  # with an increase of its corrected agreement
    divided: Project
    claimed: Project  # by hand, first contact of a team
    survivor: Project
    loser: Project
    merge: Merge
    pair: NotSame
    company: Company  # of `moved`
    milestone: Any
    withdrawn: Contact
    imported: ImportBatch
    undone: ImportBatch

    def moves(self, project: Project) -> list[StageMove]:
        return list(StageMove.objects.standing().filter(project=project).order_by("place"))


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with clock.playing(date(2023, 3, 1)):
        by = make.maker()
        company = make.company("绿溪纺织有限公司")
        team, park = make.team("招商一科"), make.park()
        moved = make.project(
            "印染项目",
            team=team,
            park=park,
            company=company,
            officer=make.user("officer", team=team),
        )
        make.follow_up(moved)
        signed = make.project(
            "电池项目", stage=Stage.SIGNED, entered={Stage.SIGNED: date(2023, 2, 1)}, park=park
        )
        base = make.agreement(signed, date(2023, 2, 1))
        make.agreement(signed, date(2023, 2, 20), kind=AgreementKind.INCREASE)
        survivor, loser = make.project("储能项目"), make.project("储能产业项目")
        make.receipt(loser, date(2023, 2, 3))
        divided = make.project("食品项目", team=team)
        other = make.project("食品加工项目")
    with clock.playing(TODAY):
        projects.advance(moved, Stage.NEGOTIATION, on=date(2023, 8, 1), by=by)
        projects.correct(
            StageMove.objects.get(project=moved, place=2), on=date(2023, 8, 2), by=by, reason="笔误"
        )
        agreements.correct_agreement(base, {"amount": Decimal(5)}, by=by, reason="笔误")
        make.divided(divided)
        claimed = projects.register({"name": "光伏项目", "team": team}, by=by)
        merge = merges.merge(loser, survivor, by=by)
        pair = duplicates.not_same(divided, other, by=by)
        withdrawals.void(make.receipt(moved, date(2023, 8, 5)), by=by, reason="重复")
        contacts = _import("contacts", "姓名,电话,项目\n王五,13800000009,印染项目\n", by)
        withdrawn = Contact.objects.get(project=moved)
        imports.revert_import(contacts, by=by)
        views.drop_view(views.save_view("projects", "我的", "stage=lead", by=by), by=by)
        yield World(
            by=by,
            moved=moved,
            signed=signed,
            divided=divided,
            claimed=claimed,
            survivor=survivor,
            loser=loser,
            merge=merge,
            pair=pair,
            company=company,
            milestone=make.milestone(signed, MilestoneKind.PERMIT, date(2023, 8, 1)),
            withdrawn=withdrawn,
            imported=_import("companies", "企业名称\n绿溪食品有限公司\n", by),
            undone=contacts,
        )


def _import(key: str, text: str, by: User) -> ImportBatch:
    plan = import_file(text.encode(), f"{key}.csv", ledgers.get(key), by=by)
    assert plan.batch is not None, plan.refused
    return plan.batch


@contextmanager
def damaged() -> Iterator[Callable[..., None]]:
    """Gives what runs SQL past every verb; at the end everything done within is taken back, so that
    no key dangles."""

    def run(sql: str, *values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)

    with transaction.atomic():
        connection.check_constraints()  # what is pending would hold up a change of the tables
        yield run
        transaction.set_rollback(True)
