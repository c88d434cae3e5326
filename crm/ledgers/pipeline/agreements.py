"""协议台账."""

from collections.abc import Mapping
from typing import Any

from crm.actions.pipeline import agreements
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.errors import Refused
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import Agreement, AgreementKind, Currency, User


def _register(values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID) -> Agreement:
    kept = dict(values)
    project, signed = kept.pop("project", None), kept.pop("signed", None)
    wrong = {}
    if project is None:
        wrong["project"] = "请选择项目。"
    if signed is None:
        wrong["signed"] = "请填写签订日期。"
    if wrong:
        raise Refused("；".join(wrong.values()), "invalid", wrong)
    named = {name: value for name, value in kept.items() if value is not None}
    return agreements.sign_agreement(project, by=by, signed=signed, anyway=anyway, **named)


def _change(
    row: Agreement,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> Agreement:
    said = "协议不能换到另一个项目；请把这一份作废后另行登记。"
    kept = given.with_days(given.unmoved(values, row, "project", said=said), "signed")
    return agreements.correct_agreement(row, kept, by=by, reason=reason)


def _find(values: Mapping[str, Any], by: User) -> Agreement | None:
    """The standing agreement of the same project and kind, signed on the same day, be it ended or
    not; else the 投资 one in force, which is the only one."""
    project, kind = values.get("project"), values.get("kind") or AgreementKind.INVESTMENT
    if project is None:
        return None
    standing = Agreement.objects.standing().visible_to(by).filter(project=project, kind=kind)
    signed = values.get("signed")
    that_day = list(standing.filter(signed_on=signed.start)) if signed else []
    in_force = [agreement for agreement in that_day if agreement.ended_on is None]
    if that_day:
        return one(in_force or that_day)
    if kind != AgreementKind.INVESTMENT:
        return None
    return one(standing.filter(ended_on__isnull=True))


LEDGER = declare(
    Ledger(
        key="agreements",
        label="协议",
        group=Group.PROJECT,
        model=Agreement,
        place=30,
        verbs={"sign_agreement": "登记协议", "correct_agreement": "更正协议"},
        park="park",
        in_figures=("project", "signed", "kind", "park"),
        lookup=("project__name",),
        joins=("project", "park", "by"),
        timeline={"signed": "签订协议", "ended_on": "协议终止"},
        seen_from={"companies": "project__company"},
        ordering=("-signed_on", "-pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        description="签约以投资协议为准：一个项目一份，框架协议不算，追加投资记增资。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects",
                   aliases=("项目名称", "签约项目", "签约项目名称"),
                   required=True, in_list=True),
            Column("kind", "协议类型", Kind.CHOICE, choices=AgreementKind,
                   aliases=("类型", "合同类型", "协议种类", "协议类别"),
                   in_list=True, is_filter=True),
            Column("signed", "签订日期", Kind.WHEN,
                   aliases=("签约日期", "签约时间", "签订时间", "协议签订日期", "合同签订日期",
                            "签署日期", "签约年月"),
                   required=True, in_list=True, is_sortable=True, order_by="signed_on",
                   get=lambda row: row.signed),
            Column("amount", "协议投资额", Kind.MONEY, unit="万元",
                   aliases=("合同引资额", "协议金额", "签约金额", "投资额", "协议投资",
                            "协议总投资", "协议投资总额", "协议引资额", "协议额", "合同金额",
                            "合同投资额", "签约投资额", "签约额", "总投资", "总投资额", "投资总额"),
                   in_list=True,
                   is_filter=True, is_sortable=True),
            Column("park", "落户园区", Kind.REFERENCE, reference="parks",
                   aliases=("园区", "所属园区", "落地园区"),
                   in_list=True, is_filter=True),
            Column("currency", "币种", Kind.CHOICE, choices=Currency, in_form=False),
            Column("foreign_amount", "外币金额", Kind.NUMBER, in_form=False, in_import=False),
            Column("ended_on", "终止日期", Kind.DATE, in_form=False, in_import=False),
            Column("note", "备注"),
        ),
    )
)  # fmt: skip
