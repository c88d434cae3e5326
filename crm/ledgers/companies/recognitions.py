"""荣誉认定台账: 授牌、评定、典型经验、批示、媒体报道."""

from collections.abc import Mapping
from typing import Any

from crm.ledgers.base import Column, Kind, Ledger, declare, one
from crm.models import (
    Recognition,
    RecognitionKind,
    RecognitionLevel,
    RecognitionState,
    Subject,
    User,
)


def _find(values: Mapping[str, Any], by: User) -> Recognition | None:
    """The same title and level of the same park, company or county."""
    names = ("title", "subject", "kind", "level", "park", "company")
    known = {name: values.get(name) for name in names}
    if not known["title"] or not known["subject"]:
        return None
    return one(Recognition.objects.visible_to(by).filter(**known))


LEDGER = declare(
    Ledger(
        key="recognitions",
        label="荣誉认定",
        model=Recognition,
        place=40,
        known_on="granted",
        lookup=("title", "issuer", "document", "park__name", "company__name"),
        joins=("park", "company"),
        find_row=_find,
        description="园区、企业和全县获得的授牌、评定、批示和报道，从申报到获批、撤销。",
        columns=(
            Column("title", "名称", aliases=("荣誉名称", "认定名称"), required=True,
                   in_list=True),
            Column("subject", "对象", Kind.CHOICE, choices=Subject, required=True,
                   in_list=True, is_filter=True),
            Column("park", "园区", Kind.REFERENCE, reference="parks", in_list=True,
                   is_filter=True),
            Column("company", "企业", Kind.REFERENCE, reference="companies", in_list=True),
            Column("kind", "类型", Kind.CHOICE, choices=RecognitionKind, required=True,
                   in_list=True, is_filter=True),
            Column("level", "级别", Kind.CHOICE, choices=RecognitionLevel, required=True,
                   in_list=True, is_filter=True),
            Column("state", "状态", Kind.CHOICE, choices=RecognitionState, in_list=True,
                   is_filter=True),
            Column("granted", "获批日期", Kind.WHEN, aliases=("授牌日期", "发文日期", "日期"),
                   in_list=True, is_sortable=True, order_by="granted_on",
                   get=lambda row: row.granted),
            Column("issuer", "发文单位", aliases=("授予单位", "认定机关")),
            Column("document", "文号", aliases=("文件号",)),
            Column("revoked_on", "撤销日期", Kind.DATE, help="只有状态是撤销时填写。"),
            Column("note", "备注", help="例如“全市唯一”。"),
        ),
    )
)  # fmt: skip
