"""First contact (首谈): claimed by registering a project, renewed by work, contested, ruled on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm import access, clock
from crm.access import Action, Role
from crm.actions import _record, hints
from crm.actions.system import notifications
from crm.dates import When
from crm.errors import Refused
from crm.models import (
    ClaimRuling,
    ClaimState,
    FirstContactClaim,
    NotificationKind,
    Project,
    User,
)
from crm.models.pipeline.first_contacts import counted_until
from crm.names import name_key


@dataclass(frozen=True)
class Entry:
    """The claim a registration makes; None of `against` = nobody else's claim is running."""

    unit: dict[str, Any]
    since: date
    at: datetime
    against: FirstContactClaim | None = None


def unit_for(project: Project, by: User) -> dict[str, Any]:
    """Whose contact it is: the project's team, or the park whose office registers it."""
    if project.team_id:
        return {"team": project.team}
    if by.role == Role.PARK and project.park_id in by.park_ids:
        return {"park": project.park}
    return {}


def _side(project: Project, by: User) -> dict[str, Any]:
    """For whom `by` speaks: his team or his park; who sees all, for the project's own team."""
    if access.sees_all(by, "project"):
        return unit_for(project, by)
    if by.team_id:
        return {"team": by.team}
    return {"park": project.park} if project.park_id in by.park_ids else {}


def entry_of(project: Project, *, by: User, lead: When | None, is_opening: bool) -> Entry | None:
    """What registering `project` claims; asked in its transaction, before anything is written.

    By hand it is claimed now. A row that enters late claims from its lead date, and nothing where
    that is unknown or where somebody else's claim runs: a file contests nobody.
    """
    unit = unit_for(project, by)
    if not unit or (is_opening and lead is None):
        return None
    since = lead.end if is_opening and lead else clock.today()
    at = timezone.make_aware(datetime.combine(since, time.min)) if is_opening else clock.now()
    if counted_until(since) < clock.today():
        return Entry(unit, since, at)
    against = _rival(project, unit, by=by, is_opening=is_opening)
    if is_opening:
        return None if against else Entry(unit, since, at)
    return Entry(unit, since, at, against)


def _rival(
    project: Project, unit: dict[str, Any], *, by: User, is_opening: bool
) -> FirstContactClaim | None:
    """Another unit's running claim on a project of this name, or with this investor."""
    if not access.sees_all(by, "project"):
        hints.counted_by_the_hour(by, take=False)
    names = [project.name] if is_opening else [project.name, project.investor]
    same = hints.same_projects(text for text in names if len(name_key(text)) >= hints.SHORTEST)
    running = (
        FirstContactClaim.objects.running()
        .filter(project__in=Project.objects.filter(same))
        .exclude(**{name: row.pk for name, row in unit.items()})
        .select_related("team", "park")
    )
    return running.order_by("claimed_at", "pk").first()


def refuse_unexplained(entry: Entry | None, reason: str, *, by: User) -> None:
    """Registering what somebody else has first contact with must say why."""
    if entry is None or entry.against is None:
        return
    if not access.may(by, Action.VIEW, entry.against):
        hints.counted_by_the_hour(by, take=True)
    if not reason.strip():
        known = hints.Claim(entry.against.unit, entry.against.claimed_on, entry.against.phone)
        raise Refused(
            f"{known.sentence}，首谈有效。请先联系；确须登记的，请写明理由，由县里裁定首谈。",
            "claimed",
            ["claim_reason"],
        )


def enter(project: Project, entry: Entry | None, *, by: User, reason: str = "") -> None:
    """Writes the claim of a registration, in its transaction."""
    if entry is None:
        return
    person = project.officer or (by if by.role != Role.STATISTICIAN else None)
    claim = FirstContactClaim(
        project=project,
        **entry.unit,
        person=person,
        claimed_at=entry.at,
        counted_from=entry.since,
        valid_until=counted_until(entry.since),
    )
    if entry.against:
        _contest(claim, entry.against, by=by, reason=reason)
    else:
        _record.insert(claim, by=by, verb="claim")


