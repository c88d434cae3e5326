"""Files of the ledger, for whoever may see the project they belong to."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from PIL import Image, UnidentifiedImageError

from crm import access
from crm.access import Action
from crm.actions.system import files
from crm.errors import Hidden, Refused
from crm.forms.ledgers import show_refusal
from crm.forms.projects import UploadForm
from crm.models import Project, StoredFile
from crm.views.base import desk, project_or_hidden
from crm.views.ledgers import walk
from crm.views.system.submissions import once, sent, together

SMALL = (320, 240)  # pixels of a picture beside what it belongs to


@desk
def stored_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Always a download: nothing that was uploaded is ever shown as a page of ours. With `small`
    a picture comes as a little one."""
    row = StoredFile.objects.filter(
        pk=pk, project__in=Project.objects.visible_to(request.user)
    ).first()
    if row is None or not row.file.storage.exists(row.file.name):
        raise Hidden()
    answer: Any
    if "small" in request.GET and row.is_image:
        answer = HttpResponse(_small(row), content_type=row.content_type)
    else:
        answer = FileResponse(
            row.file.open("rb"),
            as_attachment=True,
            filename=row.name,
            content_type=row.content_type,
        )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _small(row: StoredFile) -> bytes:
    """The picture within SMALL; it was opened once already, when it came in."""
    try:
        with row.file.open("rb") as stored, Image.open(stored) as picture:
            picture.draft("RGB", SMALL)
            picture.thumbnail(SMALL)
            out = io.BytesIO()
            picture.save(out, "JPEG" if row.content_type == "image/jpeg" else "PNG")
            return out.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Hidden() from error


@desk
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Files for a project, all of them or none."""
    project = project_or_hidden(request.user, pk)
    access.require(request.user, Action.FOLLOW_UP, project)
    form = UploadForm(*sent(request))
    if request.method == "POST" and form.is_valid():
        uploads = form.cleaned_data["attachment"]

        def store() -> StoredFile:
            with together() as stored:
                for one in uploads:
                    stored.append(files.store(project, one, by=request.user))
            return stored[0]

        try:
            once(request, store)
        except Refused as refused:
            refused.fields = {"attachment": refused.reason}
            show_refusal(form, refused)
        else:
            messages.success(request, f"已上传 {len(uploads)} 个文件。")
            return redirect(
                f"{reverse('desk-project', args=[pk])}{walk.query_of(request)}#files-title"
            )
    return render(
        request,
        "crm/upload.html",
        {"project": project, "form": form},
        status=400 if form.errors else 200,
    )
