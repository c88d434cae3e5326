"""亩均评价: the pages on which results are published, schemes are copied, and appeals ruled on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from crm import access
from crm.access import Action
from crm.actions.companies import evaluation_schemes, evaluations
from crm.errors import Refused
from crm.forms.fields import DayField, MoneyField, NumberField
from crm.forms.ledgers import DatedForm, VerbForm, scale_of, show_refusal
from crm.ledgers import Kind, get
from crm.models.companies.evaluation_inputs import LAND, STATED, EvaluationInput
from crm.models.companies.evaluation_schemes import EvaluationScheme, Population
from crm.models.companies.evaluations import AppealState, Evaluation, EvaluationAppeal
from crm.views.base import desk, ledger_or_hidden, row_or_hidden
from crm.views.ledgers.row_verbs import Verb, said_in_one_line, verb_page, verbs_of
from crm.views.system.submissions import once

SCHEMES = "evaluation-schemes"
APPEALS = "evaluation-appeals"


class PublicationForm(DatedForm):
    on = DayField(label="公布日期")
    document = forms.CharField(label="公布文件", max_length=200, required=False)
    reason = forms.CharField(
        label="重新公布的原因", max_length=300, required=False, help_text="第一次公布不填。"
    )


class CopyForm(VerbForm):
    year = forms.IntegerField(label="新的年度", min_value=2000, max_value=2100)


class EditionForm(VerbForm):
    reason = forms.CharField(label="改版原因", max_length=300)


class RejectionForm(DatedForm):
    on = DayField(label="裁定日期")
    ruling = forms.CharField(label="不成立的理由", max_length=300)


class UpholdingForm(DatedForm):
    """The numbers of the company as they stand; those that are changed are corrected."""

    on = DayField(label="裁定日期")
    ruling = forms.CharField(label="裁定意见", max_length=300)

    def __init__(self, *args: Any, inputs: EvaluationInput | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ledger = get("evaluation-inputs")
        for name in (*LAND, *STATED) if inputs is not None else ():
            column, stored = ledger.column(name), EvaluationInput._meta.get_field(name)
            told: dict[str, Any] = {"label": column.label, "required": False}
            self.fields[name] = (
                MoneyField(unit=column.unit, factor=column.factor, **told)
                if column.kind is Kind.MONEY
                else NumberField(scale=scale_of(stored), unit=column.unit, **told)
            )
            self.initial[name] = getattr(inputs, name)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*LAND, *STATED) if name in self.fields}


def address_of(scheme: EvaluationScheme) -> str:
    """The page of its year and population."""
    return f"{reverse('desk-evaluation')}?year={scheme.year}&population={scheme.population}"


@verbs_of("evaluationscheme")
def verbs_of_scheme(scheme: EvaluationScheme, user: Any) -> list[Verb]:
    found = [Verb("看评价", address_of(scheme))]
    if not access.may(user, Action.CHANGE, scheme):
        return found
    if evaluation_schemes.is_published(scheme):
        found.append(Verb("另立新版", reverse("desk-evaluation-edition", args=[scheme.pk])))
    return [*found, Verb("沿用到另一年", reverse("desk-evaluation-copy", args=[scheme.pk]))]


@verbs_of("evaluationappeal")
def verbs_of_appeal(appeal: EvaluationAppeal, user: Any) -> list[Verb]:
    if appeal.state != AppealState.OPEN or not access.may(user, Action.CHANGE, appeal):
        return []
    return [
        Verb("成立", reverse("desk-evaluation-ruling", args=[appeal.pk, "uphold"])),
        Verb("不成立", reverse("desk-evaluation-ruling", args=[appeal.pk, "reject"])),
    ]


def _carried_out(
    request: HttpRequest, form: Any, act: Callable[[], Any], said: Callable[[Any], str]
) -> Any:
    """What the verb gave; None where the form is shown first, or again."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        done = once(request, act)
    except Refused as refused:
        show_refusal(form, refused)
        return None
    messages.success(request, said(done))
    return done


def _scheme(request: HttpRequest, pk: int) -> EvaluationScheme:
    scheme: EvaluationScheme = row_or_hidden(
        ledger_or_hidden(SCHEMES, request.user), request.user, pk
    )
    access.require(request.user, Action.CHANGE, scheme)
    return scheme