@transaction.atomic
def claim(project: Project, *, by: User, reason: str = "") -> FirstContactClaim:
    """Claims first contact of a project on which no claim runs; on a running one of another unit
    it is a contest, which must say why."""
    unit = _side(project, by)
    new = FirstContactClaim(
        project=project,
        **unit,
        person=by,
        claimed_at=clock.now(),
        counted_from=clock.today(),
        valid_until=counted_until(clock.today()),
        reason=reason.strip(),
    )
    access.require(by, Action.REGISTER, new)
    if not unit:
        raise Refused("项目还没有科室，您也没有科室，不知道首谈归谁；请先给项目定科室。", "no_unit")
    # Where no claim runs there is none to lock: the project stands for them.
    Project.objects.select_for_update().get(pk=project.pk)
    running = list(FirstContactClaim.objects.select_for_update().running().filter(project=project))
    if any(one.is_of_same_unit(new) for one in running):
        raise Refused(f"{new.unit}在本项目的首谈仍然有效，不用再认领。", "duplicate")
    if not running:
        return _record.insert(new, by=by, verb="claim")
    if not reason.strip():
        raise Refused(
            f"{running[-1].unit}的首谈仍然有效；提出争议须写明理由。", "reason_needed", ["reason"]
        )
    return _contest(new, running[-1], by=by, reason=reason)


def _contest(
    new: FirstContactClaim, against: FirstContactClaim, *, by: User, reason: str
) -> FirstContactClaim:
    against = _locked(against)
    if against.held == ClaimState.CONTESTED and against.against:
        against = against.against  # one case, however many join it
    new.held, new.against, new.reason = ClaimState.CONTESTED, against, reason.strip()
    _record.insert(new, by=by, verb="contest_claim", reason=reason)
    if against.held != ClaimState.CONTESTED:
        _record.amend(against, {"held": ClaimState.CONTESTED}, by=by, verb="contest_claim")
    said = f"“{against.project}”的首谈有争议：{new.unit} {new.claimed_on} 也提出首谈，待县里裁定。"
    _tell_side(against, said, by=by)
    rulers = User.objects.filter(is_active=True, role__in=(Role.LEADER, Role.STATISTICIAN))
    said = f"{against.unit}与{new.unit}对“{against.project}”的首谈有争议，请裁定。"
    notifications.tell(rulers, NotificationKind.CLAIM, against, said, by=by)
    return new


def _tell_side(claim: FirstContactClaim, said: str, *, by: User) -> None:
    """Tells the people of a claim: who made it, the officer, the heads of its team or park."""
    park = User.objects.filter(role=Role.PARK, parks=claim.park_id) if claim.park_id else []
    heads = claim.team.members.filter(role=Role.TEAMLEAD) if claim.team else park
    people = [claim.person, claim.project.officer, *heads]
    notifications.tell(people, NotificationKind.CLAIM, claim, said, by=by)


def case_of(claim: FirstContactClaim) -> list[FirstContactClaim]:
    """All claims that are contested with this one, the earliest first; itself alone if none is."""
    open_ = FirstContactClaim.objects.filter(held=ClaimState.CONTESTED)
    root = claim
    if not open_.filter(against=claim).exists() and claim.against:
        root = claim.against
    found = {one.pk: one for one in (*open_.filter(against=root), claim)}
    if root.held == ClaimState.CONTESTED:
        found[root.pk] = root
    return sorted(found.values(), key=lambda one: (one.claimed_at, one.pk))


def _locked(claim: FirstContactClaim) -> FirstContactClaim:
    """The claim as it is now, with its whole case: two who decide on one dispute at the same moment
    do so one after the other."""
    numbers = sorted(one.pk for one in case_of(claim))
    locked = FirstContactClaim.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
    return next(one for one in locked if one.pk == claim.pk)


@transaction.atomic
def renew(claim: FirstContactClaim, *, by: User) -> FirstContactClaim:
    """Lets a claim count anew from today, for work that was done under it: a follow-up since it
    was made or last renewed. What has expired is claimed again, not renewed."""
    claim = _own(claim, by)
    if not claim.is_running:
        raise Refused(f"首谈{claim.state_text}，不能续期。", "not_running")
    if counted_until(clock.today()) <= claim.valid_until:
        raise Refused(f"有效期已到 {claim.valid_until}，今天不用续期。", "not_needed")
    # What was done on the day of a renewal was counted by it.
    is_first = claim.counted_from == claim.claimed_on
    since = {"held_on__gte" if is_first else "held_on__gt": claim.counted_from}
    if not claim.project.follow_ups.filter(**since).exists():
        raise Refused(
            f"{claim.counted_from} 起还没有跟进记录；先记一次跟进，再续期。", "no_follow_up"
        )
    values = {"counted_from": clock.today(), "valid_until": counted_until(clock.today())}
    return _record.amend(claim, values, by=by, verb="renew_claim")


