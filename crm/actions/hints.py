"""查重: whether somebody already works on it, and whom to ask.

Of rows the asker may not see it tells one unit, since when, and its office phone: those of the
running first contact (首谈), else of who registered the row. It is a declared
exception to the reach of `crm.access`, so it is counted by the hour and put on record. The limit
is checked before anything is looked up: beyond it, what is hidden and what is not there are alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import Min, Q
from django.utils import timezone

from crm import access, limits, personal
from crm.access import Action
from crm.actions import _lock, _record, _told, questions
from crm.actions._told import HOUR
from crm.actions.questions import Anyway, Likeness
from crm.errors import Refused
from crm.models import Company, Contact, Enquiry, FirstContactClaim, Project, User
from crm.models.base import Row, Rows
from crm.models.people import same_person
from crm.names import company_key, name_key

ASKED_AN_HOUR = 200  # questions from forms, answered or not
TOLD_AN_HOUR = 100  # rows of imported files that were refused because somebody else has them
LOOKED_AT = 20
SHORTEST = 2
LONGEST = 200


@dataclass(frozen=True)
class Claim:
    """All that is told of a hidden row."""

    unit: str
    since: date
    phone: str

    @property
    def sentence(self) -> str:
        by_phone = f"，办公电话 {self.phone}" if self.phone else ""
        return f"{self.unit}已于 {self.since} 登记{by_phone}"


@dataclass(frozen=True)
class Hint:
    """Rows that are the same: those the asker may open, and one claim for all the others."""

    seen: list[Row] = field(default_factory=list)
    claim: Claim | None = None

    @property
    def exists(self) -> bool:
        return bool(self.seen or self.claim)


def claim_hint(
    *,
    by: User,
    name: str = "",
    investor: str = "",
    credit_code: str = "",
    phone: str = "",
    person: str = "",
) -> Hint:
    """What the ledger has under the same name (a project's or a company's), code or phone. Who asks
    about a `person` of this phone is not told of others in the same office."""
    found, asked = _looked_up(by, name, investor, credit_code, phone, person)
    if found.claim:
        _note(by, asked, "登记前查重")
    return found


@contextmanager
def asking(
    row: Project | Company | Contact,
    told: Mapping[str, str | None],
    *,
    by: User,
    anyway: Anyway,
    known: Iterable[Row | None] = (),
) -> Iterator[None]:
    """The transaction in which a row is registered: nobody else registers one of its keys within.
    It begins with the question whether the ledger has what is `told` (as to `claim_hint`), and ends
    with the record that the row was registered all the same. What it is `known` to go with, such
    as the company that is its investor, is no question."""
    noun = str(row._meta.model_name)
    with _told.counted(), _lock.one_at_a_time(noun, *keys_of(row)):
        is_like = _ask(noun, typed_of(told, told), by=by, anyway=anyway, known=list(known))
        yield
        questions.settle(is_like, row, by=by, anyway=anyway)


def _ask(
    noun: str, typed: dict[str, str], *, by: User, anyway: Anyway, known: list[Row | None]
) -> bool:
    """Refuses with what is like the row, unless that very likeness was confirmed; whether there was
    any. Beyond the hour's measure it is refused until it is registered unchecked, knowingly."""
    if anyway.shown is None or not any(typed.values()):
        return False
    told = tuple(typed.values())
    try:
        found, asked = _looked_up(by, **typed)
    except Refused as refused:
        if refused.code != "too_many":
            raise
        likeness = Likeness(noun, unchecked=refused.reason, typed=told)
    else:
        found = replace(found, seen=[row for row in found.seen if row not in known])
        if not found.exists:
            return False
        likeness = Likeness(noun, found.seen, found.claim, typed=told)
    if anyway.covers(likeness.token):
        return True
    if likeness.claim:
        _note(by, asked, "登记前查重")
    raise questions.refusal(likeness)


