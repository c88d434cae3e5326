"""A county of any size for measurements: projects with their moves, talks and liaisons, inserted
raw. The shares of teams, stages and states are the same at every size: beyond 2,000 projects the
first ones are copied with new numbers. Nobody in it is real."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from crm import clock
from crm.access import Role
from crm.models import (
    Assignment,
    FollowUp,
    Industry,
    Origin,
    Park,
    Project,
    StageMove,
    Team,
    User,
)
from crm.names import name_key
from crm.stages import Stage, Status

PLACES = ("绿溪", "南部", "阆中", "仪陇", "营山", "蓬安", "西充", "高坪", "嘉陵", "顺庆")
TRADES = ("印染", "电池", "储能", "食品", "服装", "鞋业", "制药", "模具", "光伏", "冷链")
STAGES = (30, 25, 12, 12, 5, 4, 12)  # shares of 线索 … 投产
TEAMS = 10
FIRST = 2000


@transaction.atomic
def build(count: int) -> None:
    """Fills an empty database: users `teamlead` (one team of ten) and `statistician` (all)."""
    luck = random.Random(count)
    teams = [Team.objects.create(name=f"招商{number}科") for number in range(1, TEAMS + 1)]
    for name, role, team in (
        ("teamlead", Role.TEAMLEAD, teams[0]),
        ("statistician", Role.STATISTICIAN, None),
    ):
        User.objects.create(username=name, first_name=name, role=role, team=team)
    officers = [
        User.objects.create(username=f"officer{n}", role=Role.OFFICER, team=teams[n % TEAMS])
        for n in range(3 * TEAMS)
    ]
    parks = [Park.objects.create(name=f"第{n}园区", slug=f"park-{n}") for n in range(8)]
    trades = [Industry.objects.create(name=name) for name in TRADES]
    made = [_project(n, luck, teams, officers, parks, trades) for n in range(min(count, FIRST))]
    moves = [list(_moves(row, luck)) for row in made]
    talks = [list(_talks(row, luck)) for row in made]
    for row, steps, said in zip(made, moves, talks, strict=True):
        entries = [move for move in steps if move.from_stage != move.to_stage]
        row.stage_since = entries[-1].occurred_until
        days = [one.effective_on for one in steps] + [talk.held_on for talk in said]
        row.progress_on = max(days)
    Project.objects.bulk_create(made)
    StageMove.objects.bulk_create(chain.from_iterable(moves))
    FollowUp.objects.bulk_create(chain.from_iterable(talks))
    Assignment.objects.bulk_create(chain.from_iterable(_duties(row, luck) for row in made))
    for model in (Project, StageMove, FollowUp, Assignment):
        _copy(model, count)


def _copy(model: type[models.Model], count: int) -> None:
    """The rows of the first projects again and again, until `count` projects are there."""
    offset = model._base_manager.count()
    names = [
        connection.ops.quote_name(field.column)
        for field in model._meta.local_concrete_fields
        if not isinstance(field, models.GeneratedField)
    ]
    moved = {
        '"id"': f'"id" + %s * {offset}',
        '"project_id"': f'"project_id" + %s * {FIRST}',
    }
    values = [moved.get(name, name) for name in names]
    table = connection.ops.quote_name(model._meta.db_table)
    sql = (
        f"INSERT INTO {table} ({', '.join(names)}) "
        f"SELECT {', '.join(values)} FROM {table} WHERE id <= {offset}"
    )
    with connection.cursor() as cursor:
        for time_ in range(1, count // FIRST):
            cursor.execute(sql, [time_] * sum(name in moved for name in names))


def _project(
    number: int, luck: random.Random, teams: list, officers: list, parks: list, trades: list
) -> Project:
    today = clock.today()
    stage = luck.choices(list(Stage), STAGES)[0]
    status = luck.choices(list(Status), (75, 10, 15))[0]
    team = luck.choice(teams) if luck.random() < 0.97 else None
    mine = [officer for officer in officers if team and officer.team_id == team.pk]
    name = f"{luck.choice(PLACES)}{luck.choice(TRADES)}{number}号项目"
    planned = status == Status.ACTIVE and luck.random() < 0.7
    return Project(
        name=name,
        name_key=name_key(name),
        investor=f"投资方{number}",
        summary="新建厂房、仓储和配套设施，分两期实施。" * 3,
        team=team,
        officer=luck.choice(mine) if mine and luck.random() < 0.9 else None,
        park=luck.choice(parks) if stage.rank > 2 else None,
        industry=luck.choice(trades),
        planned_investment=Decimal(luck.randrange(500, 90_000)) * 10_000
        if luck.random() < 0.9
        else None,
        stage=stage,
        status=status,
        next_on=today + timedelta(luck.randrange(-15, 45)) if planned else None,
        next_step="约来访" if planned else "",
    )


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10)))


def _moves(row: Project, luck: random.Random) -> Iterator[StageMove]:
    """One move a stage up to the one reached, and one more where it rests."""
    reached = Stage(row.stage)
    days = [clock.today() - timedelta(luck.randrange(400))]
    while len(days) <= reached.rank:
        days.insert(0, days[0] - timedelta(luck.randrange(1, 100)))
    previous, place, day = "", 0, days[-1]
    for stage, entered in zip(list(Stage)[: reached.rank], days, strict=False):
        place += 1
        yield _move(row, previous, stage, Status.ACTIVE, Status.ACTIVE, entered, place)
        previous = stage.value
    if row.status != Status.ACTIVE:
        yield _move(row, previous, reached, Status.ACTIVE, row.status, day, place + 1)


def _move(row: Project, old: str, new: Stage, was: Any, is_: Any, day: date, place: int) -> Any:
    return StageMove(
        project=row,
        from_stage=old,
        to_stage=new,
        from_status=was if old else "",
        to_status=is_,
        occurred_on=day,
        occurred_until=day,
        effective_on=day,
        known_since=day,
        place=place,
        recorded_at=_at(day),
        by=row.officer,
        origin=Origin.USER,
    )


def _talks(row: Project, luck: random.Random) -> Iterator[FollowUp]:
    for _ in range(luck.randrange(0, 4)):
        day = clock.today() - timedelta(luck.randrange(0, 180))
        yield FollowUp(
            project=row, held_on=day, content="电话沟通选址和用工", by=row.officer,
            recorded_at=_at(day),
        )  # fmt: skip


def _duties(row: Project, luck: random.Random) -> Iterator[Assignment]:
    if Stage(row.stage).rank > 2 and luck.random() < 0.8:
        yield Assignment(
            project=row, unit="驻企工作组", starts_on=clock.today() - timedelta(luck.randrange(400))
        )
