"""园惠贷台账."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.actions.companies import loans
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.ledgers import given
from crm.ledgers.base import Column, Kind, Ledger, declare, one
from crm.models import User
from crm.models.companies.loans import Loan, LoanState


def _register(values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID) -> Loan:
    kept = given.needed(values, {"company": "请选择企业。", "bank": "请填写贷款银行。"})
    return loans.record_loan(kept.pop("company"), by=by, anyway=anyway, **kept)


def _change(
    row: Loan,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> Loan:
    """A file that says no more than the next step of a loan takes it, anything else corrects."""
    said = "园惠贷不能换到另一户企业；请作废这一条后另行登记。"
    kept = given.unmoved(values, row, "company", said=said)
    if len(kept) == 1:
        name, when = next(iter(kept.items()))
        to = LoanState(name) if name in LoanState.values else None
        if when and to in loans.MOVES and row.step in loans.MOVES[to]:
            return loans.step(row, to, by=by, on=when)
    return loans.correct_loan(row, kept, by=by, reason=reason) if kept else row


def _find(values: Mapping[str, Any], by: User) -> Loan | None:
    """The loan of this company and bank that was applied for then, else that was granted then."""
    mine = Loan.objects.standing().visible_to(by)
    mine = mine.filter(company=values.get("company"), bank=(values.get("bank") or "").strip())
    for name in ("applied", "granted"):
        when = values.get(name)
        if when is None:
            continue
        same = {f"{name}_on": when.start, f"{name}_until": when.end}
        if (found := one(mine.filter(**same))) is not None:
            return found
    return None


LEDGER = declare(
    Ledger(
        key="loans",
        label="园惠贷",
        model=Loan,
        place=53,
        verbs={
            "record_loan": "登记园惠贷",
            "loan_granted": "放款",
            "loan_overdue": "逾期",
            "loan_settled": "结清",
            "correct_loan": "更正园惠贷",
        },
        known_on="granted",
        timeline={
            "applied": "申请园惠贷",
            "granted": "园惠贷放款",
            "overdue": "园惠贷逾期",
            "settled": "园惠贷结清",
        },
        lookup=("company__name", "bank"),
        joins=("company", "by"),
        computed=lambda found: found.with_state(),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        description="园惠贷的每一笔：哪家银行、多少、多久，申请、放款、逾期、结清各在哪一天。"
        "金额是企业的商业秘密，只有统计员、县领导、科长和企业联络员看得到。",
        columns=(
            Column("company", "企业", Kind.REFERENCE, reference="companies",
                   aliases=("企业名称", "借款企业", "贷款企业", "借款人", "单位名称"),
                   required=True, in_list=True, is_filter=True),
            Column("bank", "贷款银行", aliases=("银行", "合作银行", "承贷银行", "放款银行"),
                   required=True, in_list=True),
            Column("amount", "贷款金额", Kind.MONEY, unit="万元",
                   aliases=("金额", "授信金额", "放款金额", "申请金额"), in_list=True,
                   is_sortable=True),
            Column("term_months", "期限", Kind.NUMBER, unit="个月",
                   aliases=("贷款期限", "期限（月）"), in_list=True, is_summed=False),
            Column("state", "状态", Kind.CHOICE, choices=LoanState, in_list=True, in_form=False,
                   in_import=False, is_filter=True,
                   get=lambda row: row.step.value, help="由最后一步的日期得出。"),
            Column("applied", "申请时间", Kind.WHEN, aliases=("申请日期",),
                   get=lambda row: row.applied, order_by="applied_on", is_sortable=True),
            Column("granted", "放款时间", Kind.WHEN, aliases=("放款日期", "发放日期"),
                   get=lambda row: row.granted, in_list=True, order_by="granted_on",
                   is_sortable=True),
            Column("overdue", "逾期时间", Kind.WHEN, aliases=("逾期日期",),
                   get=lambda row: row.overdue, order_by="overdue_on", is_eventual=True),
            Column("settled", "结清时间", Kind.WHEN, aliases=("结清日期", "还清日期"),
                   get=lambda row: row.settled, order_by="settled_on", is_eventual=True),
            Column("note", "备注", is_eventual=True),
            Column("by", "经办人", Kind.REFERENCE, reference="users", in_form=False,
                   in_import=False),
        ),
    )
)  # fmt: skip
