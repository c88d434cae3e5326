"""The worker of django-tasks-db, made to outlive a busy database and its own sudden end, and to
look for periodic work that has come due."""

from __future__ import annotations

import logging
import threading
import time
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.db import DatabaseError, OperationalError, close_old_connections
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import is_locked_database_exception

from crm import periodic, tasks
from crm.actions.system import periodic as periodic_work
from crm.tasks import WORKER

logger = logging.getLogger(__name__)

LOOK_SECONDS = 20  # how long periodic work may wait beyond its time


class Stopped(Exception):
    """What is recorded of a task whose worker was killed while doing it."""


class Command(db_worker.Command):
    help = "Does the work that pages and commands left for later, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(backend_name=WORKER, reload=False)

    def configure_logging(self, verbosity: int) -> None:
        """Failures go where the settings send them; each task is named with --verbosity=2."""
        if verbosity > 1:
            super().configure_logging(verbosity)

    def handle(self, *, worker_id: str, batch: bool, **options: Any) -> None:
        """The package's loop ends when SQLite stays locked for longer than its timeout, which a
        large import does; here it goes on."""
        look()
        if not batch:
            # Beside the loop, which may be at one task for an hour; what comes due waits in the
            # queue and not in nobody's memory.
            threading.Thread(target=_keep_looking, daemon=True).start()
        while True:
            try:
                give_up(worker_id)
                super().handle(worker_id=worker_id, batch=batch, **options)
                return
            except OperationalError as error:
                if not is_locked_database_exception(error):
                    raise
                logger.warning("The database was locked for long; going on.")


def _keep_looking() -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        close_old_connections()
        look()


def look() -> None:
    """Queues the periodic work that has come due. A database that cannot be written to now is asked
    again the next time."""
    try:
        tasks.queue_what_is_due()
    except DatabaseError as error:
        logger.warning("Could not look for periodic work: %s", error)


def give_up(worker_id: str) -> None:
    """Marks as failed what this worker was doing when it was killed: nobody else will finish it.

    Told by --worker-id, which therefore no two running workers share.
    """
    for left in DBTaskResult.objects.running().filter(backend_name=WORKER):
        if left.worker_ids[-1:] == [worker_id]:
            left.set_failed(Stopped("The worker was stopped while doing this."))
            logger.warning("Task %s was left undone by a worker that was killed.", left.id)
            if left.task_path == tasks.do_periodic_work.module_path:
                with suppress(KeyError):  # no such work any more
                    work = periodic.get(left.args_kwargs["args"][0])
                    periodic_work.fail(work, periodic_work.BROKEN_OFF)
