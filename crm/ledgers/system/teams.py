"""招商科室台账."""

from crm.ledgers.base import Column, Ledger, declare
from crm.models import Team

LEDGER = declare(
    Ledger(
        key="teams",
        label="招商科室",
        model=Team,
        place=60,
        natural_key=("name",),
        description="招商科室；网站咨询和项目按科室分派。",
        columns=(
            Column("name", "名称", aliases=("科室", "科室名称"), required=True, in_list=True),
            Column("phone", "办公电话", in_list=True),
        ),
    )
)
