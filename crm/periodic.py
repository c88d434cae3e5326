"""Periodic work (定期工作): the commands that the worker runs by itself at set times.

Each is a command of manage.py that a person may run as well. What was due while no worker ran is
done once, as soon as one runs again. Times are the machine's, local.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings

EVERY_DAY = range(7)
WORKDAYS = range(5)

# now → the newest set time that is not later
Times = Callable[[datetime], datetime]


def daily(at: str, days: range = EVERY_DAY) -> Times:
    """At this time of each of these weekdays (0 = Monday)."""
    moment = time.fromisoformat(at)

    def newest(now: datetime) -> datetime:
        day = now.date()
        while datetime.combine(day, moment, now.tzinfo) > now or day.weekday() not in days:
            day -= timedelta(days=1)
        return datetime.combine(day, moment, now.tzinfo)

    return newest


def every(minutes: int) -> Times:
    """As often as this, counted from midnight."""
    step = timedelta(minutes=minutes)

    def newest(now: datetime) -> datetime:
        midnight = datetime.combine(now.date(), time.min, now.tzinfo)
        return midnight + (now - midnight) // step * step

    return newest


@dataclass(frozen=True)
class Work:
    """`label`: what it does, for people. `needs`: a setting without which nothing is to be done."""

    name: str
    label: str
    newest: Times
    command: tuple[str, ...]
    needs: str = ""


_ALL = (
    Work("ledger_verify", "台账自查", daily("02:30"), ("ledger_verify", "--tell")),
    Work("erase_expired", "清除保存期满的个人信息和没有导完的表格", daily("03:20"),
         ("erase_expired",)),
    Work("prune_db_task_results", "忘掉两周前办完的后台工作", daily("03:30"),
         ("prune_db_task_results", "--backend", "worker")),
    Work("clearsessions", "忘掉过期的登录", daily("03:40"), ("clearsessions",)),
    Work("daily_digest", "发出每日提要，忘掉旧提醒", daily("07:40", WORKDAYS), ("daily_digest",)),
    Work("publish_scheduled", "按时发布和下线网站页面", every(minutes=5), ("publish_scheduled",)),
    Work("search_sync", "把改动送到 Elasticsearch", every(minutes=5), ("search_sync",),
         needs="ELASTICSEARCH_URL"),
)  # fmt: skip


def works() -> Iterator[Work]:
    """The work of this installation."""
    for work in _ALL:
        if not work.needs or getattr(settings, work.needs):
            yield work


def get(name: str) -> Work:
    """KeyError for a name that is no work (any more)."""
    for work in _ALL:
        if work.name == name:
            return work
    raise KeyError(name)
