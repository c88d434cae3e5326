"""到位资金台账."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.actions.pipeline import receipts
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.errors import Refused
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import (
    Currency,
    FundArea,
    FundForm,
    FundingReceipt,
    FundSource,
    User,
    judged_text,
)

ALLOWED = ("allowed_amount", "allowance_reason", "allowance_document")


@transaction.atomic
def _register(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> FundingReceipt:
    kept = given.needed(values, {"project": "请选择项目。", "received": "请填写到账日期。"})
    allowed = {name: kept.pop(name) for name in ALLOWED if name in kept}
    receipt = receipts.record_receipt(kept.pop("project"), by=by, anyway=anyway, **kept)
    return _allow(receipt, allowed, by=by)


@transaction.atomic
def _change(
    row: FundingReceipt,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> FundingReceipt:
    said = "到位资金不能换到另一个项目；请作废这一笔后另行登记。"
    kept = given.with_days(given.unmoved(values, row, "project", said=said), "received")
    allowed = {name: kept.pop(name) for name in ALLOWED if name in kept}
    if kept:
        row = receipts.correct_receipt(row, kept, by=by, reason=reason)
    return _allow(row, allowed, by=by)


def _allow(row: FundingReceipt, told: Mapping[str, Any], *, by: User) -> FundingReceipt:
    """核定 as a file states it: by who may, whatever else of the row is told."""
    if not any(value not in (None, "") for value in told.values()):
        return row
    known = {name: getattr(row, name) for name in ALLOWED} | dict(told)
    if known["allowed_amount"] is None:
        raise Refused("写了核减原因或核定文件，请填写核定数。", "invalid", ["allowed_amount"])
    return receipts.allow_receipt(
        row,
        known["allowed_amount"],
        by=by,
        reason=known["allowance_reason"] or "",
        document=known["allowance_document"] or "",
    )


def _find(values: Mapping[str, Any], by: User) -> FundingReceipt | None:
    """The payment on record that a row of a file means."""
    project, received = values.get("project"), values.get("received")
    if project is None or received is None:
        return None
    named = {
        name: values[name]
        for name in ("amount", "foreign_amount", "source", "evidence")
        if values.get(name) is not None
    }
    receipt = FundingReceipt(
        project=project, received_on=received.start, received_until=received.end, **named
    )
    return one(receipts.same_receipts(receipt, by=by))


LEDGER = declare(
    Ledger(
        key="receipts",
        label="到位资金",
        group=Group.PROJECT,
        model=FundingReceipt,
        place=70,
        verbs={
            "record_receipt": "登记到位资金",
            "correct_receipt": "更正到位资金",
            "allow_receipt": "核定到位资金",
        },
        park="project__park",
        in_figures=("project", "received", "source", "evidence"),
        known_on="received",
        timeline={"received": "资金到位"},
        seen_from={"companies": "project__company"},
        lookup=("project__name", "evidence"),
        joins=("project", "by"),
        ordering=("-received_until", "-pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        computed=lambda found: found.with_judgement(),
        description="已经到位的投资，一笔一行，有凭证；上报数和核定数分开记，到位率由它们和协议投资额算出，不按进度推算。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects",
                   aliases=("项目名称", "到资项目"),
                   required=True, in_list=True),
            Column("received", "到账日期", Kind.WHEN,
                   aliases=("到位日期", "到位时间", "日期", "到资日期", "资金到位日期", "到位年月",
                            "入账日期"),
                   required=True, in_list=True, is_sortable=True, order_by="received_on",
                   get=lambda row: row.received),
            Column("amount", "上报数", Kind.MONEY, unit="万元",
                   aliases=("到位金额", "到位资金", "实际到位资金", "上报金额", "上报资金",
                            "上报到位资金", "金额", "到位资金额", "到资金额", "实际到位",
                            "实际到位金额", "实到资金", "到账金额", "到账资金", "本次到位资金"),
                   in_list=True, is_filter=True, is_sortable=True,
                   help="外币到账可留空，按当月汇率折算。"),
            Column("allowed_amount", "核定数", Kind.MONEY, unit="万元",
                   aliases=("核定金额", "核定资金", "核定到位资金", "认定数", "认定金额",
                            "认定到位资金"),
                   in_list=True,
                   in_form=False, is_filter=True, is_sortable=True, lacking="未核定",
                   help="有权的一级核定了多少；没有核定的留空。"),
            Column("disallowed", "核减", Kind.MONEY, unit="万元", in_form=False, in_import=False,
                   get=lambda row: row.disallowed),
            Column("source", "资金来源", Kind.CHOICE, choices=FundSource, aliases=("来源",),
                   in_list=True, is_filter=True),
            Column("form", "到位形式", Kind.CHOICE, choices=FundForm,
                   aliases=("形式", "出资形式", "出资方式", "资金形式"), is_filter=True,
                   help="设备实物和土地按价值计。"),
            Column("source_area", "来源区域", Kind.CHOICE, choices=FundArea,
                   aliases=("资金来源区域", "资金来源地", "区域"), is_filter=True,
                   help="外币没有填的记作境外。"),
            Column("evidence", "凭证", aliases=("凭证号", "银行回单"), in_list=True,
                   help="银行回单、进账单或发票的编号。"),
            Column("foreign", "外币", in_list=True, in_form=False, in_import=False, in_api=False,
                   get=lambda row: row.foreign_text),
            Column("currency", "币种", Kind.CHOICE, choices=Currency),
            Column("foreign_amount", "外币金额", Kind.NUMBER, help="币种不是人民币时填写。"),
            Column("allowance_reason", "核减原因", aliases=("核减理由",), in_form=False),
            Column("allowance_document", "核定文件", aliases=("核定文号", "核减文件", "核定依据"),
                   in_form=False),
            Column("judged", "认定", in_form=False, in_import=False, get=judged_text),
            Column("by", "经办人", Kind.REFERENCE, reference="users", in_form=False,
                   in_import=False),
        ),
    )
)  # fmt: skip