@transaction.atomic
def give_up(claim: FirstContactClaim, *, by: User, reason: str) -> FirstContactClaim:
    """Gives a claim up; a dispute ends with it when only one claim is left."""
    claim = _own(claim, by)
    if not claim.is_running:
        raise Refused(f"首谈{claim.state_text}，不用放弃。", "not_running")
    if not reason.strip():
        raise Refused("放弃首谈须写明原因。", "reason_needed", ["reason"])
    others = [one for one in case_of(claim) if one.pk != claim.pk]
    _record.amend(claim, {"held": ClaimState.GIVEN_UP}, by=by, verb="give_up_claim", reason=reason)
    if len(others) == 1:
        _record.amend(others[0], {"held": ClaimState.VALID}, by=by, verb="give_up_claim")
    for one in others[1:]:
        _record.amend(one, {"against": others[0]}, by=by, verb="give_up_claim")
    return claim


def _own(claim: FirstContactClaim, by: User) -> FirstContactClaim:
    access.require(by, Action.CHANGE, claim)
    is_ours = (
        (claim.team_id and claim.team_id == by.team_id)
        or claim.park_id in by.park_ids
        or access.sees_all(by, "project")
    )
    if not is_ours:
        raise Refused(f"这是{claim.unit}的首谈，由{claim.unit}办理。", "not_allowed")
    _locked(claim)
    claim.refresh_from_db()
    return claim


@transaction.atomic
def rule(
    winner: FirstContactClaim,
    *,
    by: User,
    reason: str,
    decided_by: str = "",
    ruled_on: date | None = None,
) -> ClaimRuling:
    """Puts the leadership's ruling on record: one claim is upheld and counts anew, the others of
    its case end. Ruling once more on the same case replaces the earlier ruling.

    A leader rules; the statistician records a ruling and names who made it or in which paper.
    Nobody rules for or against a team of his own.
    """
    access.require(by, Action.RULE, winner)
    winner = _locked(winner)
    earlier = winner.rulings.standing().first()
    case = case_of(winner) if winner.held == ClaimState.CONTESTED else []
    if not case and earlier:
        case = list(earlier.claims.all())
    if len(case) < 2:
        raise Refused("这个首谈没有争议，不用裁定。", "not_contested")
    if by.team_id and any(one.team_id == by.team_id for one in case):
        raise Refused("您是争议一方，不能裁定；请由其他领导裁定。", "own_case")
    decided_by = decided_by.strip() or (by.name if by.role == Role.LEADER else "")
    ruled_on = ruled_on or clock.today()
    wrong = {
        name: why
        for name, why, is_wrong in (
            ("reason", "请写明裁定理由。", not reason.strip()),
            ("decided_by", "请写明由谁裁定，或裁定文件。", not decided_by),
            ("ruled_on", "裁定日期在今天之后。", ruled_on > clock.today()),
            (
                "ruled_on",
                "裁定日期早于最早的首谈。",
                ruled_on < min(one.claimed_on for one in case),
            ),
        )
        if is_wrong
    }
    if wrong:
        raise Refused("".join(wrong.values()), "invalid", wrong)
    ruling: ClaimRuling = _record.insert(
        ClaimRuling(
            project=winner.project,
            winner=winner,
            ruled_on=ruled_on,
            decided_by=decided_by,
            reason=reason.strip(),
            recorded_at=clock.now(),
            by=by,
            replaces=earlier if winner.held == ClaimState.RULED else None,
        ),
        by=by,
        verb="rule_claim",
        reason=reason,
        many={"claims": case},
    )
    for one in case:
        values: dict[str, Any] = {"held": ClaimState.RULED, "is_upheld": one.pk == winner.pk}
        if one.pk == winner.pk:
            values |= {
                "counted_from": ruled_on,
                "valid_until": max(one.valid_until, counted_until(ruled_on)),
            }
        _record.amend(one, values, by=by, verb="rule_claim", reason=reason)
        notifications.done(NotificationKind.CLAIM, one)
        said = f"“{one.project}”的首谈已裁定：归{winner.unit}（{decided_by}）。"
        _tell_side(one, said, by=by)
    return ruling
