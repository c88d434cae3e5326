"""What the worker does beside the web process; each function only calls a verb.

A task is queued by the transaction that asks for it and done after its commit, so it never sees
rows that do not exist yet. Its arguments and its outcome stay in the database for a while: pass the
numbers of rows, never names, telephone numbers or the contents of a file.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from crm import periodic
from crm.actions.system import digests
from crm.actions.system import periodic as periodic_work
from crm.models import ImportUpload
from crm.spreadsheets import job

WORKER = "worker"  # the backend of TASKS whose queue db_worker empties
# A worker looks into the queue every second.
PATIENCE = timedelta(seconds=30)

# @later() marks a function of this file; its_name.enqueue(…) leaves it to the worker.
later = partial(task, backend=WORKER)


def is_unattended() -> bool:
    """Whether work waits and nobody takes it up: no worker runs. A page that shows work waiting
    says so, with what to do about it."""
    queue = DBTaskResult.objects.filter(backend_name=WORKER)
    waiting = queue.ready().filter(enqueued_at__lt=timezone.now() - PATIENCE)
    return waiting.exists() and not queue.running().exists()


@later()
def work_on_upload(pk: int) -> None:
    """The next step of a large table: reading, dry run or import."""
    upload = ImportUpload.objects.select_related("by__team").filter(pk=pk).first()
    if upload is not None:
        job.carry_on(upload)


@later()
def send_digests() -> None:
    """每日提要, mailed by the worker instead of by whoever asks."""
    digests.send_all()


@later()
def do_periodic_work(name: str) -> None:
    """One work of crm/periodic.py that has come due."""
    periodic_work.carry_out(periodic.get(name))


def queue_what_is_due() -> None:
    """Queues the periodic work that has come due since somebody last looked, each once."""
    for work in periodic_work.due():
        with transaction.atomic():
            if periodic_work.take_up(work):
                do_periodic_work.enqueue(work.name)
