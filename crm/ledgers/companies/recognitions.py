"""荣誉认定台账: 授牌、评定、典型经验、批示、媒体报道."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from crm.ledgers.base import Column, Kind, Ledger, declare, one
from crm.models import (
    ClaimScope,
    Grant,
    Recognition,
    RecognitionKind,
    RecognitionLevel,
    RecognitionState,
    Subject,
    TitleKind,
    User,
)

# What lists of titles write for them.
TITLES = (
    ("小巨人", TitleKind.LITTLE_GIANT),
    ("专精特新小巨人", TitleKind.LITTLE_GIANT),
    ("国家级专精特新小巨人", TitleKind.LITTLE_GIANT),
    ("专精特新“小巨人”企业", TitleKind.LITTLE_GIANT),
    ("省级专精特新", TitleKind.PROVINCIAL_SRDI),
    ("专精特新中小企业", TitleKind.PROVINCIAL_SRDI),
    ("省级专精特新中小企业", TitleKind.PROVINCIAL_SRDI),
    ("贡嘎培优企业", TitleKind.GONGGA),
    ("“贡嘎培优”企业", TitleKind.GONGGA),
    ("省级绿色工厂", TitleKind.GREEN_FACTORY),
    ("特色园区", TitleKind.SPECIAL_PARK),
    ("专业园区", TitleKind.SPECIAL_PARK),
    ("市级特色园区", TitleKind.SPECIAL_PARK),
    ("镇园之宝企业", TitleKind.TREASURE),
)
GRANTS = (
    ("首次", Grant.FIRST),
    ("新认定", Grant.FIRST),
    ("新增", Grant.FIRST),
    ("复核通过", Grant.REVIEW),
    ("重新认定", Grant.REVIEW),
    ("延续", Grant.RENEWAL),
    ("有效期延长", Grant.RENEWAL),
)


def _find(values: Mapping[str, Any], by: User) -> Recognition | None:
    """The same title and level of the same park, company or county, granted in the same way; of
    renewals, which come again, that of the same year or one without a date."""
    names = ("title", "subject", "kind", "level", "park", "company")
    known = {name: values.get(name) for name in names}
    if not known["title"] or not known["subject"]:
        return None
    grant, granted = values.get("grant") or Grant.FIRST, values.get("granted")
    same = Recognition.objects.visible_to(by).filter(**known, grant=grant)
    if grant != Grant.FIRST and granted is not None:
        same = same.filter(Q(granted_on=None) | Q(granted_on__year=granted.start.year))
    return one(same)


LEDGER = declare(
    Ledger(
        key="recognitions",
        label="荣誉认定",
        model=Recognition,
        place=40,
        known_on="granted",
        timeline={"granted": "荣誉认定", "revoked_on": "撤销荣誉"},
        park="company__park",
        in_figures=("company", "title", "granted", "document"),
        lookup=("title", "issuer", "document", "park__name", "company__name"),
        joins=("park", "company"),
        find_row=_find,
        parts=(
            ("", ("title", "subject", "park", "company", "kind", "level", "title_kind", "grant",
                  "state", "granted")),
            ("文件和撤销", ("issuer", "document", "revoked_on", "note")),
            ("“全市唯一”“首批”一类的说法",
             ("claim", "claim_scope", "claim_on", "claim_source")),
        ),
        description="园区、企业和全县获得的授牌、评定、批示和报道，从申报到获批、撤销。",
        columns=(
            Column("title", "名称", aliases=("荣誉名称", "认定名称"), required=True,
                   in_list=True),
            Column("subject", "对象", Kind.CHOICE, choices=Subject, required=True,
                   in_list=True, is_filter=True),
            Column("park", "园区", Kind.REFERENCE, reference="parks", in_list=True,
                   is_filter=True),
            Column("company", "企业", Kind.REFERENCE, reference="companies",
                   aliases=("企业名称", "获奖企业", "认定企业"), in_list=True, is_filter=True),
            Column("kind", "类型", Kind.CHOICE, choices=RecognitionKind, required=True,
                   in_list=True, is_filter=True),
            Column("level", "级别", Kind.CHOICE, choices=RecognitionLevel, required=True,
                   in_list=True, is_filter=True),
            Column("title_kind", "称号", Kind.CHOICE, choices=TitleKind, spelled=TITLES,
                   aliases=("称号类别", "荣誉称号", "培育称号", "称号代码"),
                   in_list=True, is_filter=True,
                   help="报告按称号计数；不填的按名称判断，都不是的选“其他”。"),
            Column("grant", "认定方式", Kind.CHOICE, choices=Grant, spelled=GRANTS,
                   aliases=("首次或复核", "是否复核", "认定类别"), is_filter=True,
                   help="复核和续期不算新增。"),
            Column("state", "状态", Kind.CHOICE, choices=RecognitionState, in_list=True,
                   is_filter=True),
            Column("granted", "获批日期", Kind.WHEN, aliases=("授牌日期", "发文日期", "日期"),
                   in_list=True, is_sortable=True, order_by="granted_on",
                   get=lambda row: row.granted),
            Column("issuer", "发文单位", aliases=("授予单位", "认定机关")),
            Column("document", "文号", aliases=("文件号",)),
            Column("revoked_on", "撤销日期", Kind.DATE, help="只有状态是撤销时填写。"),
            Column("note", "备注"),
            Column("claim", "说法", aliases=("唯一性说法", "突破说法"),
                   help="例如 全市唯一；写了说法，范围、日期和出处都要填。"),
            Column("claim_scope", "说法范围", Kind.CHOICE, choices=ClaimScope,
                   help="在多大的范围内是这样。"),
            Column("claim_on", "说法日期", Kind.DATE, aliases=("截至日期",),
                   help="截至哪一天是这样。"),
            Column("claim_source", "说法出处", aliases=("依据", "出处"),
                   help="谁说的：文件、报道或通报。"),
        ),
    )
)  # fmt: skip
