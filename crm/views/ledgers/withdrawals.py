"""作废 on the desk: the page on which a fact is withdrawn, with what follows from it, and the page
of a row that was withdrawn with its import."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from crm import ledgers
from crm.actions import withdrawals
from crm.errors import Hidden, Refused, WithdrawnRow
from crm.exact import money_text, trimmed
from crm.forms.ledgers import VerbForm, show_refusal
from crm.models import (
    Agreement,
    AgreementKind,
    AuditEntry,
    ClaimRuling,
    Confirmation,
    CreditShare,
    FundingReceipt,
    StageMove,
)
from crm.models.companies.evaluation_inputs import EvaluationInput, EvaluationMark
from crm.models.companies.evaluations import Evaluation
from crm.models.companies.industry_changes import IndustryChange
from crm.models.companies.loans import Loan
from crm.models.companies.places import Relocation
from crm.models.companies.spells import AboveScaleSpell
from crm.models.delivery.investment_plans import InvestmentPlan
from crm.models.delivery.project_months import ProjectMonth
from crm.models.indicators.closings import MonthClosing
from crm.models.indicators.due_reports import ReportSending
from crm.models.indicators.forecasts import Forecast
from crm.models.indicators.readings import MonthlyReading
from crm.stages import Stage
from crm.views.base import back_to, desk, fact_or_hidden, ledger_or_hidden
from crm.views.ledgers import facts, history
from crm.views.ledgers.cells import Shower
from crm.views.ledgers.row_verbs import said_in_one_line, verb_page
from crm.views.system.submissions import made_before, once

# The pages on which a row itself is read; every other address of a withdrawn row is gone.
OWN_PAGES = {"desk-row", "desk-project", "desk-collection", "desk-collection-answer"}


class VoidForm(VerbForm):
    """Why it should never have been entered."""

    reason = forms.CharField(
        label="作废原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "例如：登记时看错了项目"}),
        help_text="写明为什么当初不该登记，以后查到这一条的人会看到。",
    )


@desk
def void(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Withdraws a standing fact; one that was corrected or withdrawn leads to its page, which says
    so."""
    ledger = ledger_or_hidden(key, request.user)
    if not ledger.is_of_facts:
        raise Hidden()
    fact = fact_or_hidden(ledger, request.user, pk)
    withdrawals.require(fact, request.user)
    page = reverse("desk-row", args=[key, pk])
    back = back_to(request, page)
    if made_before(request):
        return redirect(back)
    form = VoidForm(request.POST if request.method == "POST" else None)
    try:
        withdrawals.check(fact)
        if request.method == "POST" and form.is_valid():
            once(request, partial(withdrawals.void, fact, by=request.user, **form.cleaned_data))
            messages.success(request, f"已作废{ledger.label}“{fact}”，原来的记录仍可查到。")
            return redirect(back)
    except Refused as refused:
        if refused.code == "stale":
            messages.info(request, refused.reason)
            return redirect(page)
        if "reason" not in refused.fields:
            raise
        show_refusal(form, refused)
    shower, holder = Shower(request.user), fact.holder
    cells = [shower.cell(c, fact, full=True) for c in facts.kept_of(ledger) if c.in_list]
    noted = [ledger.label, *(cell.text for cell in cells if not cell.is_empty)]
    return verb_page(
        request,
        form,
        project=holder or ledger.label,
        crumb=ledgers.address_of(holder, holder.pk) if holder else reverse("desk-list", args=[key]),
        back=back,
        title="作废",
        note=said_in_one_line(noted),
        effects=effects(fact),
        button="作废",
    )


# What follows, in sentences


def effects(fact: Any) -> list[str]:
    told = ["从今天起不再计入任何清单、数字和报告；照今天以前的情况重印的报告不变。"]
    if corrections := len(fact.chain()) - 1:
        told.append(f"它更正过 {corrections} 次，连同更正一起作废，不会回到更正以前的内容。")
    match fact:
        case StageMove():
            told += _of_move(fact)
        case Agreement():
            told += _of_agreement(fact)
        case FundingReceipt():
            allowed = fact.allowed_amount
            counted = fact.amount_text if allowed is None else money_text(allowed)
            told.append(f"累计到位资金减少{counted}，到位率随之变化。")
        case CreditShare():
            told += _of_credit(fact)
        case ClaimRuling():
            units = "、".join(claim.unit for claim in fact.claims.all())
            told.append(f"首谈回到有争议，等县里重新裁定：{units}。")
        case AboveScaleSpell():
            told.append("企业在这段时间不再算规上；只是退库的，请办理退库。")
        case IndustryChange():
            told.append(f"企业回到{fact.from_industry}，变更以前和以后都按它计。")
        case MonthlyReading():
            told.append(
                f"{fact.subject_name}{fact.month}的{fact.indicator}回到未知，可以重新登记。"
            )
        case Forecast():
            told.append(f"{fact.year}年{fact.indicator}的全年预计回到更早的一条；没有的就未知。")
        case InvestmentPlan():
            told.append(f"{fact.year}年按其余的计划算完成率；没有的就不知道。")
        case ProjectMonth():
            told.append(f"{fact.project}{fact.month}变为待报，可以重新报送。")
        case ReportSending():
            told.append(f"{fact.period}的“{fact.due_report}”回到没有报出，到期或逾期会再提醒。")
        case Relocation():
            told.append(
                f"企业的{fact.get_place_display()}回到{fact.from_text}，以前和以后都按它计。"
            )
        case Loan():
            told.append("这笔贷款从企业的园惠贷里去掉；只是结清的，请登记结清。")
        case MonthClosing():
            told.append(f"{fact.month}重新开放，读数再登记、修订不必写明原因。")
        case EvaluationInput():
            told.append(f"企业{fact.year}年的亩均数据回到未知，公布了的结果不变，重算会不一致。")
        case EvaluationMark():
            told.append(f"企业{fact.year}年照数据评，公布了的结果不变，重算会不一致。")
        case Evaluation():
            told.append(f"这户企业没有{fact.year}年的结果，可以重新公布；别的企业的结果不变。")
        case Confirmation():
            told = _of_word(fact)
    if who := "、".join(dict.fromkeys(str(word.by) for word in _standing_words(fact))):
        told.append(f"{who}对它的认定意见随之失效。")
    return [*told, "原来的内容、作废的原因和经办人都保留，在它的页面上可以查到。"]


