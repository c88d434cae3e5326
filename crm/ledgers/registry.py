"""The declared nouns: by key, by noun, in the order of the desk's menu."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from crm import access
from crm.ledgers.base import Group, Ledger, Noun, declared, meant
from crm.models import User

# What is done with rows of any noun.
_VERBS = {
    "register": "登记", "change": "修改", "void": "作废", "register_anyway": "查重后仍登记",
    "not_same": "判为不是重复", "merge": "合并", "merged": "并入一条重复的",
    "merged_into": "并入另一条", "unmerge": "撤销合并", "unmerge_facts": "撤销合并",
    "reveal": "查看联系方式", "erase": "清除个人信息", "claim_hint": "查重", "export": "导出",
    "mend": "补记", "settle_text": "核对原文",
}  # fmt: skip


@cache
def every() -> list[Ledger]:
    """All ledgers in the order of the desk's menu."""
    ledgers = [noun for noun in declared().values() if isinstance(noun, Ledger)]
    groups = list(Group)
    return sorted(
        ledgers, key=lambda ledger: (groups.index(ledger.group), ledger.place, ledger.key)
    )


@cache
def _by_key() -> dict[str, Ledger]:
    return {ledger.key: ledger for ledger in every()}


def get(key: str) -> Ledger:
    """The ledger of this key; KeyError for none."""
    return _by_key()[key]


def noun_of(what: models.Model | type[models.Model] | str) -> Noun | None:
    """What is declared of a row's, a model's or a named noun: `project`, also as `crm.project`."""
    name = what.rpartition(".")[2] if isinstance(what, str) else what._meta.model_name
    return declared().get(str(name))


def of_noun(what: models.Model | type[models.Model] | str) -> Ledger | None:
    """The ledger of a noun, None where people keep none."""
    noun = noun_of(what)
    return noun if isinstance(noun, Ledger) else None


def label_of(label_lower: str) -> str:
    """crm.project → 项目; what is no noun of ours stays as it is."""
    noun = noun_of(label_lower)
    if noun is not None:
        return noun.label
    try:
        return str(apps.get_model(label_lower)._meta.verbose_name)
    except (LookupError, ValueError):
        return label_lower


def address_of(what: models.Model | type[models.Model] | str, pk: int) -> str:
    """The page of a row; empty where it has none."""
    noun = noun_of(what)
    return noun.address(pk) if noun is not None else ""


@cache
def _verb_words() -> dict[str, str]:
    words = dict(_VERBS)
    for noun in declared().values():
        words |= noun.verbs
    return words


def verb_word(verb: str) -> str:
    """What people call a verb of the record."""
    return _verb_words().get(verb, verb)


def referable(key: str, *, by: Any) -> QuerySet:
    """The rows a REFERENCE column may point to for this user: a ledger's visible rows, or staff.

    Staff are the colleagues of one's team; who sees every project may name anybody in business.
    """
    if key != "users":
        return get(key).all_rows.visible_to(by)
    staff = User.objects.filter(is_active=True, role__in=list(access.PIPELINE))
    sees_all = access.sees_all(by, "project")
    return staff if sees_all else staff.filter(Q(team=by.team_id) | Q(pk=by.pk))


def referred(key: str, text: str, *, by: User) -> models.Model | None:
    """The row (or member of staff) that `text` names; Several when more than one fits."""
    if key != "users":
        return get(key).named(text, by=by)
    return meant(referable("users", by=by), ("username", "first_name"), text)
