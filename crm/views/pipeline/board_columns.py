"""The columns of the board: what a user sees under an address's filters, by stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from crm import access, clock, filters
from crm.access import Action
from crm.exact import total_text
from crm.forms.projects import choices
from crm.ledgers import Ledger
from crm.models import Assignment, AssignmentKind, Project, StageRule, rested_too_long
from crm.models.worth import NOTHING, valuations
from crm.stages import Stage, Status
from crm.views.base import Link, address, ledger_or_hidden, without
from crm.views.ledgers.lists import readable

CARDS = 20  # of a column at a time
MOST_PAGES = 10  # what lies beyond is the list's business
# What the board says by its own shape; everything else in the address narrows it.
OWN = ("stage", "status", "column", "page")
PLACE = ("column", "page")


@dataclass(frozen=True)
class Card:
    """One project on the board. `forward` is the stage it may be moved into from here; `others`
    are the moves that need a reason, made on the move page. Both empty: this user moves nothing."""

    project: Project
    days: int | None
    late_days: int
    idle_days: int
    liaison: str
    forward: Stage | None = None
    others: list[Link] = field(default_factory=list)
    url: str = ""


@dataclass(frozen=True)
class Column:
    """One stage: how many projects, how much, how many amounts are unknown or converted from
    foreign money, its cards."""

    stage: Stage
    count: int
    amount: str
    unknown_count: int
    converted_count: int
    is_shown: bool  # the one a phone shows
    url: str
    more: str = ""
    rest_count: int = 0
    is_rest_in_list: bool = False
    cards: list[Card] = field(default_factory=list)


class Board:
    """The projects a user sees under the filters of an address, by stage."""

    def __init__(self, request: HttpRequest) -> None:
        self.user: Any = request.user
        self.ledger: Ledger = ledger_or_hidden("projects", self.user)
        self.params: QueryDict = readable(request.GET)
        self.asked = filters.ask(self.ledger, without(self.params, *OWN), request)
        wanted = [one for one in self.params.getlist("status") if one in Status.values]
        self.rules = StageRule.objects.days()
        self.statuses = [Status(one) for one in wanted] or [Status.ACTIVE]
        self.counted = {
            (Stage(stage), Status(status)): found
            for (stage, status), found in valuations(
                self.asked.rows, "planned_investment", ("stage", "status")
            ).items()
        }

    def columns(self, only: Stage | None = None, *, cards: bool = True) -> list[Column]:
        """The columns in pipeline order; `cards=False` for their heads alone."""
        opened = only or self.stage("column")
        rows, held, heads = self.ordered(), {}, []
        for stage in [only] if only else Stage:
            page = self._page() if stage == opened else 1
            head = self._head(stage, page)
            first = CARDS * (page - 1) if only else 0
            wanted = rows.filter(stage=stage)[first : CARDS * page]
            held[stage] = list(wanted) if cards and head.count else []
            heads.append(head)
        shown = self.cards(row for found in held.values() for row in found)
        return [replace(head, cards=[shown[row.pk] for row in held[head.stage]]) for head in heads]

    def ordered(self) -> QuerySet:
        """What is due first stands first; an order asked for, or the search's own, stays."""
        rows = self.asked.rows.filter(status__in=self.statuses)
        if not self.asked.ordering and not self.asked.text:
            rows = rows.order_by(F("next_on").asc(nulls_last=True), "-pk")
        return rows.select_related(None).select_related("officer").defer("summary")

    def _head(self, stage: Stage, page: int) -> Column:
        found = sum(
            (self.counted.get((stage, status), NOTHING) for status in self.statuses), NOTHING
        )
        rest = max(found.count - CARDS * page, 0)
        return Column(
            stage,
            found.count,
            total_text(found.total) if found.count and found.total is not None else "",
            found.unknown,
            found.converted,
            stage == self.shown,
            address(self.params, stage=stage.value, column=None, page=None),
            more=self._more(stage, page + 1) if rest else "",
            rest_count=rest,
            is_rest_in_list=page >= MOST_PAGES,
        )

    @property
    def shown(self) -> Stage:
        """The stage a phone shows: the one asked for, else the first that holds a project."""
        held = {stage for stage, status in self.counted if status in self.statuses}
        first = next((stage for stage in Stage if stage in held), Stage.LEAD)
        return self.stage("stage") or self.stage("column") or first

    def stage(self, name: str) -> Stage | None:
        value = self.params.get(name)
        return Stage(value) if value in Stage.values else None

    def _page(self) -> int:
        text = self.params.get("page", "")
        return min(max(int(text), 1), MOST_PAGES) if text.isdecimal() and len(text) < 5 else 1

    def _more(self, stage: Stage, page: int) -> str:
        """Twenty more, up to 200; after that the list of this stage."""
        if page <= MOST_PAGES:
            return address(self.params, stage=stage.value, column=stage.value, page=page)
        return reverse("desk-list", args=["projects"]) + self.list_query(stage=stage.value)

    def list_query(self, **more: Any) -> str:
        """The list under the same filters: there a status that is not named means every status."""
        params = without(self.params, *PLACE)
        params.setlist("status", list(self.statuses))
        return address(params, **more)

    def cards(self, rows: Iterable[Project]) -> dict[int, Card]:
        """The cards of these projects; two questions however many there are."""
        rows, today = list(rows), clock.today()
        ids = [row.pk for row in rows]
        liaisons = {
            duty.project_id: str(duty.user or duty.unit)
            for duty in Assignment.objects.in_force_on(today)
            .filter(project__in=ids, kind=AssignmentKind.LIAISON)
            .select_related("user")
            .order_by("starts_on", "pk")
        }
        movable = set()
        if access.can(self.user, Action.ADVANCE, "project"):
            allowed = Project.objects.visible_to(self.user, Action.ADVANCE)
            movable = set(allowed.filter(pk__in=ids).values_list("pk", flat=True))
        made = {}
        for row in rows:
            late = row.is_active and row.next_on and row.next_on < today
            made[row.pk] = Card(
                row,
                (today - row.stage_since).days if row.stage_since else None,
                (today - row.next_on).days if late else 0,
                rested_too_long(row, today, self.rules),
                liaisons.get(row.pk, ""),
                *(self._moves(row) if row.pk in movable else ()),
                url=reverse("desk-project", args=[row.pk])
                + address(without(self.params, *PLACE), stage=row.stage, **{"in": "board"}),
            )
        return made

    def _moves(self, row: Project) -> tuple[Stage | None, list[Link]]:
        following = Stage(row.stage).following if row.is_active else None
        others = [
            Link(label, self.move_page(row, value), mark=value)
            for value, label in choices(row)
            if value != following
        ]
        return following, others

    def move_page(self, row: Project, to: str) -> str:
        """Where a move with a reason is made; from there back to this very board."""
        back = urlencode({"to": to, "next": reverse("desk-board") + self.query})
        return f"{reverse('desk-move', args=[row.pk])}?{back}"

    @property
    def query(self) -> str:
        """The address's filters without the place in a column."""
        return address(without(self.params, *PLACE))

    def status_links(self) -> list[Link]:
        """推进中, 停滞, 退出 with their counts under the same filters."""
        base = without(self.params, *PLACE)
        return [
            Link(
                status.label,
                address(base, status=status.value),
                sum(found.count for (_, held), found in self.counted.items() if held == status),
                self.statuses == [status],
            )
            for status in Status
        ]
