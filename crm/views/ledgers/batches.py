"""An import afterwards: the rows it brought, what is left 待核 in them, and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import ledgers
from crm.actions import imports
from crm.errors import Hidden, Refused
from crm.forms.words import LISTED
from crm.ledgers import Ledger
from crm.models import ImportBatch, ImportUpload
from crm.spreadsheets import open_texts, shelf
from crm.spreadsheets.open_texts import OpenText
from crm.spreadsheets.questions import names_for
from crm.spreadsheets.samples import name_of
from crm.spreadsheets.words import ASKED
from crm.views.base import desk, page_of, pages_beside
from crm.views.ledgers.row_verbs import at_once

TEXTS, ROWS, NAMED = 50, 50, 6


def _own(request: HttpRequest, pk: int) -> tuple[ImportBatch, Ledger]:
    batch = ImportBatch.objects.filter(pk=pk, by=request.user, is_demo=False).first()
    if batch is None:
        raise Hidden()
    try:
        return batch, ledgers.get(batch.ledger)
    except KeyError as error:
        raise Hidden() from error


@desk
def batch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One import of one's own: what came, and what is still to be looked at, by word."""
    batch, ledger = _own(request, pk)
    user: Any = request.user
    texts = [] if batch.reverted_at else open_texts.of_batch(batch, user)
    made: Any = ledger.rows(user).filter(pk__in=imports.numbers_made(batch, ledger.model))
    page = page_of(made.order_by("pk"), request, ROWS)
    return render(
        request,
        "crm/import_batch.html",
        {
            "batch": batch,
            "ledger": ledger,
            "counts": {"new": 0, "changed": 0, "refused": 0} | batch.counts,
            "undone": undone(batch),
            "texts": [_shown(one, user) for one in texts[:TEXTS]],
            "text_count": len(texts),
            "cell_count": sum(len(one.rows) for one in texts),
            "page": page,
            "pages": pages_beside(page, request.GET),
            "rows": [(name_of(row), ledger.address(row.pk)) for row in page],
            "upload": _with_errors(batch),
        },
    )


def _with_errors(batch: ImportBatch) -> ImportUpload | None:
    """The upload of this import, while the rows it sent back are kept."""
    upload = ImportUpload.objects.filter(batch=batch, by=batch.by).first()
    return upload if upload is not None and shelf.has(upload, shelf.ERRORS) else None


def _shown(one: OpenText, user: Any) -> dict[str, Any]:
    column = one.column
    names = []
    if column is not None and column.kind in ASKED:
        names = [value for value, _ in names_for(column, user, LISTED + 1)]
    rows = [(name_of(row), one.ledger.address(row.pk)) for row in one.rows[:NAMED]]
    return {
        "text": one,
        "noun": one.ledger.noun,
        "may_be_filled": column is not None,
        "names": names if len(names) <= LISTED else [],
        "rows": rows,
        "more": len(one.rows) - len(rows),
    }


@desk
@require_POST
def work_off(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer for all rows of a text: what it means, or that they are right as they are."""
    batch, _ = _own(request, pk)
    user: Any = request.user
    wanted = tuple(request.POST.get(name, "") for name in ("noun", "field", "text"))
    found = next(
        (
            one
            for one in open_texts.of_batch(batch, user)
            if (one.ledger.noun, one.field_name, one.text) == wanted
        ),
        None,
    )
    back = redirect("desk-import-batch", batch.pk)
    if found is None:
        messages.warning(request, "这一处已经核过了，或不归您改。")
        return back
    answer = request.POST.get("answer", "").strip()
    try:
        if "settle" in request.POST:
            count = open_texts.settle(found, by=user)
            messages.success(request, f"“{found.text}”的 {count} 条核过了。")
        elif not answer:
            messages.warning(request, f"请先填写“{found.text}”是什么，再填到各条。")
        else:
            plan = open_texts.fill(found, answer, by=user)
            said = f"“{found.text}”填成“{answer}”，共 {plan.changed} 条。"
            if plan.refused:
                said += f"另有 {len(plan.refused)} 条没有填成：{plan.refused[0].reason}"
            messages.success(request, said)
    except Refused as refused:
        messages.warning(request, f"“{found.text}”没有填成“{answer}”：{refused.reason}")
    return back


@desk
@require_POST
def revert(request: HttpRequest, pk: int) -> HttpResponse:
    """Undoes one import of one's own as a whole."""
    batch = ImportBatch.objects.filter(pk=pk, by=request.user, is_demo=False).first()
    if batch is None:
        raise Hidden()
    return at_once(
        request,
        lambda: imports.revert_import(batch, by=request.user),
        lambda: f"已撤销“{batch.file_name}”的导入：{undone(batch)}。",
        back=reverse("desk-import"),
    )


def undone(batch: ImportBatch) -> str:
    """What became of the rows of an undone batch."""
    counts = {"new": 0, "changed": 0} | batch.counts
    return f"新增的 {counts['new']} 条作废，更新的 {counts['changed']} 条恢复原值"
