"""Investment projects; a lead is a project at 线索."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, Exists, Min, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from crm import access, clock, dates, gbt4754
from crm.exact import ExactField, money_field, refuse_negative
from crm.models.base import Row, Rows
from crm.models.pipeline.assignments import Assignment, AssignmentKind
from crm.models.pipeline.project_terms import (
    AssignedLevel,
    CapitalNature,
    ConstructionNature,
    Currency,
    LandMode,
    Method,
    Source,
    SourceArea,
)
from crm.models.pipeline.stage_rules import StageRule
from crm.models.system.merges import Mergeable, StandingByNumber, gone_index
from crm.models.worth import Valued
from crm.names import name_key
from crm.stages import Stage, Status

# From 签约 on, not yet in operation.
UNDER_WAY = (Stage.SIGNED, Stage.CONSTRUCTION, Stage.COMMISSIONING, Stage.TRIAL)


# What 今日 counts and sums; in an index with what it groups by, no row has to be read for it.
COUNTED = ("next_on", "progress_on", "officer", "planned_investment", "merged_into")


class Projects(Rows):
    def active(self) -> Self:
        return self.filter(status=Status.ACTIVE)

    def under_way(self) -> Self:
        """From 签约 on, not yet in operation."""
        return self.filter(stage__in=UNDER_WAY)

    def overdue(self, today: date) -> Self:
        """Worked on, and the promised next step lies before today."""
        return self.active().filter(next_on__lt=today)

    def idle(self, today: date) -> Self:
        """久未推进: worked on, and without follow-up or move for longer than its stage's rule."""
        late = Q(pk__in=[])
        for stage, days in StageRule.objects.days().items():
            late |= Q(stage=stage, progress_on__lt=today - timedelta(days))
        return self.active().filter(late)

    def unplanned(self) -> Self:
        """Worked on, not yet in operation, and nothing is planned next."""
        return self.active().filter(next_on=None, stage_rank__lt=Stage.OPERATION.rank)

    def unassigned(self, today: date) -> Self:
        """Worked on, not yet in operation, and nobody answers for it: no officer, or no liaison
        from 签约 on."""
        rows = self.active().filter(stage_rank__lt=Stage.OPERATION.rank)
        return rows.filter(Q(officer=None) | _unserved(today))

    def unserved(self, today: date) -> Self:
        """Worked on, from 签约 on and not yet in operation, without a liaison."""
        return self.active().filter(_unserved(today))

    def in_pipeline_order(self) -> Self:
        return self.order_by("stage_rank", "-updated_at", "-pk")


def _unserved(today: date) -> Q:
    served = Assignment.objects.in_force_on(today).filter(
        project=OuterRef("pk"), kind=AssignmentKind.LIAISON
    )
    return Q(stage__in=UNDER_WAY) & ~Exists(served)


def _served_by(user: Any) -> QuerySet:
    """The projects whose resident liaison officer the user is today."""
    duties = Assignment.objects.in_force_on(clock.today())
    mine = duties.filter(user=user.pk, kind=AssignmentKind.LIAISON)
    return mine.values_list("project", flat=True)


def _liaisons_of(project: Project) -> set[int]:
    """Who is a liaison of the project, was or will be."""
    return {
        duty.user_id
        for duty in project.assignments.all()
        if duty.kind == AssignmentKind.LIAISON and duty.user_id
    }


