"""项目台账: the pipeline from 线索 to 投产."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db import transaction

from crm import clock, gbt4754
from crm.actions.hints import FileClaims
from crm.actions.pipeline import agreements, projects
from crm.dates import When
from crm.errors import Refused
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.ledgers.pipeline import _project_contacts as _contacts
from crm.ledgers.pipeline._project_headings import ENTERED_HEADINGS, HEADINGS
from crm.ledgers.pipeline._project_search import SEARCH
from crm.models import (
    Agreement,
    AgreementKind,
    AssignedLevel,
    CapitalNature,
    ConstructionNature,
    Currency,
    KeyLevel,
    LandMode,
    Method,
    Origin,
    Project,
    Source,
    SourceArea,
    StageMove,
    User,
    level_of,
    levels_of,
    on_lists,
)
from crm.names import name_key
from crm.stages import Stage, Status

ENTERED = {f"entered_{stage.value}": stage for stage in Stage}

_PLANNED = {"signing": "计划签约", "start": "计划开工", "completion": "计划竣工",
            "operation": "计划投产"}  # fmt: skip
# What everybody fills in stands first; the rest of the form is folded until it is asked for.
PARTS = (
    ("", ("name", "investor", "planned_investment", "industry", "park", "source", "officer",
          "team", "summary")),
    ("落地和建设", ("zone", "company", "location", "land_mode", "land_area_mu", "floor_area_sqm",
              "construction_nature", "upgrade",
              *(f"planned_{name}" for name in _PLANNED))),
    ("投资和预期", ("fixed_asset_investment", "capital_nature", "currency", "foreign_amount",
              "expected_output", "expected_tax", "expected_jobs")),
    ("行业和来源", ("gbt", "method", "activity", "assigned_level", "source_area", "origin")),
)  # fmt: skip


def _moves_into(project: Project) -> dict[Stage, StageMove]:
    """The standing move by which the project (last) entered each stage."""
    standing = StageMove.objects.standing().filter(project=project).order_by("place")
    return {Stage(move.to_stage): move for move in standing if move.from_stage != move.to_stage}


def _stage_days(project: Project) -> Decimal | None:
    """Since the last possible day of entry; unknown where nobody dated it."""
    since = project.stage_since
    return None if since is None else Decimal((clock.today() - since).days)


def _entered(stage: Stage) -> Any:
    def read(project: Project) -> When | None:
        move = _moves_into(project).get(stage)
        return move.occurred if move else None

    return read


def _all_entered(stage: Stage) -> Callable[[Sequence[Project]], Mapping[int, When | None]]:
    def read(projects: Sequence[Project]) -> Mapping[int, When | None]:
        moves = StageMove.objects.standing().filter(project__in=[row.pk for row in projects])
        return {move.project_id: move.occurred for move in moves.into(stage).order_by("place")}

    return read


def standing_agreement(project: Project) -> Agreement | None:
    """The project's 投资 agreement that stands, if any."""
    return (
        Agreement.objects.standing()
        .filter(project=project, kind=AgreementKind.INVESTMENT, ended_on__isnull=True)
        .first()
    )


def _agreed(project: Project) -> Any:
    agreement = standing_agreement(project)
    return agreement.amount if agreement else None


def _all_agreed(projects: Sequence[Project]) -> Mapping[int, Any]:
    standing = Agreement.objects.standing().filter(
        project__in=[row.pk for row in projects],
        kind=AgreementKind.INVESTMENT,
        ended_on__isnull=True,
    )
    # In their usual order the first one counts, as in `standing_agreement`.
    return {agreement.project_id: agreement.amount for agreement in reversed(list(standing))}


