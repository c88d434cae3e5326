"""规上入退库台账: a stay in the list of companies above scale a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.actions.companies import spells
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.dates import When
from crm.exact import money_text
from crm.ledgers import given
from crm.ledgers.base import Column, Kind, Ledger, declare, one
from crm.models import User
from crm.models.companies.spells import AboveScaleSpell, EntryMode, ExitReason

FIRST, AGAIN = "首次入库", "再次入库"
EXIT = {"left_on", "left_until", "exit_reason", "exit_document"}


def _register(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> AboveScaleSpell:
    kept = given.needed(values, {"company": "请选择企业。", "entered": "请填写入库时间。"})
    return spells.enter(kept.pop("company"), by=by, anyway=anyway, **kept)


def _change(
    row: AboveScaleSpell,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> AboveScaleSpell:
    """A file that says of an open stay when it ended tells of 退库, anything else is corrected."""
    said = "规上入退库不能换到另一户企业；请作废这一条后另行登记。"
    kept = given.unmoved(values, row, "company", said=said)
    for name in ("entered", "left"):
        if name in kept:
            when = kept.pop(name)
            assert when is None or isinstance(when, When)
            kept[f"{name}_on"] = when.start if when else None
            kept[f"{name}_until"] = when.end if when else None
    if row.is_open and kept.get("left_on") and set(kept) <= EXIT:
        left = When(kept["left_on"], kept["left_until"])
        why, document = kept.get("exit_reason") or "", kept.get("exit_document") or ""
        return spells.leave(row, by=by, left=left, exit_reason=why, document=document)
    return spells.correct_spell(row, kept, by=by, reason=reason) if kept else row


def _find(values: Mapping[str, Any], by: User) -> AboveScaleSpell | None:
    """The stay of the company that began then."""
    company, entered = values.get("company"), values.get("entered")
    if company is None or entered is None:
        return None
    stays = AboveScaleSpell.objects.standing().visible_to(by).filter(company=company)
    return one(stays.filter(entered_on=entered.start, entered_until=entered.end))


def _margin(row: AboveScaleSpell) -> str:
    if row.margin is None:
        return ""
    return f"{'低于' if row.margin < 0 else '高出'} {money_text(abs(row.margin))}"


LEDGER = declare(
    Ledger(
        key="above-scale",
        label="规上入退库",
        model=AboveScaleSpell,
        place=42,
        verbs={"enter": "入库", "leave": "退库", "correct_spell": "更正规上入退库"},
        known_on="entered",
        timeline={"entered": "规上入库", "left": "规上退库"},
        park="company__park",
        in_figures=("company", "entered", "mode", "order", "document"),
        lookup=("company__name", "document"),
        joins=("company", "by"),
        ordering=("-entered_until", "-pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        computed=lambda found: found.with_order(),
        parts=(
            ("", ("company", "entered", "mode", "revenue", "document")),
            ("退库", ("left", "exit_reason", "exit_document", "note")),
        ),
        description="企业哪年哪月进入规模以上工业统计名录、哪年哪月退出；一段一行，两段不重叠。"
        "规上企业数由它数出。",
        columns=(
            Column("company", "企业", Kind.REFERENCE, reference="companies",
                   aliases=("企业名称", "单位名称", "单位详细名称", "规上企业", "规上企业名称",
                            "公司名称"),
                   required=True, in_list=True, is_filter=True),
            Column("entered", "入库时间", Kind.WHEN,
                   aliases=("入库日期", "入库年月", "入规时间", "入统时间", "升规时间",
                            "上规时间", "纳入规上时间", "成为规上时间"),
                   required=True, in_list=True, is_sortable=True, order_by="entered_on",
                   get=lambda row: row.entered, help="知道到月就写到月，例如 2023-05。"),
            Column("order", "首次或再次", in_list=True, in_form=False, in_import=False,
                   get=lambda row: AGAIN if row.is_reentry else FIRST),
            Column("mode", "入库方式", Kind.CHOICE, choices=EntryMode,
                   spelled=(("月度", EntryMode.MONTHLY), ("月度新增", EntryMode.MONTHLY),
                            ("年度", EntryMode.YEARLY), ("年度审批", EntryMode.YEARLY)),
                   aliases=("入库类型", "入规方式", "入统方式"), in_list=True, is_filter=True,
                   help="当年新建投产的可月度入库，其余随年报入库。"),
            Column("revenue", "主营业务收入", Kind.MONEY, unit="万元",
                   aliases=("入库依据收入", "主营收入", "营业收入", "入库时主营业务收入"),
                   in_list=True, is_sortable=True, is_summed=False,
                   help="入库依据：年度入库是上一年的，月度入库是当年累计的。"),
            Column("margin", "与标准相比", in_form=False, in_import=False, get=_margin,
                   help="与入库那一年的规上标准相比。"),
            Column("document", "入库文件", aliases=("入库文号", "批准文号", "依据文件")),
            Column("left", "退库时间", Kind.WHEN,
                   aliases=("退库日期", "退库年月", "退规时间", "退出时间", "退统时间"),
                   in_list=True, is_sortable=True, order_by="left_on",
                   get=lambda row: row.left, is_eventual=True,
                   help="没有退库的留空；写到月即可，例如 2023-08。"),
            Column("exit_reason", "退库原因", Kind.CHOICE, choices=ExitReason, is_eventual=True,
                   spelled=(("低于标准", ExitReason.BELOW), ("规下", ExitReason.BELOW),
                            ("收入不达标", ExitReason.BELOW), ("停业", ExitReason.STOPPED),
                            ("注销", ExitReason.CLOSED), ("破产", ExitReason.CLOSED),
                            ("吊销", ExitReason.CLOSED), ("搬迁", ExitReason.MOVED),
                            ("变更专业", ExitReason.OTHER_TRADE),
                            ("违法", ExitReason.UNLAWFUL)),
                   aliases=("退规原因", "退出原因", "退统原因"), in_list=True, is_filter=True),
            Column("exit_document", "退库文件", is_eventual=True, aliases=("退库文号",)),
            Column("note", "备注"),
            Column("by", "经办人", Kind.REFERENCE, reference="users", in_form=False,
                   in_import=False),
        ),
    )
)  # fmt: skip
