"""How projects are found: by name, investor, place, stage, park and industry."""

from __future__ import annotations

from collections.abc import Iterator

from crm.ledgers.searching import Search, document
from crm.models import Industry, Park, Project
from crm.stages import Stage, Status
from search.index import Document, Term

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


def _document(row: Project) -> Document:
    amount = row.planned_investment
    return document(
        row,
        title=row.name,
        aliases=(row.investor, row.company and row.company.name),
        body=row.summary,
        tags=(row.get_stage_display(), row.park, row.zone, row.industry, row.location),
        facets={
            "stage": row.stage,
            "status": row.status,
            "park": row.park_id,
            "industry": row.industry_id,
        },
        numbers={} if amount is None else {"planned_investment": int(amount)},
        prior=Stage(row.stage).rank / 7 if row.status == Status.ACTIVE else 0.0,
    )


def _words() -> Iterator[Term]:
    for stage, words in _STAGE_WORDS.items():
        yield Term("stage", stage.value, stage.label, words)
    for status, words in _STATUS_WORDS.items():
        yield Term("status", status.value, status.label, words)
    for park in Park.objects.all():
        yield Term("park", str(park.pk), park.name, (park.name,))
    for industry in Industry.objects.all():
        yield Term("industry", str(industry.pk), industry.name, (industry.name,))


SEARCH = Search(
    document=_document,
    words=_words,
    shows=("park", "zone", "industry", "company"),
    made_of=("assignments",),  # a liaison may find the project
)
