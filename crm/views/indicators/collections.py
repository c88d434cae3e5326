"""填报 on the desk: beginning a round, following it, looking at each answer, taking it over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import access, clock, ledgers
from crm.access import Action
from crm.actions import exports
from crm.actions.indicators import collections
from crm.actions.indicators.collections import Given
from crm.errors import Hidden, Refused
from crm.forms.collection_answers import Answer, Known, judged
from crm.forms.collections import StartForm, TakeForm
from crm.forms.fields import whole_number
from crm.forms.ledgers import show_refusal
from crm.ledgers import asking
from crm.models.indicators.collections import (
    READINGS,
    AnswerState,
    Collection,
    CollectionLink,
    CollectionRecipient,
    RecipientKind,
)
from crm.spreadsheets.writer import write_rows
from crm.views.base import (
    Link,
    address,
    desk,
    ledger_or_hidden,
    page_of,
    pages_beside,
    row_or_hidden,
    taken_along,
)
from crm.views.indicators.collection_answers import take
from crm.views.system.submissions import once

KEY = "collections"
SIZE = 60


@dataclass(frozen=True)
class Line:
    """A recipient of a round, with the answer that waits to be looked at."""

    recipient: CollectionRecipient
    link: CollectionLink | None
    answer: Answer | None
    is_likely: bool


@desk
def rounds(request: HttpRequest) -> HttpResponse:
    """填报进度: the rounds, the latest due first, each with how many have answered."""
    ledger = ledger_or_hidden(KEY, request.user)
    page = page_of(ledger.rows(request.user), request, SIZE)
    return render(
        request,
        "crm/collections.html",
        {
            "page": page,
            "pages": pages_beside(page, request.GET),
            "may_start": access.can(request.user, Action.REGISTER, Collection),
        },
    )


@desk
def start(request: HttpRequest) -> HttpResponse:
    """A new round: first to whom and about what, then the rest."""
    user: Any = request.user
    access.require_noun(user, Action.VIEW, Collection)
    access.require_noun(user, Action.REGISTER, Collection)
    kind = request.GET.get("kind", "")
    kind = kind if kind in RecipientKind.values else RecipientKind.COMPANY.value
    offered = asking.asked_of(kind, user)
    register = request.GET.get("register", READINGS)
    if register not in {READINGS, *(one.key for one in offered)}:
        register = READINGS
    sent = request.POST if request.method == "POST" else None
    form = StartForm(kind, register, user, sent)
    if sent is not None and form.is_valid():
        make = partial(
            collections.start_collection,
            form.collection(),
            by=user,
            indicators=list(form.cleaned_data.get("indicators", ())),
            asked=form.asked(),
        )
        try:
            made = once(request, make)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"已发起“{made}”。接着生成链接，发给各单位。")
            return redirect("desk-collection", made.pk)
    what = [("月度指标", READINGS), *((one.label, one.key) for one in offered)]
    return render(
        request,
        "crm/collection_start.html",
        {
            "form": form,
            "kinds": [
                Link(label, address(request.GET, kind=value, register=None), None, value == kind)
                for value, label in RecipientKind.choices
            ],
            "registers": what,
            "register": register,
            "kind": kind,
        },
        status=400 if form.errors else 200,
    )


def _round(request: HttpRequest, pk: int) -> Collection:
    found: Collection = row_or_hidden(ledger_or_hidden(KEY, request.user), request.user, pk)
    return found


def _recipients(collection: Collection) -> QuerySet[CollectionRecipient]:
    valid = CollectionLink.objects.valid().order_by("pk")
    return (
        CollectionRecipient.objects.filter(collection=collection)
        .select_related("collection", "company", "park")
        .prefetch_related(Prefetch("links", queryset=valid, to_attr="valid_links"))
        .order_by("pk")
    )


@desk
def collection(request: HttpRequest, pk: int) -> HttpResponse:
    """A round: who has answered, who has not, and what the answers that wait say."""
    return _round_page(request, _round(request, pk))


def _round_page(
    request: HttpRequest, collection: Collection, form: TakeForm | None = None, status: int = 200
) -> HttpResponse:
    counts = dict(collection.recipients.order_by().values_list("state").annotate(count=Count("pk")))
    state = request.GET.get("state", "")
    rows = _recipients(collection)
    if state in AnswerState.values:
        rows = rows.filter(state=state)
    page = page_of(rows, request, SIZE)
    shown = list(page.object_list)
    known = Known.of(collection, shown)
    lines = [_line(one, known) for one in shown]
    tabs = [
        Link("全部", address(request.GET, state=None, page=None), sum(counts.values()), not state)
    ]
    tabs += [
        Link(label, address(request.GET, state=value, page=None), counts.get(value, 0),
             value == state)
        for value, label in AnswerState.choices
    ]  # fmt: skip
    done = counts.get(AnswerState.SUBMITTED, 0) + counts.get(AnswerState.TAKEN, 0)
    total = sum(counts.values())
    ledger = None if collection.is_of_readings else ledgers.get(collection.register)
    return render(
        request,
        "crm/collection.html",
        {
            "round": collection,
            "lines": lines,
            "page": page,
            "pages": pages_beside(page, request.GET),
            "tabs": tabs,
            "asked": total,
            "answered": done,
            "taken": counts.get(AnswerState.TAKEN, 0),
            "owed": total - done,
            "percent": round(100 * done / total) if total else 0,
            "taken_percent": round(100 * counts.get(AnswerState.TAKEN, 0) / total) if total else 0,
            "indicators": known.indicators,
            "ledger": ledger,
            "may_change": access.may(request.user, Action.CHANGE, collection),
            "form": form or TakeForm(),
            "today": clock.today(),
        },
        status=status,
    )


def _line(recipient: CollectionRecipient, known: Known) -> Line:
    links = getattr(recipient, "valid_links", [])
    answer, is_likely = None, True
    if recipient.state in (AnswerState.SUBMITTED, AnswerState.RETURNED, AnswerState.TAKEN):
        answer = judged(recipient, known)
        is_likely = not answer.unlikely
    return Line(recipient, links[-1] if links else None, answer, is_likely)


# The word of a button → what it does with the recipients that are ticked.
Act = Callable[[HttpRequest, Collection, list[CollectionRecipient]], HttpResponse]


@desk
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """What is done with several recipients at once."""
    found = _round(request, pk)
    access.require(request.user, Action.CHANGE, found)
    sent = map(whole_number, request.POST.getlist("pk"))
    ticked = [pk for pk in sent if pk is not None]
    rows = _recipients(found)
    chosen = list(rows.owed() if "all-owed" in request.POST else rows.filter(pk__in=ticked))
    doing = _ACTS.get(request.POST.get("do", ""))
    if doing is None:
        raise Hidden()
    if not chosen:
        messages.warning(request, "请先勾选要办的单位。")
        return redirect("desk-collection", pk)
    return doing(request, found, chosen)


def _give_links(
    request: HttpRequest, found: Collection, chosen: list[CollectionRecipient]
) -> HttpResponse:
    given = collections.give_links(chosen, by=request.user)
    return _links_page(request, found, given)


def _links_page(request: HttpRequest, found: Collection, given: list[Given]) -> HttpResponse:
    """The links, once: nobody can show them again."""
    lines = [
        {"recipient": one.recipient, "token": one.token, "address": _address(request, one.token)}
        for one in given
    ]
    return render(request, "crm/collection_links.html", {"round": found, "lines": lines})


def _address(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("fill", args=[token]))


@desk
@require_POST
def links_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The links that were just shown, as a table for sending by hand; only those that open."""
    found = _round(request, pk)
    access.require(request.user, Action.CHANGE, found)
    tokens = request.POST.getlist("token")[: collections.MOST]
    prints = {collections.print_of(token): token for token in tokens}
    links = (
        CollectionLink.objects.valid()
        .filter(print__in=prints, recipient__collection=found)
        .select_related("recipient__company", "recipient__park")
        .order_by("recipient")
    )
    lines = [
        [str(one.recipient), found.name, found.due_on, _address(request, prints[one.print]),
         one.expires_on]
        for one in links
    ]  # fmt: skip
    exports.export(CollectionRecipient, by=request.user, count=len(lines), view={})
    headings = ["单位", "填报", "截止日期", "专用链接", "有效期至"]
    data = write_rows(headings, lines, "xlsx", "填报链接")
    return taken_along(data, f"填报链接-{found}.xlsx")


