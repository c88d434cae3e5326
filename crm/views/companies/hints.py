"""查重 on a new row's form: quietly while typing, and as the question of the verb behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm import access, ledgers
from crm.access import Action
from crm.actions import questions
from crm.actions.hints import LONGEST, Claim, claim_hint, typed_of
from crm.actions.questions import Anyway
from crm.errors import Hidden, Refused
from crm.forms.ledgers import show_refusal
from crm.ledgers import Ledger
from crm.models import Contact, Enquiry
from crm.names import name_key
from crm.personal import normal_phone
from crm.views.base import Link, desk, hint, ledger_or_hidden
from search import engine
from search.query import Query

MOST_ALIKE = 5
ALIKE = 0.5  # of the signs of two names, how many stand in the same order


@dataclass(frozen=True)
class Likeness:
    """What is like the row on the form, as the page shows it; `token` is what the confirmation
    must repeat. `asks_why`: somebody else's first contact runs, so a reason is wanted."""

    same: list[Link] = field(default_factory=list)
    alike: list[Link] = field(default_factory=list)
    claim: Claim | None = None
    unchecked: str = ""
    sentence: str = ""
    token: str = ""
    asks_why: bool = False
    why: str = ""


@hint
def similar(request: HttpRequest, key: str) -> HttpResponse:
    """The panel beside the form. No person is asked for in an address: addresses are logged."""
    ledger = _asked_ledger(key, request.user)
    typed = typed_of(ledger.told_by, request.GET)
    said = _likeness(ledger, typed, request.user, with_alike=True)
    return render(request, "crm/_similar.html", {"said": said})


def answer(data: Mapping[str, Any]) -> Anyway:
    """What the form says to the question: the likeness it showed, and why it is another one."""
    reason = str(data.get("claim_reason") or "").replace("\x00", "").strip()[:300]
    return Anyway(shown=str(data.get("confirmed") or "")[:64], reason=reason)


def question(refused: Refused, form: Form) -> Likeness | None:
    """The question that this refusal is; None for another one, which then stands in the form."""
    said = answer(form.data)
    found = refused.details[0] if refused.details else None
    if not isinstance(found, questions.Likeness):
        show_refusal(form, refused)
        # Confirmed already, but somebody else's first contact wants a reason.
        wants_why = refused.code == "claimed"
        return Likeness(asks_why=True, token=said.shown or "") if wants_why else None
    ledger = ledgers.of_noun(found.noun)
    return Likeness(
        same=[_link(row) for row in found.seen],
        claim=found.claim,
        unchecked=found.unchecked,
        sentence=found.sentence,
        token=found.token,
        asks_why=bool(found.claim and ledger and ledger.is_claimed),
        why=said.reason,
    )


def as_json(found: questions.Likeness) -> dict[str, Any]:
    """For programs: what is known, within what may be told."""
    claim = found.claim
    return {
        "seen": [
            {"noun": row._meta.model_name, "id": row.pk, "name": _name(row)} for row in found.seen
        ],
        "claim": claim
        and {"unit": claim.unit, "since": claim.since.isoformat(), "phone": claim.phone},
    }


def _asked_ledger(key: str, user: Any) -> Ledger:
    ledger = ledger_or_hidden(key, user)
    if not ledger.told_by:
        raise Hidden()
    access.require_noun(user, Action.REGISTER, ledger.noun)
    return ledger


def _likeness(
    ledger: Ledger, typed: Mapping[str, str], user: Any, *, with_alike: bool = False
) -> Likeness:
    try:
        hint = claim_hint(by=user, **typed)
    except Refused as refused:
        return Likeness(unchecked=refused.reason)
    same = [_link(row) for row in hint.seen]
    name = typed.get("name", "")
    alike = _alike(ledger, name, user) if with_alike and name else []
    known = {link.url for link in same}
    return Likeness(same, [link for link in alike if link.url not in known], hint.claim)


def _link(row: Any) -> Link:
    return Link(_name(row), ledgers.address_of(row, row.pk))


def _name(row: Any) -> str:
    if isinstance(row, Enquiry):
        return f"{ledgers.label_of('crm.enquiry')}：{row.organisation or '未留单位'}"
    if isinstance(row, Contact):
        return f"{row.name}（{row.project or row.company or '联系人'}）"
    return str(row)


def _alike(ledger: Ledger, name: str, user: Any) -> list[Link]:
    """Names that share most of their signs, among what a search by this user finds."""
    scope = access.search_scope(user)
    found = engine.run(Query(text=name, scope=scope, kinds=(ledger.noun,), limit=20))
    typed = name_key(name)
    close = [
        hit
        for hit in found.hits
        if SequenceMatcher(None, typed, name_key(hit.title), autojunk=False).ratio() >= ALIKE
    ]
    return [
        Link(hit.title, reverse("desk-row", args=[ledger.key, hit.object_id]))
        for hit in close[:MOST_ALIKE]
    ]


CODE = re.compile(r"[0-9A-Z]{18}")


@desk
def search(request: HttpRequest) -> HttpResponse:
    """查重 before any form: a name, a credit code or a phone. Asked by POST, for addresses are
    logged and a phone is nobody's business there."""
    access.require_noun(request.user, Action.REGISTER, "project")
    typed = str(request.POST.get("q") or "").replace("\x00", "").strip()[:LONGEST]
    said: Likeness | None = None
    kind = ""
    if typed:
        kind, asked = _meant(typed)
        said = _likeness(
            ledgers.get("companies" if kind == "credit_code" else "projects"),
            asked, request.user, with_alike=kind == "name",
        )  # fmt: skip
        if kind == "name":  # companies of a like name too
            known = {link.url for link in (*said.same, *said.alike)}
            more = [
                link
                for link in _alike(ledgers.get("companies"), typed, request.user)
                if link.url not in known
            ]
            said = replace(said, alike=[*said.alike, *more])
    return render(
        request,
        "crm/similar.html",
        {
            "typed": typed,
            "said": said,
            "kind": kind,
            "may_change_any": access.can(request.user, Action.CHANGE, "project"),
            "is_free": said is not None
            and not (said.same or said.alike or said.claim or said.unchecked),
        },
    )


def _meant(typed: str) -> tuple[str, dict[str, str]]:
    """A code and a phone are known by their shape; all else is a name."""
    plain = typed.replace(" ", "").upper()
    if CODE.fullmatch(plain):
        return "credit_code", {"credit_code": plain}
    try:
        return "phone", {"phone": normal_phone(typed)}
    except ValueError:
        return "name", {"name": typed}
