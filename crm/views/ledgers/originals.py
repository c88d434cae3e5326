"""原文 on a row's page: what a table said that could not be kept, and 核过了."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import access, ledgers
from crm.access import Action
from crm.actions.system import originals
from crm.errors import Hidden
from crm.ledgers import Ledger
from crm.models import OriginalText
from crm.models.base import Row
from crm.views.base import desk
from crm.views.ledgers.row_verbs import at_once


@dataclass(frozen=True)
class Kept:
    """A text as the page shows it. edit_url: the field in the row's form; settle_url: 核过了; empty
    where the user may not, or where nothing is to be done."""

    text: OriginalText
    edit_url: str = ""
    settle_url: str = ""


def of_row(row: Any, user: Any) -> list[Kept]:
    """The texts kept with a row the user sees, those to be checked first."""
    texts = list(OriginalText.objects.open().about(row))
    may_change = bool(texts) and access.may(user, Action.CHANGE, row)
    ledger = ledgers.of_noun(row)
    return [
        Kept(
            one,
            _edit_url(ledger, row, one) if may_change else "",
            reverse("desk-original-settle", args=[one.pk])
            if may_change and one.is_to_check
            else "",
        )
        for one in sorted(texts, key=lambda one: not one.is_to_check)
    ]


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


def is_checked(ledger: Ledger) -> bool:
    """Whether rows of this ledger may be 待核: people bring them in tables."""
    return bool(ledger.import_columns) and issubclass(ledger.model, Row)