def _revoke(
    request: HttpRequest, found: Collection, chosen: list[CollectionRecipient]
) -> HttpResponse:
    count = collections.revoke_links(chosen, by=request.user)
    messages.success(request, f"停用了 {count} 个链接，再打开就看不到了。")
    return redirect("desk-collection", found.pk)


def _remind(
    request: HttpRequest, found: Collection, chosen: list[CollectionRecipient]
) -> HttpResponse:
    site = settings.WAGTAILADMIN_BASE_URL
    told = collections.remind(chosen, by=request.user, site=site)
    if told.mailed:
        messages.success(request, f"已给 {len(told.mailed)} 个单位发了催报邮件，邮件里有新的链接。")
    if told.to_phone:
        names = "、".join(map(str, told.to_phone[:8]))
        more = f"等 {len(told.to_phone)} 个" if len(told.to_phone) > 8 else ""
        messages.info(request, f"没有邮箱或邮件没发出的，请打电话：{names}{more}。已记催报日期。")
    if told.left_out:
        messages.warning(request, "；".join(told.left_out[:8]) + "。")
    return redirect("desk-collection", found.pk)


def _take(
    request: HttpRequest, found: Collection, chosen: list[CollectionRecipient]
) -> HttpResponse:
    """Each answer by itself, all of it or nothing; those refused are named with the reason."""
    form = TakeForm(request.POST)
    if not form.is_valid():
        return _round_page(request, found, form, status=400)
    known = Known.of(found, chosen)
    taken, refused = 0, []
    for one in chosen:
        try:
            sent = request.POST.get(f"version-{one.pk}", "")
            take(one, known, by=request.user, version=sent, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            refused.append(f"{one}：{refusal.reason}")
        else:
            taken += 1
    if taken:
        messages.success(request, f"接收了 {taken} 份，已写入台账。")
    if refused:
        form.add_error(None, "没有接收的：" + " ".join(refused[:10]))
        return _round_page(request, found, form, status=409)
    return redirect("desk-collection", found.pk)


_ACTS: dict[str, Act] = {
    "links": _give_links, "revoke": _revoke, "remind": _remind, "take": _take,
}  # fmt: skip