class Project(Mergeable, Valued, Row):
    """An investment project from 线索 to 投产.

    Amounts are yuan; a foreign amount keeps `currency` and `foreign_amount`, and is worth what the
    rate of the month says in which the ledger learnt of the project. `stage` and `status` are the
    standing end of the project's moves and are written by crm/actions/pipeline/projects.py alone.
    """

    valued_as: ClassVar = "planned_investment"
    rights = access.Rights(
        access.PIPELINE,
        own={
            access.Reach.OWN: "officer",
            access.Reach.TEAM: "team",
            access.Reach.PARK: "park",
        },
        duties=access.Duties(rows=_served_by, holders=_liaisons_of),
    )

    name = models.CharField("项目名称", max_length=150)
    name_key = models.CharField(max_length=150, editable=False, db_index=True)
    summary = models.TextField("项目简介", max_length=4000, blank=True)
    # The investor as it is called, and which company of the ledger that is, once there is one.
    investor = models.CharField("投资方", max_length=120, blank=True)
    investor_company = models.ForeignKey(
        "crm.Company",
        models.PROTECT,
        verbose_name="投资方企业",
        null=True,
        blank=True,
        related_name="invested",
    )
    company = models.ForeignKey(
        "crm.Company",
        models.PROTECT,
        verbose_name="落地企业",
        null=True,
        blank=True,
        related_name="projects",
    )
    industry = models.ForeignKey(
        "crm.Industry", models.PROTECT, verbose_name="产业", null=True, blank=True
    )
    gbt_code = models.CharField("国标行业", max_length=4, blank=True, db_index=True)
    park = models.ForeignKey(
        "crm.Park",
        models.PROTECT,
        verbose_name="落户园区",
        null=True,
        blank=True,
        related_name="projects",
    )
    zone = models.ForeignKey("crm.Zone", models.PROTECT, verbose_name="片区", null=True, blank=True)
    team = models.ForeignKey(
        "crm.Team",
        models.PROTECT,
        db_index=False,  # the indexes below begin with it
        verbose_name="招商科室",
        null=True,
        blank=True,
    )
    officer = models.ForeignKey(
        "crm.User",
        models.PROTECT,
        db_index=False,  # the indexes below begin with it
        verbose_name="招商专员",
        null=True,
        blank=True,
        related_name="projects",
    )
    source = models.CharField("线索来源", max_length=20, choices=Source, blank=True)
    method = models.CharField("招商方式", max_length=20, choices=Method, blank=True)
    assigned_level = models.CharField("交办层级", max_length=20, choices=AssignedLevel, blank=True)
    capital_nature = models.CharField("资金性质", max_length=20, choices=CapitalNature, blank=True)
    source_area = models.CharField("来源区域", max_length=20, choices=SourceArea, blank=True)
    origin = models.CharField("来源地", max_length=100, blank=True)
    activity = models.ForeignKey(
        "crm.Activity",
        models.PROTECT,
        verbose_name="来自活动",
        null=True,
        blank=True,
        related_name="leads",
    )
    location = models.CharField("地点", max_length=100, blank=True)

    planned_investment = money_field(verbose_name="计划总投资", null=True, blank=True)
    fixed_asset_investment = money_field(verbose_name="固定资产投资", null=True, blank=True)
    currency = models.CharField("币种", max_length=3, choices=Currency, default=Currency.CNY)
    foreign_amount = ExactField(verbose_name="外币金额", scale=2, null=True, blank=True)
    land_mode = models.CharField("用地方式", max_length=20, choices=LandMode, blank=True)
    land_area_mu = ExactField(verbose_name="用地需求", scale=2, null=True, blank=True)
    floor_area_sqm = ExactField(verbose_name="厂房需求", scale=2, null=True, blank=True)
    construction_nature = models.CharField(
        "建设性质", max_length=20, choices=ConstructionNature, blank=True
    )
    upgrade = models.ForeignKey(
        "crm.Upgrade",
        models.PROTECT,
        verbose_name="技改项目",
        null=True,
        blank=True,
        related_name="projects",
    )
    # Plans are often a month or a year: the first and the last day they may mean.
    planned_signing_on = models.DateField("计划签约", null=True, blank=True)
    planned_signing_until = models.DateField("最晚计划签约", null=True, blank=True)
    planned_start_on = models.DateField("计划开工", null=True, blank=True)
    planned_start_until = models.DateField("最晚计划开工", null=True, blank=True)
    planned_completion_on = models.DateField("计划竣工", null=True, blank=True)
    planned_completion_until = models.DateField("最晚计划竣工", null=True, blank=True)
    planned_operation_on = models.DateField("计划投产", null=True, blank=True)
    planned_operation_until = models.DateField("最晚计划投产", null=True, blank=True)
    # What a year in full operation is expected to bring.
    expected_output = money_field(verbose_name="预计年产值", null=True, blank=True)
    expected_tax = money_field(verbose_name="预计年税收", null=True, blank=True)
    expected_jobs = models.PositiveIntegerField(
        "预计用工", null=True, blank=True, validators=[MaxValueValidator(1_000_000)]
    )

    stage = models.CharField("阶段", max_length=20, choices=Stage, default=Stage.LEAD)
    status = models.CharField("状态", max_length=20, choices=Status, default=Status.ACTIVE)
    # Stored, so that sorting by stage is pipeline order and uses an index.
    stage_rank = models.GeneratedField(
        expression=Case(
            *(When(stage=stage.value, then=Value(stage.rank)) for stage in Stage),
            default=Value(0),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    # Kept by crm/actions/pipeline/progress.py. The last possible day of the standing move into the
    # present stage (null = unknown), and the last follow-up or move; a move whose date nobody knows
    # counts on the day the ledger learnt of it.
    stage_since = models.DateField("进入本阶段", null=True, blank=True, editable=False)
    progress_on = models.DateField("最近进展", null=True, blank=True, editable=False)
    # The next step promised in the last follow-up.
    next_on = models.DateField("下次跟进", null=True, blank=True)
    next_step = models.CharField("下一步", max_length=200, blank=True)

    objects = StandingByNumber.from_queryset(Projects)()

    class Meta:
        verbose_name = verbose_name_plural = "项目"
        ordering = ["-pk"]
        indexes = [
            gone_index("project_gone"),
            # The few whose money is foreign are asked for apart from every sum.
            models.Index(
                fields=["status", "stage"],
                name="project_foreign",
                condition=Q(planned_investment__isnull=True, foreign_amount__isnull=False),
            ),
            models.Index(fields=["stage_rank", "status"], name="project_pipeline"),
            # 今日 and the board (docs/decisions/0012): the first rows of each list in their order,
            # and every count from one covering index, for the county and for a team.
            models.Index(
                fields=["status", "next_on", "stage_rank", "merged_into"], name="project_due"
            ),
            models.Index(
                fields=["status", "stage_rank", "progress_on", "merged_into"],
                name="project_resting",
            ),
            models.Index(fields=["status", "stage", *COUNTED], name="project_counted"),
            models.Index(fields=["team", "status", "stage", *COUNTED], name="project_of_team"),
            models.Index(
                fields=["officer", "status", "stage", "next_on", "progress_on", "merged_into"],
                name="project_of_officer",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.name_key = name_key(self.name)
        gbt4754.refuse_wrong(self)
        refuse_negative(
            self,
            "planned_investment",
            "fixed_asset_investment",
            "foreign_amount",
            "land_area_mu",
            "floor_area_sqm",
            "expected_output",
            "expected_tax",
        )

    @classmethod
    def rate_days(cls, rows: Sequence[Any]) -> Mapping[int, dates.When | None]:
        """A plan is dated by nothing but the day on which the ledger learnt of it: its opening
        move's, which is business time."""
        from crm.models.pipeline.moves import StageMove

        first = (
            StageMove.objects.filter(project__in=[row.pk for row in rows])
            .values_list("project")
            .annotate(at=Min("recorded_at"))
        )
        return {pk: dates.When.day(timezone.localtime(at).date()) for pk, at in first}

    @property
    def gbt(self) -> str:
        """The national industry as people read it: 195 制鞋业."""
        return gbt4754.label(self.gbt_code) if self.gbt_code else ""

    @gbt.setter
    def gbt(self, text: str | None) -> None:
        self.gbt_code = gbt4754.code_or_wrong(text or "")

    planned_signing = dates.span_of("planned_signing")
    planned_start = dates.span_of("planned_start")
    planned_completion = dates.span_of("planned_completion")
    planned_operation = dates.span_of("planned_operation")

    @property
    def stage_word(self) -> Stage:
        return Stage(self.stage)

    @property
    def is_active(self) -> bool:
        return self.status == Status.ACTIVE


def rested_too_long(project: Project, today: date, rules: Mapping[Stage, int]) -> int:
    """Days without progress, where they are more than the rule of its stage allows; else 0."""
    limit = rules.get(Stage(project.stage))
    if not project.is_active or limit is None or project.progress_on is None:
        return 0
    rested = (today - project.progress_on).days
    return rested if rested > limit else 0
