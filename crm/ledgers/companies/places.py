"""企业迁移台账, and 园区归属口径: by which place a company counts for a park."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.actions.companies import relocations
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.ledgers import given
from crm.ledgers.base import Column, Kind, Ledger, declare, one
from crm.models import User
from crm.models.companies.places import ParkBasis, PlaceKind, Relocation

BASES = declare(
    Ledger(
        key="park-bases",
        label="园区归属口径",
        model=ParkBasis,
        place=22,
        natural_key=("since_year",),
        lookup=(),
        description="企业算哪个园区的：没有登记时按经营地（在地统计，企业在哪里生产经营就算哪里）；"
        "县里改按注册地的加一行，从那一年起的报告按注册地，以前的不变。两处不在同一园区的企业，"
        "报告的核对里逐户列出。",
        columns=(
            Column("since_year", "起始年度", Kind.NUMBER, aliases=("年度", "执行年度"),
                   required=True, in_list=True, help="从哪一年起执行，例如 2024。"),
            Column("basis", "归属口径", Kind.CHOICE, choices=PlaceKind, aliases=("口径",),
                   required=True, in_list=True),
            Column("document", "依据文件", aliases=("文号", "依据"), in_list=True),
        ),
    )
)  # fmt: skip


def _register(values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID) -> Relocation:
    kept = given.needed(values, {"company": "请选择企业。", "moved": "请填写迁移时间。"})
    return relocations.relocate(kept.pop("company"), by=by, anyway=anyway, **kept)


def _change(
    row: Relocation,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> Relocation:
    said = "企业迁移不能换到另一户企业或另一处；请作废这一条后另行登记。"
    kept = given.with_days(given.unmoved(values, row, "company", "place", said=said), "moved")
    return relocations.correct_relocation(row, kept, by=by, reason=reason) if kept else row


def _find(values: Mapping[str, Any], by: User) -> Relocation | None:
    company, moved = values.get("company"), values.get("moved")
    if company is None or moved is None:
        return None
    known = Relocation.objects.standing().visible_to(by).filter(company=company)
    place = values.get("place") or PlaceKind.BUSINESS
    return one(known.filter(place=place, moved_on=moved.start, moved_until=moved.end))


LEDGER = declare(
    Ledger(
        key="relocations",
        label="企业迁移",
        model=Relocation,
        place=47,
        verbs={"relocate": "登记迁移", "correct_relocation": "更正企业迁移"},
        known_on="moved",
        timeline={"moved": "企业迁移"},
        lookup=("company__name",),
        joins=("company", "from_park", "from_zone", "to_park", "to_zone", "by"),
        ordering=("-moved_until", "-pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        description="企业的经营地或注册地迁入、迁出园区：从哪一天起算另一个园区的，"
        "以前的报告仍按原来的园区计。",
        columns=(
            Column("company", "企业", Kind.REFERENCE, reference="companies",
                   aliases=("企业名称", "单位名称"), required=True, in_list=True,
                   is_filter=True),
            Column("place", "迁移的是", Kind.CHOICE, choices=PlaceKind,
                   aliases=("迁移类型", "迁移事项"), in_list=True, is_filter=True),
            Column("moved", "迁移时间", Kind.WHEN,
                   aliases=("迁移日期", "迁入时间", "迁出时间", "变更日期"), required=True,
                   in_list=True, is_sortable=True, order_by="moved_on",
                   get=lambda row: row.moved),
            Column("from_park", "原园区", Kind.REFERENCE, reference="parks",
                   tab="迁出的企业", in_list=True, in_form=False, in_import=False),
            Column("from_address", "原地址", in_form=False, in_import=False),
            Column("to_park", "新园区", Kind.REFERENCE, reference="parks",
                   tab="迁入的企业", aliases=("迁入园区", "迁往园区"), in_list=True, is_filter=True,
                   help="迁到园区以外的留空。"),
            Column("to_zone", "新片区", Kind.REFERENCE, reference="zones",
                   aliases=("迁入片区",)),
            Column("to_address", "新地址", aliases=("迁入地址", "现地址"), in_list=True),
            Column("document", "依据", aliases=("依据文件",)),
            Column("by", "经办人", Kind.REFERENCE, reference="users", in_form=False,
                   in_import=False),
        ),
    )
)  # fmt: skip
