"""取值对照 on the desk: what a word means is changed, or forgotten, so that it is asked again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import access
from crm.access import Action
from crm.actions.system import words
from crm.errors import Hidden
from crm.forms.words import MeaningForm
from crm.models.system.words import WordMeaning
from crm.views.base import desk
from crm.views.ledgers.row_verbs import Verb, at_once, verb_page, verbs_of


@verbs_of("wordmeaning")
def verbs(row: WordMeaning, user: Any) -> list[Verb]:
    if not access.may(user, Action.CHANGE, row):
        return []
    return [
        Verb("改它的意思", reverse("desk-word-change", args=[row.pk])),
        Verb("忘掉，下次再问", reverse("desk-word-forget", args=[row.pk]), is_post=True),
    ]


def _seen(request: HttpRequest, pk: int) -> WordMeaning:
    row = WordMeaning.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise Hidden()
    return row


@desk
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what the word means in the files to come."""
    row = _seen(request, pk)
    access.require(request.user, Action.CHANGE, row)
    page = reverse("desk-row", args=["words", row.pk])
    form = MeaningForm(row, request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        words.change(row, form.answer, by=request.user)
        messages.success(request, f"“{row}”以后照新的意思导入；已经导入的不变。")
        return redirect(page)
    return verb_page(
        request,
        form,
        project=row,
        crumb=page,
        back=page,
        title="改它的意思",
        note=f"表里的“{row}”",
        effects=["以后导入的文件照新的意思；已经导入的不变。"],
        button="保存",
    )


@desk
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    row = _seen(request, pk)
    return at_once(
        request,
        lambda: words.forget(row, by=request.user),
        lambda: f"已忘掉“{row}”，下次导入时再问。",
        back=reverse("desk-list", args=["words"]),
    )
