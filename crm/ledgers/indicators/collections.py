"""填报: the rounds, and whom they asked. They are made and answered on pages of their own."""

from django.urls import reverse

from crm.ledgers.base import Column, Group, Kind, Ledger, Noun, declare
from crm.models.indicators.collections import (
    AnswerState,
    Collection,
    CollectionLink,
    CollectionRecipient,
    RecipientKind,
)

LEDGER = declare(
    Ledger(
        key="collections",
        label="填报",
        group=Group.ASSESSMENT,
        model=Collection,
        place=64,
        also=(("填报进度", "desk-collections"),),
        page=lambda pk: reverse("desk-collection", args=[pk]),
        verbs={"start_collection": "发起填报"},
        is_read_only=True,
        lookup=("name", "asked_by"),
        joins=("maker", "due_report"),
        prefetch=("indicators",),
        computed=lambda rows: rows.counted(),
        ordering=("-due_on", "-pk"),
        description="向企业、园区、部门发专用链接收数：谁答了、谁没答；接收以前不进台账。",
        columns=(
            Column("name", "标题", in_list=True),
            Column(
                "kind", "填报对象", Kind.CHOICE, choices=RecipientKind, in_list=True, is_filter=True
            ),
            Column(
                "month",
                "月份",
                Kind.WHEN,
                in_list=True,
                is_sortable=True,
                order_by="month_on",
                get=lambda row: row.month,
            ),
            Column("due_on", "截止日期", Kind.DATE, in_list=True, is_filter=True, is_sortable=True),
            Column(
                "asked_count",
                "应报",
                Kind.NUMBER,
                in_list=True,
                is_summed=False,
                get=lambda row: row.asked_count,
            ),
            Column(
                "answered_count",
                "已报",
                Kind.NUMBER,
                in_list=True,
                is_summed=False,
                get=lambda row: row.answered_count,
            ),
            Column(
                "taken_count",
                "已接收",
                Kind.NUMBER,
                in_list=True,
                is_summed=False,
                get=lambda row: row.taken_count,
            ),
            Column("asked_by", "发起单位"),
            Column("maker", "发起人", Kind.REFERENCE, reference="users"),
            Column("due_report", "用于报送", Kind.REFERENCE, reference="due-reports"),
            Column("note", "填报说明", Kind.LONG_TEXT),
        ),
    )
)

RECIPIENTS = declare(
    Ledger(
        key="collection-recipients",
        label="填报对象",
        group=Group.ASSESSMENT,
        model=CollectionRecipient,
        place=65,
        page=lambda pk: reverse("desk-collection-answer", args=[pk]),
        verbs={
            "add_recipient": "列入填报",
            "remind_recipient": "催报",
            "remind_failed": "邮件没有发出",
            "save_answer": "存草稿",
            "submit_answer": "提交填报",
            "return_answer": "退回填报",
            "take_answer": "接收填报",
        },
        is_read_only=True,
        lookup=("company__name", "park__name", "department"),
        joins=("collection", "company", "park", "taken_by"),
        ordering=("-collection__due_on", "collection", "pk"),
        title=lambda row: f"{row} · {row.collection}",
        description="每次填报问了谁，答到哪一步；答的内容接收后在它的台账里。",
        columns=(
            Column(
                "collection",
                "填报",
                Kind.REFERENCE,
                reference="collections",
                in_list=True,
                is_filter=True,
            ),
            Column("subject", "对象", in_list=True, get=lambda row: row.subject_name),
            Column("state", "状态", Kind.CHOICE, choices=AnswerState, in_list=True, is_filter=True),
            Column("submitted_at", "提交时间", Kind.DATE, in_list=True, is_sortable=True),
            Column("taken_at", "接收时间", Kind.DATE, in_list=True),
            Column("taken_by", "接收人", Kind.REFERENCE, reference="users"),
            Column("return_reason", "退回原因"),
            Column("reminded_on", "最近催报", Kind.DATE, in_list=True),
        ),
    )
)

LINK = declare(
    Noun(
        label="填报链接",
        model=CollectionLink,
        verbs={"give_link": "发出链接", "revoke_link": "停用链接", "open_link": "打开链接"},
    )
)  # fmt: skip
