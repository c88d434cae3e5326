"""查重 on a new row's form: quietly while typing, and once more before it is registered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm import access, ledgers
from crm.access import Action
from crm.actions.claims import Claim, claim_hint
from crm.errors import Hidden, Refused
from crm.ledgers import Kind, Ledger
from crm.models import Contact, Enquiry
from crm.names import name_key
from crm.personal import normal_phone
from crm.views.base import Link, desk, hint, ledger_or_hidden
from search import engine
from search.query import Query

LONGEST = 200
MOST_ALIKE = 5
ALIKE = 0.5  # of the signs of two names, how many stand in the same order


@dataclass(frozen=True)
class Likeness:
    """What is like the row on the form; `token` is what the confirmation must repeat."""

    same: list[Link] = field(default_factory=list)
    alike: list[Link] = field(default_factory=list)
    claim: Claim | None = None
    unchecked: str = ""
    token: str = ""
    asks_why: bool = False
    why: str = ""


@hint
def similar(request: HttpRequest, key: str) -> HttpResponse:
    """The panel beside the form. No person is asked for in an address: addresses are logged."""
    if not while_typing(_asked_ledger(key, request.user)):
        raise Hidden()
    ledger = ledgers.get(key)
    said = _likeness(ledger, _typed(ledger, request.GET), request.user, with_alike=True)
    return render(request, "crm/_similar.html", {"said": said})


def while_typing(ledger: Ledger) -> tuple[str, ...]:
    return tuple(name for name in ledger.told_by if not _is_personal(ledger, name))


def _is_personal(ledger: Ledger, name: str) -> bool:
    return ledger.column(name).kind is Kind.PERSONAL


def before_registering(ledger: Ledger, data: Mapping[str, Any], user: Any) -> Likeness | None:
    """What to confirm before this row is registered; None when nothing is like it, or when the
    user has confirmed just these values."""
    typed = _typed(ledger, data)
    if not any(typed.values()) or data.get("confirmed") == _token(typed):
        return None
    said = _likeness(ledger, typed, user)
    asks = bool(said.claim) and ledger.is_claimed
    said = replace(said, asks_why=asks, why=claim_reason(ledger, data).get("claim_reason", ""))
    return said if said.same or said.claim or said.unchecked else None


def refuse_likeness(ledger: Ledger, values: Mapping[str, Any], user: Any) -> None:
    """For programs: the same question as on the form, as a refusal that says what is known."""
    typed = _typed(ledger, values)
    if not any(typed.values()):
        return
    hint = claim_hint(by=user, **_asked(ledger, typed))
    if not hint.exists:
        return
    claim = hint.claim
    told: dict[str, Any] = {
        "seen": [
            {"noun": row._meta.model_name, "id": row.pk, "name": _link(row).label}
            for row in hint.seen
        ],
        "claim": claim
        and {"unit": claim.unit, "since": claim.since.isoformat(), "phone": claim.phone},
    }
    raise Refused(
        f"可能重复：{claim.sentence if claim else '台账里已有相同的记录'}。确认不是同一个的，"
        "请带上 confirmed_duplicate_reason 说明理由再登记。",
        "likely_duplicate",
        ["confirmed_duplicate_reason"],
        [told],
    )


def claim_reason(ledger: Ledger, data: Mapping[str, Any]) -> dict[str, str]:
    """Why a row is registered though somebody else has first contact, as typed."""
    said = str(data.get("claim_reason") or "").replace("\x00", "").strip()[:300]
    return {"claim_reason": said} if said and ledger.is_claimed else {}


def asking_why(ledger: Ledger, data: Mapping[str, Any]) -> Likeness:
    """Confirmed already, but the running first contact of somebody else wants a reason."""
    return Likeness(asks_why=True, token=_token(_typed(ledger, data)))


def _asked_ledger(key: str, user: Any) -> Ledger:
    ledger = ledger_or_hidden(key, user)
    if not ledger.told_by:
        raise Hidden()
    access.require_noun(user, Action.REGISTER, ledger.noun)
    return ledger


def _typed(ledger: Ledger, data: Mapping[str, Any]) -> dict[str, str]:
    names = ledger.told_by
    return {name: str(data.get(name) or "").replace("\x00", "").strip()[:LONGEST] for name in names}


def _asked(ledger: Ledger, typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, as `claim_hint` is asked: a person's name is no project's."""
    return {
        "person" if name == "name" and _is_personal(ledger, name) else name: text
        for name, text in typed.items()
    }


def _token(typed: Mapping[str, str]) -> str:
    return hashlib.sha256("\n".join(typed.values()).encode("utf-8", "replace")).hexdigest()[:16]


def _likeness(
    ledger: Ledger, typed: Mapping[str, str], user: Any, *, with_alike: bool = False
) -> Likeness:
    try:
        hint = claim_hint(by=user, **_asked(ledger, typed))
    except Refused as refused:
        return Likeness(unchecked=refused.reason, token=_token(typed))
    same = [_link(row) for row in hint.seen]
    name = typed.get("name", "")
    alike = _alike(ledger, name, user) if with_alike and name else []
    known = {link.url for link in same}
    return Likeness(
        same, [link for link in alike if link.url not in known], hint.claim, token=_token(typed)
    )


def _link(row: Any) -> Link:
    if isinstance(row, Enquiry):
        who = row.organisation or "未留单位"
        return Link(f"{ledgers.label_of('crm.enquiry')}：{who}", ledgers.address_of(row, row.pk))
    label = (
        f"{row.name}（{row.project or row.company or '联系人'}）"
        if isinstance(row, Contact)
        else str(row)
    )
    return Link(label, ledgers.address_of(row, row.pk))


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
