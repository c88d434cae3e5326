"""单户保密读数台账: what single companies paid in tax and the like, for the few who may read it."""

from __future__ import annotations

from dataclasses import replace

from crm.ledgers.base import Group, Ledger, declare
from crm.ledgers.indicators.readings import (
    COMPANY,
    NAMED,
    STATED,
    TOLD,
    change,
    find_in,
    register_in,
)
from crm.models.indicators.readings import ReservedReading

LEDGER = declare(
    Ledger(
        key="reserved-readings",
        label="单户保密读数",
        group=Group.ASSESSMENT,
        model=ReservedReading,
        place=69,
        verbs={"record_reading": "登记读数", "revise_reading": "修订读数"},
        known_on="month",
        lookup=("indicator__name", "company__name", "document"),
        joins=("indicator", "company", "by"),
        ordering=("-month_on", "indicator", "pk"),
        register_verb=register_in(ReservedReading),
        change_verb=change,
        find_row=find_in(ReservedReading),
        parts=(
            ("", ("indicator", "month", "company", "value", "base", "growth", "in_month",
                  "document")),
            ("修订", ("why",)),
        ),
        description="税收等单户保密的指标，一户企业一个月一行；只有统计员和县领导能看，"
        "报告只印公布的总数。",
        columns=(*NAMED, replace(COMPANY, required=True, in_list=True), *STATED, *TOLD),
    )
)  # fmt: skip
