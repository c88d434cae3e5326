"""Where the work on a table is done: a small one at once, a large one by the worker."""

from __future__ import annotations

from django.db import transaction

from crm import tasks
from crm.actions.system import uploads
from crm.models import ImportUpload, UploadState
from crm.spreadsheets import job
from crm.spreadsheets.job import Step

SMALL_ROWS = 2_000
SMALL_BYTES = 1024 * 1024


def submit(
    upload: ImportUpload, step: Step, *, is_small: bool, turn: int | None = None
) -> ImportUpload:
    """Does a step, or queues it. `turn`: the dry run whose rows are to be written."""
    by = upload.by
    if not is_small:
        with transaction.atomic():
            upload = uploads.begin(upload, UploadState.QUEUED, by=by, turn=turn)
            tasks.work_on_upload.enqueue(upload.pk)
        upload.refresh_from_db()
        return upload
    match step:
        case Step.READ:
            return job.read(upload, by=by)
        case Step.CHECK:
            return job.check(upload, by=by)
    return job.write(upload, by=by, turn=turn)
