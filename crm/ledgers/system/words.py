"""取值对照: what an office's own words mean under a column; settled in imports, forgotten here."""

from __future__ import annotations

from typing import Any

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.ledgers.registry import get
from crm.models.system.words import Treatment, WordMeaning


def _place(row: Any) -> str:
    """项目：产业, in the words of the ledger it is about."""
    try:
        ledger = get(row.ledger)
    except KeyError:
        return f"{row.ledger}：{row.field}"
    labels = {column.name: column.label for column in ledger.columns}
    return f"{ledger.label}：{labels.get(row.field, row.field)}"


LEDGER = declare(
    Ledger(
        key="words",
        label="取值对照",
        group=Group.COUNTY,
        model=WordMeaning,
        place=90,
        lookup=("word", "value"),
        is_read_only=True,
        verbs={"forget": "忘掉"},
        joins=("team",),
        ordering=("ledger", "field", "word"),
        description="您单位的词在台账里是什么意思：导入时问过一次，就记在这里；可以改，忘掉的下次再问。",
        columns=(
            Column("word", "表里的词", in_list=True, is_sortable=True),
            Column("place", "台账栏目", in_list=True, get=_place),
            Column("treatment", "怎么办", Kind.CHOICE, choices=Treatment, in_list=True,
                   is_filter=True),
            Column("value", "意思", in_list=True),
            Column("team", "科室", Kind.REFERENCE, reference="teams", in_list=True),
        ),
    )
)  # fmt: skip