def typed_of(names: Iterable[str], values: Mapping[str, Any]) -> dict[str, str]:
    """What is said under these names, as it is looked up."""
    return {
        name: str(values.get(name) or "").replace("\x00", "").strip()[:LONGEST] for name in names
    }


def _looked_up(
    by: User,
    name: str = "",
    investor: str = "",
    credit_code: str = "",
    phone: str = "",
    person: str = "",
) -> tuple[Hint, dict[str, Any]]:
    """The hint, and what was asked as the record may keep it."""
    if not any(access.can(by, Action.REGISTER, noun) for noun in ("project", "company")):
        raise Refused("您的角色不登记项目和企业，不能查重。", "not_allowed")
    names = [text for text in (name.strip(), investor.strip()) if len(name_key(text)) >= SHORTEST]
    code, print_ = credit_code.strip().upper(), _print(phone)
    if not (names or code or print_):
        return Hint(), {}
    if not _told.take(f"claim-asked:{by.pk}", most=ASKED_AN_HOUR):
        raise _too_many()
    companies = Q(credit_code=code) if code else Q(pk__in=[])
    for text in names:
        companies |= Q(name_key=company_key(text))
    projects = same_projects(names, code)
    known: Any = _people(Contact, phone, print_, person)
    seen: list[Row] = list(Company.objects.visible_to(by).filter(companies)[:LOOKED_AT])
    seen += Project.objects.visible_to(by).filter(projects)[:LOOKED_AT]
    seen += known.visible_to(by).select_related("project", "company", "key")[:LOOKED_AT]
    enquiries: Any = _people(Enquiry, phone, print_, person)
    seen += enquiries.visible_to(by).select_related("park", "key")[:LOOKED_AT]
    people = _contact_claims(known, by) + _enquiry_claims(enquiries, by)
    claim = _first(_project_claims(projects, by) + people)
    asked = [personal.scrubbed(text) for text in names] + [text for text in (code,) if text]
    return Hint(seen, claim), {"for": [*asked, *(["•••"] if print_ else [])]}


def keys_of(row: Project | Company | Contact) -> tuple[str, ...]:
    """The keys under which others ask about a row as this one does: of two that `claim_hint` finds
    for each other, one is the same."""
    if isinstance(row, Contact):
        return (row.phone_print,)
    if isinstance(row, Company):
        return company_key(row.name or ""), (row.credit_code or "").strip().upper()
    own = row.company
    names = (row.name, row.investor, own.name if own else "")
    return (*(company_key(name or "") for name in names), (own.credit_code or "") if own else "")


def same_projects(names: Iterable[str], code: str = "") -> Q:
    """Projects under one of these names, of an investor or a company of that name or code."""
    found = Q(pk__in=[])
    if code:
        found |= Q(company__credit_code=code) | Q(investor_company__credit_code=code)
    for text in names:
        key = company_key(text)
        found |= Q(name_key=name_key(text)) | Q(company__name_key=key)
        found |= Q(investor=text) | Q(investor_company__name_key=key)
    return found


def counted_by_the_hour(by: User, *, take: bool) -> None:
    """One hint told outside `claim_hint`; refused beyond the hour's measure. It is asked before
    looking (`take` false), and counted after telling."""
    key = f"claim-told:{by.pk}"
    if take:
        _told.take(key, most=TOLD_AN_HOUR)
    elif not _told.left(key, most=TOLD_AN_HOUR):
        raise _too_many()


