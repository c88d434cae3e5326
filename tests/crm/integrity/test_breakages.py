"""Each invariant is broken past the verbs, found, and the row named; unbroken it is not."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import date
from typing import Any

import pytest
from django.db import models

from crm import integrity
from crm.actions.companies import spells
from crm.dates import When
from crm.models import (
    Agreement,
    AgreementKind,
    AuditEntry,
    Company,
    CreditShare,
    FirstContactClaim,
    FundingReceipt,
    Notification,
    NotificationKind,
    ProjectState,
    Team,
)
from search.models import SearchDocument
from tests import make
from tests.crm.integrity.conftest import World, damaged

Sql = Callable[..., None]
# What breaks something, and the row that is then named: itself, or its table and number.
Breakage = Callable[[World, Sql], models.Model | tuple[str, int]]
BREAKAGES: list[tuple[str, Breakage]] = []


def breaks(key: str) -> Callable[[Breakage], Breakage]:
    """The function below breaks this invariant and gives back the row that is to be named."""

    def keep(function: Breakage) -> Breakage:
        BREAKAGES.append((key, function))
        return function

    return keep


# Register entries


@breaks("register.entry")
def without_entry(world: World, sql: Sql) -> Any:
    sql(
        "UPDATE crm_auditentry SET is_new = FALSE"
        " WHERE object_type = 'crm.project' AND object_id = %s",
        world.moved.pk,
    )
    return world.moved


@breaks("register.entry")
def inserted_past_the_verbs(world: World, sql: Sql) -> Any:
    return Team.objects.create(name="招商九科")


@breaks("register.once")
def entered_twice(world: World, sql: Sql) -> Any:
    sql(
        "UPDATE crm_auditentry SET is_new = TRUE"
        " WHERE object_type = 'crm.project' AND object_id = %s",
        world.moved.pk,
    )
    return world.moved


@breaks("register.row")
def deleted_past_the_verbs(world: World, sql: Sql) -> Any:
    sql("DELETE FROM crm_milestone WHERE id = %s", world.milestone.pk)
    return world.milestone


@breaks("register.row")
def of_an_unknown_table(world: World, sql: Sql) -> Any:
    entry = AuditEntry.objects.filter(object_type="crm.milestone").get()
    sql("UPDATE crm_auditentry SET object_type = 'crm.gone' WHERE id = %s", entry.pk)
    return "crm.gone", entry.object_id


# Where projects stand


@breaks("project.opening")
def the_first_move_is_lost(world: World, sql: Sql) -> Any:
    first = world.moves(world.moved)[0]
    sql("DELETE FROM crm_stagemove WHERE id = %s", first.pk)
    return world.moved


@breaks("project.opening")
def every_move_is_lost(world: World, sql: Sql) -> Any:
    sql("DELETE FROM crm_stagemove WHERE project_id = %s", world.divided.pk)
    return world.divided


@breaks("project.stage")
def another_stage(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_project SET stage = 'trial' WHERE id = %s", world.moved.pk)
    return world.moved


@breaks("project.stage")
def another_status(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_project SET status = 'exited' WHERE id = %s", world.moved.pk)
    return world.moved


@breaks("project.since")
def another_day_of_entry(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_project SET stage_since = '2023-08-01' WHERE id = %s", world.moved.pk)
    return world.moved


@breaks("project.since")
def no_day_of_entry(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_project SET stage_since = NULL WHERE id = %s", world.moved.pk)
    return world.moved


@breaks("project.progress")
def another_day_of_progress(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_project SET progress_on = '2023-08-31' WHERE id = %s", world.moved.pk)
    return world.moved


@breaks("project.progress")
def a_follow_up_is_lost(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_followup SET held_on = '2023-08-30' WHERE project_id = %s", world.moved.pk)
    return world.moved


@breaks("move.place")
def two_moves_in_one_place(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_stagemove SET place = 1 WHERE id = %s", world.moves(world.moved)[1].pk)
    return world.moved


@breaks("move.follows")
def from_another_stage(world: World, sql: Sql) -> Any:
    last = world.moves(world.moved)[1]
    sql("UPDATE crm_stagemove SET from_stage = 'signed' WHERE id = %s", last.pk)
    return last


@breaks("move.follows")
def from_another_status(world: World, sql: Sql) -> Any:
    last = world.moves(world.moved)[1]
    sql("UPDATE crm_stagemove SET from_status = 'stalled' WHERE id = %s", last.pk)
    return last


@breaks("move.order")
def before_the_move_before(world: World, sql: Sql) -> Any:
    first, last = world.moves(world.moved)
    sql("UPDATE crm_stagemove SET occurred_on = '2023-08-05' WHERE id = %s", first.pk)
    return last


# Facts and their chains


@breaks("fact.replaces")
def corrects_another_project(world: World, sql: Sql) -> Any:
    correction = Agreement.objects.get(replaces__isnull=False)
    sql("UPDATE crm_agreement SET project_id = %s WHERE id = %s", world.moved.pk, correction.pk)
    return correction


@breaks("fact.withdraws")
def withdraws_nothing(world: World, sql: Sql) -> Any:
    voided = FundingReceipt.objects.get(withdraws=True)
    sql("UPDATE crm_fundingreceipt SET replaces_id = NULL WHERE id = %s", voided.pk)
    return voided


@breaks("fact.copy")
def copied_within_its_project(world: World, sql: Sql) -> Any:
    copy = FundingReceipt.objects.get(copy_of__isnull=False)
    sql("UPDATE crm_fundingreceipt SET project_id = %s WHERE id = %s", world.loser.pk, copy.pk)
    return copy


@breaks("fact.copy")
def a_copy_that_corrects(world: World, sql: Sql) -> Any:
    first, last = world.moves(world.moved)
    sql("UPDATE crm_stagemove SET copy_of_id = %s WHERE id = %s", first.pk, last.pk)
    return last


@breaks("fact.known_since")
def known_earlier_than_recorded(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_fundingreceipt SET known_since = '2023-01-01' WHERE replaces_id IS NULL")
    return FundingReceipt.objects.filter(replaces=None).first()


@breaks("fact.known_since")
def a_correction_known_from_itself(world: World, sql: Sql) -> Any:
    correction = Agreement.objects.get(replaces__isnull=False)
    sql("UPDATE crm_agreement SET known_since = '2023-09-01' WHERE id = %s", correction.pk)
    return correction


@breaks("fact.effective_on")
def in_force_on_another_day(world: World, sql: Sql) -> Any:
    last = world.moves(world.moved)[1]
    sql("UPDATE crm_stagemove SET effective_on = '2023-08-03' WHERE id = %s", last.pk)
    return last


@breaks("fact.effective_on")
def undated_and_in_force_earlier(world: World, sql: Sql) -> Any:
    only = world.moves(world.divided)[0]
    assert only.occurred_on is None
    sql("UPDATE crm_stagemove SET effective_on = '2023-02-28' WHERE id = %s", only.pk)
    return only


@breaks("fact.future")
def recorded_before_it_happened(world: World, sql: Sql) -> Any:
    last = world.moves(world.moved)[1]
    sql("UPDATE crm_stagemove SET occurred_on = '2023-09-02' WHERE id = %s", last.pk)
    return last


@breaks("fact.days")
def over_before_it_began(world: World, sql: Sql) -> Any:
    last = world.moves(world.moved)[1]
    sql("UPDATE crm_stagemove SET occurred_until = '2023-08-01' WHERE id = %s", last.pk)
    return last


@breaks("fact.days")
def ended_before_it_was_signed(world: World, sql: Sql) -> Any:
    signed = Agreement.objects.standing().get(kind=AgreementKind.INVESTMENT)
    sql("UPDATE crm_agreement SET ended_on = '2023-01-31' WHERE id = %s", signed.pk)
    return signed


# Agreements, credit, first contact


@breaks("agreement.one")
def a_second_signing(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_agreement SET kind = 'investment' WHERE kind = 'increase'")
    return world.signed


@breaks("agreement.increase")
def rests_on_a_withdrawn_one(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_agreement SET withdraws = TRUE WHERE replaces_id IS NOT NULL")
    return Agreement.objects.get(kind=AgreementKind.INCREASE)


@breaks("agreement.increase")
def rests_on_another_projects(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_agreement SET project_id = %s WHERE kind = 'increase'", world.moved.pk)
    return Agreement.objects.get(kind=AgreementKind.INCREASE)


@breaks("credit.whole")
def a_share_is_lost(world: World, sql: Sql) -> Any:
    sql("DELETE FROM crm_creditshare WHERE id = %s", CreditShare.objects.first().pk)
    return world.divided


@breaks("claim.one")
def two_units_were_first(world: World, sql: Sql) -> Any:
    claim = FirstContactClaim.objects.get(project=world.claimed)
    again = copy(claim)
    again.pk, again.team = None, make.team()
    again.save(force_insert=True)
    return world.claimed


# States, persons, search


@breaks("state.last")
def changed_without_a_state(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_project SET planned_investment = 700 WHERE id = %s", world.moved.pk)
    return world.moved


@breaks("state.last")
def emptied_without_a_state(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_project SET park_id = NULL WHERE id = %s", world.moved.pk)
    return world.moved


@breaks("state.last")
def no_state_at_all(world: World, sql: Sql) -> Any:
    sql("DELETE FROM crm_projectstate WHERE row_id = %s", world.moved.pk)
    return world.moved


@breaks("state.last")
def withdrawn_without_a_state(world: World, sql: Sql) -> Any:
    state = ProjectState.objects.filter(row=world.loser).latest("pk")
    sql("UPDATE crm_projectstate SET is_withdrawn = FALSE WHERE id = %s", state.pk)
    return world.loser


@breaks("person.key")
def a_withdrawn_person_opens(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_personkey SET sealed = %s WHERE id = %s", b"key", world.withdrawn.key_id)
    return world.withdrawn


@breaks("search.gone")
def a_withdrawn_row_is_found(world: World, sql: Sql) -> Any:
    other = SearchDocument.objects.get(kind="project", object_id=world.divided.pk)
    sql("UPDATE search_document SET object_id = %s WHERE id = %s", world.loser.pk, other.pk)
    return world.loser


# Merges


@breaks("merge.survivor")
def leads_to_a_withdrawn_row(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_project SET withdrawn_at = '2023-09-01' WHERE id = %s", world.survivor.pk)
    return world.loser


@breaks("merge.survivor")
def leads_in_a_circle(world: World, sql: Sql) -> Any:
    sql(
        "UPDATE crm_project SET withdrawn_at = '2023-09-01', merged_into_id = %s WHERE id = %s",
        world.loser.pk, world.survivor.pk,
    )  # fmt: skip
    return world.survivor


@breaks("merge.survivor")
def merged_and_still_there(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_project SET withdrawn_at = NULL WHERE id = %s", world.loser.pk)
    return world.loser


@breaks("merge.record")
def the_merge_is_lost(world: World, sql: Sql) -> Any:
    sql("DELETE FROM crm_merge WHERE id = %s", world.merge.pk)
    return world.loser


@breaks("merge.record")
def merged_twice(world: World, sql: Sql) -> Any:
    again = copy(world.merge)
    again.pk = None
    again.save(force_insert=True)
    return world.loser


@breaks("merge.record")
def a_merge_without_its_tombstone(world: World, sql: Sql) -> Any:
    sql(
        "UPDATE crm_project SET withdrawn_at = NULL, merged_into_id = NULL WHERE id = %s",
        world.loser.pk,
    )
    return world.merge


# References


@breaks("reference.pair")
def a_merge_of_nothing(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_merge SET survivor_id = 999999 WHERE id = %s", world.merge.pk)
    return world.merge


@breaks("reference.pair")
def a_verdict_on_nothing(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_notsame SET higher_id = 999999 WHERE id = %s", world.pair.pk)
    return world.pair


@breaks("reference.notification")
def told_of_nothing(world: World, sql: Sql) -> Any:
    told = Notification.objects.create(
        user=world.by, kind=NotificationKind.MOVED, text="x", object_type="crm.project",
        object_id=999999, at="2023-09-01T00:00Z",
    )  # fmt: skip
    return told


@breaks("reference.withdrawn")
def hangs_on_a_withdrawn_row(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_company SET withdrawn_at = '2023-09-01' WHERE id = %s", world.company.pk)
    return world.moved


@breaks("reference.withdrawn")
def a_fact_of_a_withdrawn_project(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_project SET withdrawn_at = '2023-09-01' WHERE id = %s", world.signed.pk)
    return world.milestone


# Companies above scale


@breaks("spell.overlap")
def above_scale_twice(world: World, sql: Sql) -> Any:
    first = make.spell(world.company, date(2019, 5, 1), left=date(2020, 5, 31))
    second = make.spell(world.company, date(2021, 5, 1))
    sql("UPDATE crm_abovescalespell SET left_until = '2021-05-02' WHERE id = %s", first.pk)
    return second


@breaks("spell.overlap")
def entered_while_in(world: World, sql: Sql) -> Any:
    make.spell(world.company, date(2019, 5, 1), left=date(2020, 5, 31))
    second = make.spell(world.company, date(2021, 5, 1))
    sql("UPDATE crm_abovescalespell SET effective_on = '2019-06-01' WHERE id = %s", second.pk)
    return second


@breaks("fact.replaces")
def corrects_another_company(world: World, sql: Sql) -> Any:
    made = make.spell(world.company, date(2019, 5, 1))
    told = spells.correct_spell(made, {"mode": "yearly"}, by=world.by, reason="核对")
    other = make.company()
    sql("UPDATE crm_abovescalespell SET company_id = %s WHERE id = %s", other.pk, told.pk)
    return told


# Months of projects


@breaks("project_month.once")
def a_month_reported_twice(world: World, sql: Sql) -> Any:
    first = make.month_report(world.signed, When.month(2023, 6))
    make.month_report(world.signed, When.month(2023, 7), invested=1)
    sql(
        "UPDATE crm_projectmonth SET month_on = '2023-07-01', month_until = '2023-07-31' "
        "WHERE id = %s",
        first.pk,
    )
    return first


# Readings and evaluations


@breaks("reading.once")
def a_number_stated_twice(world: World, sql: Sql) -> Any:
    output = make.indicator()
    first = make.reading(output, When.month(2023, 6), 1)
    make.reading(output, When.month(2023, 7), 2)
    sql(
        "UPDATE crm_reading SET month_on = '2023-07-01', month_until = '2023-07-31' WHERE id = %s",
        first.pk,
    )
    return first


@breaks("evaluation.once")
def a_company_evaluated_twice(world: World, sql: Sql) -> Any:
    first = make.evaluation(world.company, 2020)
    make.evaluation(world.company, 2021)
    sql("UPDATE crm_evaluation SET year = 2021 WHERE id = %s", first.pk)
    return first


@breaks("evaluation.sum")
def a_score_that_is_not_the_sum(world: World, sql: Sql) -> Any:
    result = make.evaluation(world.company, 2021)
    sql("UPDATE crm_evaluation SET score = score + 1 WHERE id = %s", result.pk)
    return result


# Imports


@breaks("batch.undone")
def an_undone_row_stands(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_contact SET withdrawn_at = NULL WHERE id = %s", world.withdrawn.pk)
    return world.withdrawn


@breaks("batch.undone")
def undone_in_name_alone(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_importbatch SET reverted_at = '2023-09-01' WHERE id = %s", world.imported.pk)
    return Company.objects.get(name="绿溪食品有限公司")


@breaks("batch.counts")
def another_count(world: World, sql: Sql) -> Any:
    sql("""UPDATE crm_importbatch SET counts = '{"new": 2}' WHERE id = %s""", world.imported.pk)
    return world.imported


@breaks("batch.counts")
def of_no_ledger(world: World, sql: Sql) -> Any:
    sql("UPDATE crm_importbatch SET ledger = 'gone' WHERE id = %s", world.imported.pk)
    return world.imported


# Uniqueness


@breaks("row.once")
def two_of_one_name(world: World, sql: Sql) -> Any:
    sql("DROP INDEX team_once")
    first, second = make.team(), make.team()
    sql("UPDATE crm_team SET name = %s WHERE id = %s", first.name, second.pk)
    return second


def test_the_unbroken_ledger_keeps_its_word(world):
    assert integrity.verify() == []


def test_what_is_broken_is_found_and_named(world, subtests):
    for key, breakage in BREAKAGES:
        with subtests.test(breakage.__name__, key=key), damaged() as sql:
            row = breakage(world, sql)
            if isinstance(row, models.Model):
                row = (row._meta.label_lower, row.pk)
            (finding,) = integrity.verify(keys=[key])
            assert row in {(one.table, one.number) for one in finding.rows}
            assert finding.count == len(finding.rows)


@pytest.mark.sqlite
def test_a_key_that_leads_nowhere_is_found(world):
    with damaged() as sql:
        sql("UPDATE crm_milestone SET project_id = 999999 WHERE id = %s", world.milestone.pk)
        (finding,) = integrity.verify(keys=["reference.key"])
    assert [(row.table, row.number) for row in finding.rows] == [
        ("crm.milestone", world.milestone.pk)
    ]


def test_every_invariant_is_broken_here():
    broken = {key for key, _ in BREAKAGES} | {"reference.key"}
    assert broken == {one.key for one in integrity.every()}
