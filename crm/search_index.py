"""What of the ledger can be searched, and who may find it. Personal fields never get here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db import models

from crm import access
from crm.models import Assignment, Company, Industry, Park, Project, Zone
from crm.stages import Stage, Status
from search import index
from search.index import Document, Index, Term

_STAGE_WORDS: dict[Stage, tuple[str, ...]] = {
    Stage.LEAD: ("线索",),
    Stage.NEGOTIATION: ("洽谈", "在谈"),
    Stage.SIGNED: ("签约", "已签约"),
    Stage.CONSTRUCTION: ("开工", "在建", "开工建设"),
    Stage.COMMISSIONING: ("安装调试", "调试"),
    Stage.TRIAL: ("试生产",),
    Stage.OPERATION: ("投产", "已投产"),
}
_STATUS_WORDS = {Status.STALLED: ("停滞", "缓建"), Status.EXITED: ("退出", "退库")}


def _wanted(model: type[models.Model], ids: Sequence[int] | None) -> models.QuerySet:
    rows = model._default_manager.order_by("pk")
    return rows if ids is None else rows.filter(pk__in=list(ids))


def _projects(ids: Sequence[int] | None = None) -> Iterator[Document]:
    rows = (
        _wanted(Project, ids)
        .select_related("park", "zone", "industry", "company", "officer")
        .prefetch_related("assignments")
    )
    for row in rows.iterator(chunk_size=500):
        company = row.company
        yield Document(
            kind="project",
            object_id=row.pk,
            title=row.name,
            aliases=tuple(filter(None, (row.investor, company.name if company else ""))),
            body=row.summary,
            tags=tuple(
                str(word)
                for word in (row.get_stage_display(), row.park, row.zone, row.industry)
                if word
            )
            + ((row.location,) if row.location else ()),
            facets={
                "stage": (row.stage,),
                "status": (row.status,),
                **({"park": (str(row.park_id),)} if row.park_id else {}),
                **({"industry": (str(row.industry_id),)} if row.industry_id else {}),
            },
            numbers=(
                {"planned_investment": int(row.planned_investment)}
                if row.planned_investment is not None
                else {}
            ),
            scopes=access.row_tokens(row),
            prior=Stage(row.stage).rank / 7 if row.status == Status.ACTIVE else 0.0,
            version=row.version,
        )


def _project_words() -> Iterator[Term]:
    for stage, words in _STAGE_WORDS.items():
        yield Term("stage", stage.value, stage.label, words)
    for status, words in _STATUS_WORDS.items():
        yield Term("status", status.value, status.label, words)
    for park in Park.objects.all():
        yield Term("park", str(park.pk), park.name, (park.name,))
    for industry in Industry.objects.all():
        yield Term("industry", str(industry.pk), industry.name, (industry.name,))


def _companies(ids: Sequence[int] | None = None) -> Iterator[Document]:
    rows = _wanted(Company, ids).select_related("park", "industry")
    for row in rows.iterator(chunk_size=500):
        former = [name for name in row.former_names.replace(",", "、").split("、") if name.strip()]
        yield Document(
            kind="company",
            object_id=row.pk,
            title=row.name,
            aliases=tuple(filter(None, (row.short_name, row.credit_code or "", *former))),
            body=row.summary,
            tags=tuple(str(word) for word in (row.park, row.industry) if word),
            facets={
                **({"park": (str(row.park_id),)} if row.park_id else {}),
                **({"industry": (str(row.industry_id),)} if row.industry_id else {}),
            },
            scopes=access.row_tokens(row),
            prior=0.5,
            version=row.version,
        )


def _parks(ids: Sequence[int] | None = None) -> Iterator[Document]:
    for row in _wanted(Park, ids).prefetch_related("zones", "industries"):
        yield Document(
            kind="park",
            object_id=row.pk,
            title=row.name,
            aliases=(row.name_en,) if row.name_en else (),
            body=row.address,
            tags=tuple(str(word) for word in (*row.zones.all(), *row.industries.all())),
            scopes=access.row_tokens(row),
            prior=1.0,
            version=row.version,
        )


def shown_by(row: models.Model, *, renamed: bool) -> dict[str, list[int]]:
    """The documents that show something of `row` (its name): noun → ids, to be written anew."""
    if isinstance(row, Assignment):  # decides who may find the project
        return {"project": [row.project_id]}
    found: dict[str, list[int]] = {"park": [row.park_id]} if isinstance(row, Zone) else {}
    if not renamed or not isinstance(row, (Park, Zone, Industry, Company)):
        return found
    name = str(row._meta.model_name)
    for model in (Project, Company):
        if hasattr(model, name):
            rows = model._default_manager.filter(**{name: row.pk})
            found[str(model._meta.model_name)] = list(rows.values_list("pk", flat=True))
    return found


def _no_words() -> Iterable[Term]:
    return ()


def register() -> None:
    """Called once when Django starts."""
    index.register(Index("project", "项目", "crm.Project", _projects, _project_words))
    index.register(Index("company", "企业", "crm.Company", _companies, _no_words))
    index.register(Index("park", "园区", "crm.Park", _parks, _no_words))