def _split(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A project's facts, and what is told by moves, agreements and contacts."""
    told = {
        "stage",
        "status",
        "reason",
        "evidence",
        "agreed_investment",
        *ENTERED,
        *_contacts.NAMES,
    }
    facts = {name: value for name, value in values.items() if name not in told}
    return facts, {name: value for name, value in values.items() if name in told}


def _import_new(values: Mapping[str, Any], *, by: User) -> Project:
    """A row that enters the ledger for the first time may stand at any stage; unknown stays so."""
    facts, told = _split(values)
    entered = {stage: told[name] for name, stage in ENTERED.items() if told.get(name)}
    stage = (
        Stage(told["stage"])
        if told.get("stage")
        else max(entered, key=lambda known: known.rank, default=Stage.LEAD)
    )
    opening = projects.Opening(
        stage=stage,
        status=Status(told.get("status") or Status.ACTIVE),
        entered=entered,
        evidence={stage: told["evidence"]} if told.get("evidence") else {},
        agreed_investment=told.get("agreed_investment"),
        reason=told.get("reason") or "",
    )
    if not told.keys() & set(_contacts.NAMES):
        return projects.register(facts, by=by, opening=opening)
    with transaction.atomic():
        project = projects.register(facts, by=by, opening=opening)
        _contacts.bring_along(project, told, by=by)
    return project


@transaction.atomic
def _import_change(row: Project, values: Mapping[str, Any], *, by: User) -> Project:
    """Facts change as by the form; a stage that moved on passes the form's gate; going back by
    import is refused."""
    facts, told = _split(values)
    if told.get("status") and told["status"] != row.status:
        raise Refused("状态变动（停滞、退出、恢复）请在项目页办理。", "status_by_move", ["status"])
    if facts:
        projects.change(row, facts, by=by)
    entered = {stage: told[name] for name, stage in ENTERED.items() if told.get(name)}
    _import_agreement(row, told.get("agreed_investment"), entered.get(Stage.SIGNED), by=by)
    to = Stage(told["stage"]) if told.get("stage") else Stage(row.stage)
    if to.rank < Stage(row.stage).rank:
        raise Refused(
            f"台账里项目已到{row.get_stage_display()}，导入不能退回{to.label}；"
            "确需退回请在项目页办理并写明原因。",
            "illegal_move",
            ["stage"],
        )
    if to != row.stage:
        when = entered.pop(to, None)
        if when is None:
            raise Refused(
                f"项目从{row.get_stage_display()}到{to.label}，请填写{ENTERED_HEADINGS[to][0]}。",
                "date_needed",
                [f"entered_{to.value}"],
            )
        projects.advance(
            row, to, on=when, by=by, evidence=told.get("evidence") or "", origin=Origin.IMPORT
        )
    moves = _moves_into(row)
    for stage, when in entered.items():
        move = moves.get(stage)
        if move is None or (move.occurred and move.occurred != when):
            known = move.occurred.text if move and move.occurred else "没有这一步"
            raise Refused(
                f"{ENTERED_HEADINGS[stage][0]} {when.text} 与台账（{known}）不符，"
                "请在项目页更正并写明原因。",
                "date_conflict",
                [f"entered_{stage.value}"],
            )
        if move.occurred is None:
            projects.correct(move, on=when, by=by, reason="导入补填日期")
    _contacts.bring_along(row, told, by=by)
    row.refresh_from_db()
    return row


def _import_agreement(row: Project, amount: Any, signed: When | None, *, by: User) -> None:
    if amount is None:
        return
    standing = standing_agreement(row)
    if standing is None:
        if signed is None:
            raise Refused("登记协议投资额须有签约日期。", "date_needed", ["entered_signed"])
        agreements.sign_agreement(row, by=by, signed=signed, amount=amount)
    elif standing.amount != amount:
        raise Refused(
            "协议投资额与台账里的协议不同，请在协议台账更正并写明原因。",
            "agreement_conflict",
            ["agreed_investment"],
        )


class _Newcomers(FileClaims):
    """New projects of one file: a file that still has the name of a merged project does not enter
    it anew."""

    @cached_property
    def _merged(self) -> frozenset[str]:
        return frozenset(Project.tombstones().values_list("name_key", flat=True))

    def check(self, values: Mapping[str, Any]) -> None:
        super().check(values)
        name = values["name"]
        if name_key(name) in self._merged:
            for merged in Project.tombstones().filter(name_key=name_key(name)):
                self._refuse(name, merged.survivor)

    def _refuse(self, name: str, survivor: Project) -> None:
        if Project.objects.visible_to(self.by).filter(pk=survivor.pk).exists():
            raise Refused(
                f"“{name}”已并入“{survivor}”（#{survivor.pk}），没有重复登记；"
                "请在表里改用现在的名称再导入。",
                "merged",
                ["name"],
            )


def _find(values: Mapping[str, Any], by: User) -> Project | None:
    """By the name apart from width, spaces and brackets; where both sides name the investor or the
    place and differ, it is another project of the same name."""
    same = list(Project.objects.visible_to(by).filter(name_key=name_key(values.get("name") or "")))
    for field in ("investor", "location"):
        wanted = name_key(values.get(field) or "")
        same = [
            row
            for row in same
            if not wanted or not getattr(row, field) or name_key(getattr(row, field)) == wanted
        ]
    return one(same)


LEDGER = declare(
    Ledger(
        key="projects",
        label="项目",
        group=Group.PIPELINE,
        model=Project,
        place=10,
        also=(("看板", "desk-board"),),
        parts=PARTS,
        told_by=("name", "investor"),
        told_apart=("stage", "park", "investor", "officer"),
        is_claimed=True,
        guard=_Newcomers,
        search=SEARCH,
        verbs={
            "open": "入库", "advance": "推进", "shelve": "停滞", "withdraw": "退出",
            "resume": "恢复推进",
        },
        natural_key=("name", "investor", "location"),
        joins=("park", "zone", "industry", "officer", "team", "company", "investor_company",
               "activity"),
        ordering=("-pk",),
        register_verb=projects.register,
        change_verb=projects.change,
        import_new_verb=_import_new,
        import_change_verb=_import_change,
        find_row=_find,
        find_keys={"name_key": lambda values: name_key(values.get("name") or "")},
        description="从线索到投产的每一个招商项目。",
        columns=(
            Column("name", "项目名称",
                   aliases=HEADINGS["name"],
                   required=True, in_list=True,
                   is_sortable=True),
            Column("stage", "阶段", Kind.STAGE, choices=Stage, in_list=True, in_form=False,
                   is_moved=True, is_filter=True, is_sortable=True, order_by="stage_rank",
                   aliases=HEADINGS["stage"]),
            Column("status", "状态", Kind.CHOICE, choices=Status, in_list=True, in_form=False,
                   is_moved=True, is_filter=True, aliases=HEADINGS["status"]),
            Column("planned_investment", "计划总投资", Kind.MONEY, unit="万元", in_list=True,
                   is_filter=True, is_sortable=True,
                   aliases=HEADINGS["planned_investment"]),
            Column("investor", "投资方", meant="investor_company",
                   aliases=HEADINGS["investor"]),
            Column("industry", "产业", Kind.REFERENCE, reference="industries", in_list=True,
                   is_filter=True,
                   aliases=HEADINGS["industry"]),
            Column("gbt", "国标行业", is_filter=True, get=lambda row: row.gbt,
                   filter_rows=gbt4754.rows_under,
                   aliases=HEADINGS["gbt"],
                   help="GB/T 4754—2017 的代码或名称，例如 1953、195 制鞋业。"),
            Column("park", "落户园区", Kind.REFERENCE, reference="parks", in_list=True,
                   is_filter=True,
                   aliases=HEADINGS["park"]),
            Column("zone", "片区", Kind.REFERENCE, reference="zones",
                   aliases=HEADINGS["zone"]),
            Column("company", "落地企业", Kind.REFERENCE, reference="companies", tab="落地的项目",
                   aliases=HEADINGS["company"]),
            Column("investor_company", "投资方企业", Kind.REFERENCE, reference="companies",
                   tab="投资的项目", in_form=False, is_filter=True,
                   aliases=("投资企业全称", "投资方企业名称")),
            Column("officer", "招商专员", Kind.REFERENCE, reference="users", in_list=True,
                   is_filter=True,
                   aliases=HEADINGS["officer"]),
            Column("team", "招商科室", Kind.REFERENCE, reference="teams", is_filter=True,
                   aliases=HEADINGS["team"]),
            Column("key_level", "重点项目", Kind.CHOICE, choices=KeyLevel, in_form=False,
                   in_import=False, in_api=False, is_filter=True,
                   get=level_of, read_all=levels_of,
                   filter_rows=on_lists),
            Column("stage_days", "在本阶段", Kind.NUMBER, unit="天", in_list=True, in_form=False,
                   in_import=False, in_api=False, is_sortable=True, order_by="-stage_since",
                   get=_stage_days),
            Column("next_on", "下次跟进", Kind.DATE, in_list=True, in_form=False, in_import=False,
                   is_filter=True, is_sortable=True),
            Column("next_step", "下一步", in_form=False, in_import=False),
            Column("source", "线索来源", Kind.CHOICE, choices=Source, is_filter=True,
                   aliases=HEADINGS["source"]),
            Column("location", "地点",
                   aliases=HEADINGS["location"]),
            Column("fixed_asset_investment", "固定资产投资", Kind.MONEY, unit="万元",
                   aliases=HEADINGS["fixed_asset_investment"]),
            Column("currency", "币种", Kind.CHOICE, choices=Currency),
            Column("foreign_amount", "外币金额", Kind.NUMBER, aliases=HEADINGS["foreign_amount"],
                   help="外币项目填币种和外币金额，人民币金额待汇率确定后再填。"),
            Column("land_mode", "用地方式", Kind.CHOICE, choices=LandMode,
                   aliases=HEADINGS["land_mode"]),
            Column("land_area_mu", "用地需求", Kind.NUMBER, unit="亩",
                   aliases=HEADINGS["land_area_mu"]),
            Column("floor_area_sqm", "厂房需求", Kind.NUMBER, unit="㎡",
                   aliases=HEADINGS["floor_area_sqm"]),
            Column("construction_nature", "建设性质", Kind.CHOICE, choices=ConstructionNature,
                   is_filter=True, aliases=HEADINGS["construction_nature"]),
            Column("upgrade", "技改项目", Kind.REFERENCE, reference="upgrades", is_filter=True,
                   help="同时是企业技改的选上；技改另计，不重复计招商。"),
            *(
                Column(f"planned_{name}", label, Kind.WHEN, order_by=f"planned_{name}_on",
                       is_filter=True, is_sortable=True, is_planned=True,
                       get=attrgetter(f"planned_{name}"), aliases=HEADINGS[f"planned_{name}"])
                for name, label in _PLANNED.items()
            ),
            Column("expected_output", "预计年产值", Kind.MONEY, unit="万元", is_sortable=True,
                   aliases=HEADINGS["expected_output"],
                   help="全面达产后的一年。"),
            Column("expected_tax", "预计年税收", Kind.MONEY, unit="万元", is_sortable=True,
                   aliases=HEADINGS["expected_tax"]),
            Column("expected_jobs", "预计用工", Kind.NUMBER, unit="人",
                   aliases=HEADINGS["expected_jobs"]),
            Column("method", "招商方式", Kind.CHOICE, choices=Method, is_filter=True,
                   aliases=HEADINGS["method"]),
            Column("assigned_level", "交办层级", Kind.CHOICE, choices=AssignedLevel,
                   is_filter=True, aliases=HEADINGS["assigned_level"]),
            Column("capital_nature", "资金性质", Kind.CHOICE, choices=CapitalNature,
                   is_filter=True, aliases=HEADINGS["capital_nature"]),
            Column("source_area", "来源区域", Kind.CHOICE, choices=SourceArea, is_filter=True,
                   aliases=HEADINGS["source_area"]),
            Column("activity", "来自活动", Kind.REFERENCE, reference="activities",
                   is_filter=True, aliases=HEADINGS["activity"]),
            Column("origin", "来源地",
                   aliases=HEADINGS["origin"],
                   help="省市或国家，例如“福建泉州”。"),
            Column("summary", "项目简介", Kind.LONG_TEXT,
                   aliases=HEADINGS["summary"]),
            *(
                Column(f"entered_{stage.value}", label, Kind.WHEN, aliases=aliases, stage=stage,
                       in_form=False, in_api=False, get=_entered(stage),
                       read_all=_all_entered(stage))
                for stage, (label, aliases) in ENTERED_HEADINGS.items()
            ),
            Column("agreed_investment", "协议投资额", Kind.MONEY, unit="万元", in_form=False,
                   in_api=False,
                   aliases=HEADINGS["agreed_investment"],
                   get=_agreed,
                   holder=lambda row: (standing_agreement(row), "amount"),
                   read_all=_all_agreed),
            *_contacts.COLUMNS,
            Column("evidence", "凭证", in_form=False, in_api=False, get=lambda row: "",
                   aliases=HEADINGS["evidence"]),
            Column("reason", "原因", in_form=False, in_api=False, get=lambda row: "",
                   aliases=HEADINGS["reason"]),
        ),
    )
)  # fmt: skip
