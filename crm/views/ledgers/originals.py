"""原文 on a row's page: what a table said that could not be kept, and 核过了."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import access, ledgers
from crm.access import Action
from crm.actions.system import originals
from crm.errors import Hidden
from crm.ledgers import Ledger
from crm.models import OriginalText
from crm.views.base import desk
from crm.views.ledgers.row_verbs import at_once


@dataclass(frozen=True)
class Kept:
    """A text as the page shows it. edit_url: the field in the row's form; settle_url: 核过了; empty
    where the user may not, or where nothing is to be done."""

    text: OriginalText
    edit_url: str = ""
    settle_url: str = ""


def of_rows(rows: Iterable[Any], user: Any) -> list[Kept]:
    """The texts kept with rows the user sees, those to be checked first."""
    by_place = {(row._meta.model_name, row.pk): row for row in rows}
    about = [Q(noun=noun, object_id=pk) for noun, pk in by_place]
    found = OriginalText.objects.open().filter(reduce(or_, about)) if about else ()
    return [
        _kept(one, by_place[one.noun, one.object_id], user)
        for one in sorted(found, key=lambda one: not one.is_to_check)
    ]


def _kept(text: OriginalText, row: Any, user: Any) -> Kept:
    if not access.may(user, Action.CHANGE, row):
        return Kept(text)
    settle_url = reverse("desk-original-settle", args=[text.pk]) if text.is_to_check else ""
    return Kept(text, _edit_url(ledgers.of_noun(row), row, text), settle_url)


def _edit_url(ledger: Ledger | None, row: Any, text: OriginalText) -> str:
    if ledger is None or ledger.is_read_only:
        return ""
    if text.field not in {column.name for column in ledger.form_columns}:
        return ""
    return f"{reverse('desk-edit', args=[ledger.key, row.pk])}#id_{text.field}"


@desk
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """核过了: the value stands as it is."""
    text = OriginalText.objects.filter(pk=pk).first()
    ledger = ledgers.of_noun(text.noun) if text is not None else None
    if text is None or ledger is None:
        raise Hidden()
    rows: Any = ledger.model
    row = rows.objects.visible_to(request.user).filter(pk=text.object_id).first()
    if row is None:
        raise Hidden()
    return at_once(
        request,
        lambda: originals.settle(text, row, by=request.user),
        lambda: f"已核：{text.heading}。",
        back=ledger.address(row.pk),
    )
