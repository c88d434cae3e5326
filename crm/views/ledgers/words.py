"""取值对照 on the desk: forgetting what a word meant, so that it is asked again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import access
from crm.access import Action
from crm.actions.system import words
from crm.errors import Hidden
from crm.models.system.words import WordMeaning
from crm.views.base import desk
from crm.views.ledgers.row_verbs import Verb, at_once, verbs_of


@verbs_of("wordmeaning")
def verbs(row: WordMeaning, user: Any) -> list[Verb]:
    if not access.may(user, Action.CHANGE, row):
        return []
    return [Verb("忘掉，下次再问", reverse("desk-word-forget", args=[row.pk]), is_post=True)]


@desk
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    row = WordMeaning.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise Hidden()
    return at_once(
        request,
        lambda: words.forget(row, by=request.user),
        lambda: f"已忘掉“{row}”，下次导入时再问。",
        back=reverse("desk-list", args=["words"]),
    )
