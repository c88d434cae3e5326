"""产业台账."""

from crm.ledgers.base import Column, Kind, Ledger, declare
from crm.models import Industry

LEDGER = declare(
    Ledger(
        key="industries",
        label="产业",
        model=Industry,
        place=50,
        natural_key=("name",),
        joins=("parent",),
        description="县里的主导产业（“2+1”）和其他产业。",
        columns=(
            Column("name", "名称", aliases=("产业", "行业", "产业名称"), required=True,
                   in_list=True),
            Column("code", "国标行业代码", aliases=("行业代码",), in_list=True,
                   help="GB/T 4754—2017 的代码，几个用顿号分隔，例如 17、18、19。"),
            Column("is_leading", "主导产业", Kind.BOOLEAN, in_list=True, is_filter=True),
            Column("cluster_target", "集群目标", Kind.MONEY, unit="亿元", in_list=True),
            Column("parent", "上级行业", Kind.REFERENCE, reference="industries",
                   tab="下级产业", is_eventual=True),
            Column("slug", "代码", aliases=("产业代码",),
                   help="报告里按产业计数的数字用它认产业，例如 textile。"),
            Column("name_en", "英文名称"),
        ),
    )
)  # fmt: skip
