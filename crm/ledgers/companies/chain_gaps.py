"""产业链台账: 每个产业的环节，有、弱、缺."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import ChainGap, LinkState

LEDGER = declare(
    Ledger(
        key="chain",
        label="产业链环节",
        group=Group.COUNTY,
        model=ChainGap,
        place=10,
        natural_key=("industry", "name"),
        joins=("industry",),
        description="主导产业链上的环节，县里有、弱还是缺；缺的就是招商方向。",
        columns=(
            Column("name", "环节", aliases=("产业链环节", "环节名称"), required=True,
                   in_list=True),
            Column("industry", "产业", Kind.REFERENCE, reference="industries",
                   aliases=("产业链", "所属产业"), required=True, in_list=True, is_filter=True),
            Column("state", "现状", Kind.CHOICE, choices=LinkState, aliases=("有弱缺", "状态"),
                   required=True, in_list=True, is_filter=True),
            Column("note", "说明", aliases=("备注说明",), in_list=True),
        ),
    )
)  # fmt: skip
