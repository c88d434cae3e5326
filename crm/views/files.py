"""Files of the ledger, for whoever may see the project they belong to."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponseBase

from crm.errors import Hidden
from crm.models import Project, StoredFile
from crm.views.base import desk


@desk
def stored_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Always a download: nothing that was uploaded is ever shown as a page of ours."""
    row = StoredFile.objects.filter(
        pk=pk, project__in=Project.objects.visible_to(request.user)
    ).first()
    if row is None or not row.file.storage.exists(row.file.name):
        raise Hidden()
    answer = FileResponse(
        row.file.open("rb"), as_attachment=True, filename=row.name, content_type=row.content_type
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
