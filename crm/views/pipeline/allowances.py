"""核定: the page on which what the deciding level allowed of a receipt is put on record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from crm import access
from crm.access import Action
from crm.actions.pipeline import receipts
from crm.errors import Hidden, Refused
from crm.exact import WAN
from crm.forms.fields import MoneyField
from crm.forms.ledgers import VerbForm, show_refusal
from crm.models import FundingReceipt
from crm.views.base import desk
from crm.views.ledgers.row_verbs import Verb, verb_page

NAMES = {
    "allowed_amount": "amount",
    "allowance_reason": "reason",
    "allowance_document": "document",
}


class AllowanceForm(VerbForm):
    """What was allowed of what was reported; the reason and the document where it is less."""

    amount = MoneyField(unit="万元", factor=int(WAN), label="核定数", help_text="全部核减填 0。")
    reason = forms.CharField(
        label="核减原因",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "例如：设备发票未提供，暂不认"}),
        help_text="核定数小于上报数时填写。",
    )
    document = forms.CharField(
        label="核定文件", max_length=200, required=False, help_text="文号或通知名称；有核减必填。"
    )


def allowance_verbs(receipt: FundingReceipt, user: Any) -> list[Verb]:
    """The button on a receipt's page, for the role that confirms."""
    if not access.may(user, Action.CONFIRM, receipt):
        return []
    return [Verb("核定", reverse("desk-allow", args=[receipt.pk]))]


@desk
def allow(request: HttpRequest, pk: int) -> HttpResponse:
    found = FundingReceipt.objects.visible_to(request.user).filter(pk=pk)
    receipt = found.select_related("project").first()
    if receipt is None:
        raise Hidden()
    access.require(request.user, Action.CONFIRM, receipt)
    back = reverse("desk-row", args=["receipts", pk])
    if request.method == "GET" and not receipt.stands:
        messages.info(request, "这一笔已被更正或作废，请看最新的一笔。")
        return redirect(back)
    first = receipt.yuan if receipt.allowed_amount is None else receipt.allowed_amount
    form = AllowanceForm(
        request.POST if request.method == "POST" else None,
        initial={
            "amount": first,
            "reason": receipt.allowance_reason,
            "document": receipt.allowance_document,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            allowed = receipts.allow_receipt(receipt, by=request.user, **form.cleaned_data)
        except Refused as refused:
            refused.fields = {NAMES.get(name, name): why for name, why in refused.fields.items()}
            show_refusal(form, refused)
        else:
            messages.success(request, "已核定；上报数仍然保留，报告和目标按核定数计。")
            return redirect("desk-row", "receipts", allowed.pk)
    return verb_page(
        request,
        form,
        title="核定到位资金",
        note=f"{receipt.received}，{receipt.get_form_display()}，上报 {receipt.amount_text}。"
        "核定后按核定数计，不再待认定。",
        button="核定",
        project=receipt.project,
        back=back,
    )