def _of_move(move: StageMove) -> list[str]:
    project = move.project
    before = StageMove.objects.standing().filter(project=project).order_by("-place")[1]
    since = f"（{before.occurred.text} 起）" if before.occurred else ""
    where = f"{before.get_to_stage_display()}、{before.get_to_status_display()}"
    told = [f"项目回到{where}{since}。"]
    signed = Agreement.objects.investments_in_force().filter(project=project)
    if move.to_stage == Stage.SIGNED and not move.is_status_change and signed.exists():
        told.append("投资协议仍然有效，照旧计入招引入驻；协议也登记错了的，请另行作废。")
    return told


def _of_agreement(agreement: Agreement) -> list[str]:
    project = agreement.project
    match agreement.kind:
        case AgreementKind.INCREASE:
            return ["这笔增资不再计入项目的协议投资总额，到位率随之变化。"]
        case AgreementKind.INVESTMENT:
            told = ["项目不再计入招引入驻项目和协议总投资；可以重新登记投资协议。"]
        case _:
            told = ["招引入驻项目数和协议投资额不变：它们按投资协议计。"]
    where = f"{project.get_stage_display()}、{project.get_status_display()}"
    kept = f"项目仍在{where}，阶段和状态不变"
    if agreement.kind == AgreementKind.INVESTMENT and project.stage == Stage.SIGNED:
        kept += "；进入签约的那一步也登记错了的，请另行作废"
    return [*told, f"{kept}。"]


def _of_credit(share: CreditShare) -> list[str]:
    shares = withdrawals.divided_with(share)
    named = "、".join(f"{one.unit} {trimmed(one.percent)}%" for one in shares)
    return [
        f"同一次划分的份额一起作废：{named}。",
        "业绩按上一次划分计；没有上一次的，全归项目现在的科室和园区。",
    ]


def _of_word(word: Confirmation) -> list[str]:
    others = [one for one in _standing_words(word.move or word.receipt) if one.pk != word.pk]
    now = f"{others[-1].by}的意见：{others[-1].get_judgement_display()}" if others else "待认定"
    return [
        "从今天起这个意见不算数；照今天以前的情况重印的报告不变。",
        f"它说的那一条回到{now}，照样计入报告。",
    ]


def _standing_words(fact: Any) -> list[Confirmation]:
    return [word.row for word in facts.words_on(fact) if not word.is_withdrawn]


# A row that was withdrawn


def withdrawn_page(request: HttpRequest, gone: WithdrawnRow) -> HttpResponse:
    """What the row was, that it is withdrawn, by whom and why, and its history; nothing to do."""
    row, ledger = gone.row, gone.ledger
    shower = Shower(request.user)
    cells = [shower.cell(column, row, full=True) for column in ledger.columns]
    match = request.resolver_match
    return render(
        request,
        "crm/withdrawn.html",
        {
            "ledger": ledger,
            "title": ledger.title(row),
            "said": _said(row),
            "facts": [cell for cell in cells if not cell.is_empty],
            "history": history.of_row(row),
        },
        status=200 if match and match.url_name in OWN_PAGES else 410,
    )


def _said(row: Any) -> str:
    """Who withdrew a row, when, and what for."""
    day = timezone.localtime(row.withdrawn_at).date().isoformat()
    entry = (
        AuditEntry.objects.filter(
            object_type=row._meta.label_lower, object_id=row.pk, changes__has_key="withdrawn_at"
        )
        .select_related("actor")
        .first()
    )
    if entry is None:
        return f"{day} 作废。"
    verb, who, reason = history.said(entry)
    why = f"（{reason}）" if reason else ""
    return f"{day} {who}{verb}{why}，这一条随之作废。"
