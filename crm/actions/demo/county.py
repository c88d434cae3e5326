"""The demo county: put in as one, taken out as one.

Its ledger files go through the importer, its year through the verbs, all in batches marked as demo;
what those batches made is what clearing takes out again. Work of users stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import models, transaction

from crm import access, clock, demo, ledgers, public
from crm.actions import _record, _removal, imports
from crm.actions.demo import files, history, views
from crm.actions.system import notifications, users
from crm.errors import Refused
from crm.ledgers import Ledger
from crm.models import DemoCounty, ImportBatch, Park, Project, Team, User
from crm.spreadsheets.commit import import_file

NEWS_DAYS = 7  # what was told earlier than this has been read


@dataclass(frozen=True)
class Cleared:
    """kept: rows of the demo county that a user's own rows still point to; they are theirs now."""

    kept: list[models.Model]


def loaded() -> DemoCounty | None:
    return DemoCounty.objects.first()


@transaction.atomic
def load() -> bool:
    """Puts the demo county in and pins the clock; False when it is there already.

    All or nothing. Refused where the demo is not allowed, where an account of a real person has a
    demo name, and where the ledger already has something else under a demo name.
    """
    if not settings.DEMO_ALLOWED:
        raise Refused(
            "演示县只能装在开发环境：它的账号密码是公开的。正式环境（DEBUG=0）不能装。",
            "demo_not_allowed",
        )
    if DemoCounty.objects.select_for_update().exists():
        return False
    with _record.gathering():
        # One hash for all: their password is public, and a hash takes half a second on purpose.
        password = make_password(demo.PASSWORD)
        accounts = {account.username: account for account in demo.ACCOUNTS}
        statistician = _open_account(accounts.pop("statistician"), password)
        with clock.playing(demo.OPENED_ON):
            for ledger in files.registers():
                _import(ledger, by=statistician)
            for account in accounts.values():
                _open_account(account, password)
            former = _open_account(demo.FORMER, password)
            opened = _import(ledgers.get("projects"), by=former)
            _close_account(former)
        ids = imports.created_in([opened] if opened else [])[Project]
        known = {project.name: project for project in Project.objects.filter(pk__in=ids)}
        history.play(known, by=statistician)
        with clock.playing(demo.PINNED_ON):
            for ledger in files.later():
                _import(ledger, by=statistician)
    with clock.playing(demo.PINNED_ON):
        notifications.settle(before=demo.PINNED_ON - timedelta(days=NEWS_DAYS))
    views.load()
    county = DemoCounty(pk=1, name=demo.NAME, pinned_on=demo.PINNED_ON)
    county.save(force_insert=True)
    for part in public.demo_parts:
        part.load()
    _record.note("load_demo", county, by=None)
    return True


def _import(ledger: Ledger, *, by: User) -> ImportBatch | None:
    name = f"{ledger.key}.csv"
    plan = import_file(demo.FOLDER / name, name, ledger, by=by, is_demo=True)
    if plan.refused:
        first = plan.refused[0]
        raise Refused(f"demo/{name} 第 {first.row} 行：{first.reason}", "demo_refused")
    if plan.changed or plan.duplicate:
        raise Refused(
            f"台账里已有与演示数据同名、内容不同的{plan.ledger.label}，装入会改动它们。"
            "请换一个空的数据库（DATABASE_URL）再装演示县。",
            "demo_refused",
        )
    return plan.batch


def _open_account(account: demo.Account, password: str) -> User:
    """Opens a demo account, or opens it again after an earlier demo county was cleared."""
    team = Team.objects.get(name=account.team) if account.team else None
    parks = Park.objects.filter(slug__in=account.parks)
    user = User.objects.filter(username=account.username).first()
    if user is None:
        user = users.add_user(
            account.username, role=account.role, by=None, name=account.name, team=team, parks=parks
        )
    elif not user.is_demo:
        raise Refused(
            f"用户名 {user.username} 已被正式账号使用，演示县用同名账号，不能装入。",
            "demo_refused",
        )
    else:
        user.team, user.is_active = team, True
        user.parks.set(parks)
        _record.note("reopen_account", user, by=None)
    user.is_demo, user.password = True, password
    user.save()
    return user


@transaction.atomic
def clear(*, by: User | None = None) -> Cleared | None:
    """Takes the demo county out, with whatever users hung on its rows, and releases the clock; None
    when there is none. Works on every machine.

    Users' own rows stay untouched. A register they point to (a park, a company, a team) stays too
    and is an ordinary row from then on. The audit keeps its entries, and the accounts they name.
    """
    if by is not None:  # from a page; the command has the machine
        access.require_noun(by, access.Action.CHANGE, "democounty")
    county = DemoCounty.objects.select_for_update().first()
    if county is None:
        return None
    for part in reversed(public.demo_parts):
        part.clear()
    batches = list(ImportBatch.objects.filter(is_demo=True, reverted_at=None))
    for user in User.objects.filter(is_demo=True):
        _close_account(user)
    kept = _removal.remove(imports.created_in(batches))
    for batch in batches:
        batch.reverted_at = clock.now()
        batch.save(update_fields=["reverted_at"])
    _record.note("clear_demo", county, by=by)
    county.delete()
    return Cleared(kept)


def _close_account(user: User) -> None:
    notifications.forget_user(user)
    views.forget(user)
    user.team, user.is_active = None, False
    user.parks.clear()
    user.save()
    _record.note("close_account", user, by=None)
