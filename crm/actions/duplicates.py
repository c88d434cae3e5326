"""Likely duplicates: rows of one name, code or phone, or of names that are nearly one; and the
verdict that two of them are not the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

from django.db.models import Q

from crm import access, clock
from crm.access import Action
from crm.actions import _lock, _record
from crm.errors import Refused
from crm.models import Contact, Mergeable, NotSame, Project, User, mergeable
from crm.models.people import Person, person_key
from crm.names import name_key
from crm.stages import Stage

MOST = 12  # candidates shown for one row
LOOKED_AT = 5000  # rows of one ledger compared with each other, the newest first
CROWD = 40  # a piece of a name that more rows share tells nothing
GRAM = 3
ALIKE = 0.75


@dataclass(frozen=True)
class Pair:
    """Two rows that may be one; `why` in words."""

    loser: Any
    survivor: Any
    why: str


def in_order(one: Any, other: Any) -> tuple[Any, Any]:
    """(loser, survivor): the row further along stays, then the fuller, then the older."""

    def weight(row: Any) -> tuple[int, int, int]:
        rank = Stage(row.stage).rank if isinstance(row, Project) else 0
        filled = sum(getattr(row, f.attname) not in (None, "") for f in row._meta.concrete_fields)
        return rank, filled, -row.pk

    first, second = sorted((one, other), key=weight)
    return first, second


def candidates(row: Any, *, by: User, text: str = "") -> list[Any]:
    """Rows `by` may change that are like this one, or that have the name typed."""
    rows = type(row).objects.visible_to(by, Action.CHANGE).exclude(pk=row.pk)
    if isinstance(row, Contact):
        near = Q(pk__in=[])
        if row.phone_print:
            near |= Q(phone_print=row.phone_print)
        for link in ("company_id", "project_id"):
            if getattr(row, link):
                near |= Q(**{link: getattr(row, link)})
        found = rows.filter(near).select_related("key", "company", "project")
        return sorted(found[:MOST], key=lambda other: other.name != row.name)
    if text:
        return list(rows.filter(name_key__contains=name_key(text) or "\x00")[:MOST])
    others = [
        (_ratio(row.name_key, key), pk)
        for pk, key in rows.order_by("-pk").values_list("pk", "name_key")[:LOOKED_AT]
        if set(_grams(row.name_key)) & set(_grams(key))
    ]
    likely = [pk for ratio, pk in sorted(others, reverse=True) if ratio >= ALIKE / 1.5][:MOST]
    if isinstance(row, Project) and row.company_id:
        likely += list(rows.filter(company=row.company_id).values_list("pk", flat=True)[:MOST])
    found_by = rows.in_bulk(likely)
    return [found_by[pk] for pk in dict.fromkeys(likely)][:MOST]


def _grams(key: str) -> Iterator[str]:
    if len(key) <= GRAM:
        yield key
    for start in range(len(key) - GRAM + 1):
        yield key[start : start + GRAM]


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def pairs(noun: str, *, by: User) -> list[Pair]:
    """Pairs of rows `by` may change that look like one and about which nobody has decided."""
    model: Any = mergeable()[noun]
    rows = model.objects.visible_to(by, Action.CHANGE).order_by("-pk")
    why = _same_phones(rows) if issubclass(model, Person) else _same_names(rows)
    decided = set(NotSame.objects.filter(noun=noun).values_list("lower_id", "higher_id"))
    open_ = {pair: said for pair, said in why.items() if pair not in decided}
    known = rows.in_bulk({pk for pair in open_ for pk in pair})
    found = []
    for (lower, higher), said in open_.items():
        loser, survivor = in_order(known[lower], known[higher])
        found.append(Pair(loser, survivor, said))
    return sorted(found, key=lambda pair: (pair.why != "同名", -pair.loser.pk))


def _both(ids: Iterable[int]) -> Iterator[tuple[int, int]]:
    yield from combinations(sorted(ids), 2)


def _same_phones(rows: Any) -> dict[tuple[int, int], str]:
    """Pairs that are one person, not two in one office."""
    prints: dict[str, list[int]] = defaultdict(list)
    told = rows.exclude(phone_print="").values_list("pk", "phone_print")[:LOOKED_AT]
    for pk, phone_print in told:
        prints[phone_print].append(pk)
    sharing = [pk for ids in prints.values() if len(ids) > 1 for pk in ids]
    people: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows.filter(pk__in=sharing).select_related("key"):
        people[row.phone_print, person_key(row.name, row.phone)].append(row.pk)
    return {pair: "电话相同" for ids in people.values() if len(ids) <= CROWD for pair in _both(ids)}


def _same_names(rows: Any) -> dict[tuple[int, int], str]:
    keys: dict[int, str] = dict(rows.values_list("pk", "name_key")[:LOOKED_AT])
    shared: dict[str, list[int]] = defaultdict(list)
    for pk, key in keys.items():
        for gram in set(_grams(key)):
            shared[gram].append(pk)
    near = {pair for ids in shared.values() if len(ids) <= CROWD for pair in _both(ids)}
    found = {}
    for one, other in near:
        if keys[one] == keys[other]:
            found[one, other] = "同名"
        elif _ratio(keys[one], keys[other]) >= ALIKE:
            found[one, other] = "名称相近"
    return found


def not_same(one: Any, other: Any, *, by: User, reason: str = "") -> NotSame:
    """Puts on record that two like rows are two; said once, whoever says it again."""
    noun = str(one._meta.model_name)
    if type(one) is not type(other) or not isinstance(one, Mergeable) or one.pk == other.pk:
        raise Refused("请选择两条不同的同类记录。", "invalid")
    for row in (one, other):
        access.require(by, Action.CHANGE, row)
    lower, higher = sorted((one.pk, other.pk))
    with _lock.one_at_a_time("notsame", f"{noun} {lower} {higher}"):
        known = NotSame.objects.filter(noun=noun, lower_id=lower, higher_id=higher).first()
        return known or _said(one, other, by=by, reason=reason)


def _said(one: Any, other: Any, *, by: User, reason: str) -> NotSame:
    lower, higher = sorted((one.pk, other.pk))
    verdict = NotSame.objects.create(
        noun=str(one._meta.model_name), lower_id=lower, higher_id=higher, by=by,
        recorded_at=clock.now(), reason=_record.whole(NotSame, "reason", reason.strip()),
    )  # fmt: skip
    for row, twin in ((one, other), (other, one)):
        _record.note("not_same", row, by=by, changes={"not_same": [None, twin.pk]}, reason=reason)
    return verdict