@desk
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    scheme, user = _scheme(request, pk), request.user
    access.require_noun(user, Action.REGISTER, Evaluation)
    form = PublicationForm(request.POST if request.method == "POST" else None)

    def act() -> Any:
        # A form's carried-out work is remembered by one row: the first of them.
        return evaluations.publish(scheme, by=user, **form.cleaned_data)[0]

    done = _carried_out(request, form, act, lambda row: f"已公布{scheme}的评价结果。")
    if done is not None:
        return redirect(address_of(scheme))
    return verb_page(
        request,
        form,
        project=f"{scheme}亩均评价",
        crumb=address_of(scheme),
        back=f"{address_of(scheme)}&trial=1",
        title="公布结果",
        note=said_in_one_line((Population(scheme.population).label, f"{scheme.year} 年")),
        effects=[
            "今天算出的得分、位次、档次连同办法和数据定格，以后数据更正也不变。",
            "还缺数据的企业没有结果，补齐以后再公布一次，只写有变化的企业。",
            "这个办法从此不能修改；要改的另立新版，写明原因。",
        ],
        button="公布",
    )


@desk
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    scheme = _scheme(request, pk)
    form = CopyForm(
        request.POST if request.method == "POST" else None, initial={"year": scheme.year + 1}
    )
    page = reverse("desk-row", args=[SCHEMES, pk])

    def act() -> Any:
        return evaluation_schemes.copy_scheme(scheme, by=request.user, **form.cleaned_data)

    done = _carried_out(request, form, act, lambda row: f"已建立“{row}”，指标和权重照抄。")
    if done is not None:
        return redirect("desk-row", SCHEMES, done.pk)
    return verb_page(
        request,
        form,
        project=scheme,
        back=page,
        title="沿用到另一年",
        effects=["计分、分档、指标和权重照抄一份，可以再改；依据文件和规上认定日重新填。"],
        button="沿用",
    )


@desk
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    scheme = _scheme(request, pk)
    form = EditionForm(request.POST if request.method == "POST" else None)
    page = reverse("desk-row", args=[SCHEMES, pk])

    def act() -> Any:
        return evaluation_schemes.new_edition(scheme, by=request.user, **form.cleaned_data)

    done = _carried_out(request, form, act, lambda row: f"已建立“{row}”，改好以后重新公布。")
    if done is not None:
        return redirect("desk-row", SCHEMES, done.pk)
    return verb_page(
        request,
        form,
        project=scheme,
        back=page,
        title="另立新版",
        effects=["照抄这一版，可以修改；按新版公布以前，已公布的结果不变。"],
        button="另立新版",
    )


@desk
def rule(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """成立 or 不成立 of an appeal; one that is ruled on leads to its page."""
    user: Any = request.user
    appeal = row_or_hidden(ledger_or_hidden(APPEALS, user), user, pk)
    access.require(user, Action.CHANGE, appeal)
    page = reverse("desk-row", args=[APPEALS, pk])
    if appeal.state != AppealState.OPEN:
        messages.info(request, f"这件申诉已裁定{appeal.get_state_display()}。")
        return redirect(page)
    sent = request.POST if request.method == "POST" else None
    is_upheld = word == "uphold"
    form: Any = RejectionForm(sent)
    if is_upheld:
        standing = EvaluationInput.objects.standing()
        inputs = standing.filter(company=appeal.company, year=appeal.year).first()
        form = UpholdingForm(sent, inputs=inputs)

    def act() -> Any:
        said = {"on": form.cleaned_data["on"], "ruling": form.cleaned_data["ruling"]}
        if is_upheld:
            return evaluations.uphold_appeal(appeal, by=user, values=form.values(), **said)
        return evaluations.reject_appeal(appeal, by=user, **said)

    said = "成立，已更正数据" if is_upheld else "不成立"
    if _carried_out(request, form, act, lambda row: f"已裁定“{row}”{said}。") is not None:
        return redirect(page)
    upheld = [
        "改动的数据按更正登记，裁定意见就是更正原因。",
        "这户企业的结果重新算出、重新公布；别的企业已公布的结果不变。",
    ]
    return verb_page(
        request,
        form,
        project=appeal,
        back=page,
        title="申诉成立" if is_upheld else "申诉不成立",
        note=said_in_one_line((f"{appeal.appealed_on} 申诉", appeal.content[:80])),
        effects=upheld if is_upheld else ["已公布的结果不变。"],
        button="裁定成立" if is_upheld else "裁定不成立",
    )