class FileClaims:
    """The hints of one imported file. A dry run takes its transaction back, so the hints told are
    counted and recorded by `settle`, after it."""

    def __init__(self, by: User) -> None:
        self.by, self.told = by, 0
        # Who sees every project is told nothing new.
        self._is_needed = not access.sees_all(by, "project")
        self._left = limits.left(self._key, most=TOLD_AN_HOUR, seconds=HOUR)

    @property
    def _key(self) -> str:
        return f"claim-told:{self.by.pk}"

    def check(self, values: Mapping[str, Any]) -> None:
        """Refuses a new project whose name belongs to one out of the importer's sight."""
        if not self._is_needed:
            return
        if self.told >= self._left:
            raise _too_many()
        claim = _first(_project_claims(Q(name_key=name_key(values["name"])), self.by))
        if claim:
            self.told += 1
            raise Refused(
                f"{claim.sentence}，没有重复登记。请先联系；确是另一个项目的，请在页面上登记。",
                "claimed",
                ["name"],
            )

    def settle(self, file_name: str) -> None:
        if self.told:
            limits.take(self._key, most=TOLD_AN_HOUR, seconds=HOUR, uses=self.told)
            asked = {"file": personal.scrubbed(file_name), "rows": self.told}
            _note(self.by, asked, "导入时查重")


def _too_many() -> Refused:
    return Refused("查重次数已到本小时上限，没有核对是否重复，请稍后再试。", "too_many")


def _note(by: User, asked: dict[str, Any], reason: str) -> None:
    """The row itself is not named: the record of it is read by its own people."""
    changes = {"asked": [None, asked]}
    kept = partial(_record.note, "claim_hint", None, by=by, object_type="crm.project",
                   changes=changes, reason=reason)  # fmt: skip
    _told.record(kept)


def _print(phone: str) -> str:
    try:
        return personal.fingerprint("phone", personal.normal_phone(phone)) if phone else ""
    except ValueError:
        return ""


def _people(model: Any, phone: str, print_: str, person: str) -> Rows:
    """The rows under a number; those of one person, where one is named."""
    rows: Rows = model.objects.filter(phone_print=print_) if print_ else model.objects.none()
    if not (print_ and person):
        return rows
    same = same_person(rows.select_related("key"), name=person, phone=personal.normal_phone(phone))
    return rows.filter(pk__in=[row.pk for row in same])


def _project_claims(condition: Q, by: User) -> list[Claim]:
    hidden = (
        Project.objects.filter(condition)
        .exclude(pk__in=Project.objects.visible_to(by).filter(condition).values("pk"))
        .annotate(since=Min("moves__recorded_at"))
        .select_related("team", "park__team")
        .order_by("since", "pk")
    )
    if running := _running(Q(project__in=hidden.order_by().values("pk"))):
        return [running]
    return [_claim(row, row.since or row.created_at) for row in hidden[:1]]


def _contact_claims(contacts: Rows, by: User) -> list[Claim]:
    hidden = (
        contacts.exclude(pk__in=contacts.visible_to(by).values("pk"))
        .select_related("team", "project__team", "project__park__team")
        .order_by("created_at", "pk")
    )
    return [
        (row.project and _running(Q(project=row.project)))
        or _claim(row.project or row, row.created_at)
        for row in hidden[:1]
    ]


def _enquiry_claims(enquiries: Rows, by: User) -> list[Claim]:
    """Who left this phone with the public form is already somebody's to answer."""
    hidden = (
        enquiries.exclude(pk__in=enquiries.visible_to(by).values("pk"))
        .select_related("team", "park__team")
        .order_by("received_at", "pk")
    )
    return [_claim(row, row.received_at) for row in hidden[:1]]


def _running(condition: Q) -> Claim | None:
    """The earliest first contact that counts today."""
    found = FirstContactClaim.objects.running().filter(condition).select_related("team", "park")
    claim = found.order_by("claimed_at", "pk").first()
    return Claim(claim.unit, claim.claimed_on, claim.phone) if claim else None


def _claim(row: Project | Contact | Enquiry, since: datetime) -> Claim:
    park = getattr(row, "park", None)
    team = row.team or (park.team if park else None)
    unit = team.name if team else park.name if park else "县招商主管部门（尚未分到科室）"
    phone = team.phone if team else park.phone if park else ""
    return Claim(unit, timezone.localtime(since).date(), phone)


def _first(claims: list[Claim]) -> Claim | None:
    return min(claims, key=lambda claim: claim.since, default=None)
