"""`manage.py ledger_verify`: what it says, how it ends, what it mends and what it cannot."""

from __future__ import annotations

import io
import json
from datetime import date

from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import integrity
from crm.actions.system import mending
from crm.integrity import Broken, Invariant
from crm.models import (
    AuditEntry,
    Notification,
    NotificationKind,
    Origin,
    ProjectState,
    StageMove,
)
from crm.stages import Stage
from search.models import SearchDocument
from tests import make
from tests.crm.integrity.conftest import damaged


def run(*arguments: str) -> tuple[bool, str]:
    """Whether it ends with 0, and what it wrote."""
    out = io.StringIO()
    try:
        call_command("ledger_verify", *arguments, stdout=out)
    except CommandError as error:
        return False, out.getvalue() + str(error)
    return True, out.getvalue()


def test_a_ledger_that_keeps_its_word_ends_with_nothing_found(world):
    is_well, text = run()
    assert (is_well, text.strip()) == (True, "台账自查：没有发现问题。")


def test_what_is_broken_is_named_with_what_to_do_and_the_command_fails(world):
    with damaged() as sql:
        sql("UPDATE crm_project SET stage = 'trial' WHERE id = %s", world.moved.pk)
        sql("UPDATE crm_agreement SET kind = 'investment' WHERE kind = 'increase'")
        is_well, text = run()
    assert not is_well
    assert f"项目 {world.moved.pk}“印染项目”：记作试生产、推进中，最后一步到洽谈、推进中" in text
    assert "运行 ledger_verify --mend 补好" in text
    assert f"项目 {world.signed.pk}“电池项目”：有不止一份投资协议" in text
    assert "不能自动补：请核对协议原件" in text
    assert "2 项不成立，涉及 2 条记录" in text


def test_programs_read_it_as_json(world):
    with damaged() as sql:
        sql("UPDATE crm_project SET stage = 'trial' WHERE id = %s", world.moved.pk)
        is_well, text = run("--format", "json", "--mend")
        told = json.loads(text)
    assert is_well
    assert (told["batch"], told["asked"], told["broken"]) == (None, len(integrity.every()), [])
    assert {"key": "project.stage", "id": world.moved.pk}.items() <= told["mended"][0].items()
    with damaged() as sql:
        sql("UPDATE crm_agreement SET kind = 'investment' WHERE kind = 'increase'")
        _, text = run("--format", "json")
        (broken,) = json.loads(text[: text.rindex("}") + 1])["broken"]
    assert (broken["key"], broken["count"], broken["can_mend"]) == ("agreement.one", 1, False)
    assert broken["rows"][0]["name"] == "电池项目"


def test_what_somebody_was_just_writing_is_no_finding(world, monkeypatch):
    """Read between two queries it looks broken; a moment later it does not."""
    looks = iter([[Broken("crm.project", world.moved.pk)], []])
    passing = Invariant("a.passing", "…", lambda scope: next(looks))
    lasting = Invariant("a.lasting", "…", lambda scope: [Broken("crm.project", world.moved.pk)])
    monkeypatch.setattr(integrity, "declared", {one.key: one for one in (passing, lasting)})
    assert [finding.invariant for finding in integrity.verify()] == [lasting]


# Mending


def mends(world, broken: str, *values: object) -> list[str]:
    """What of a damage is mended; nothing of it is found afterwards."""
    with damaged() as sql:
        sql(broken, *values)
        assert integrity.verify() != []
        done = [key for key, _ in mending.mend()]
        assert integrity.verify() == []
        return done


def test_a_project_that_lost_its_whole_history_gets_an_opening_move(world):
    with damaged() as sql:
        sql("DELETE FROM crm_stagemove WHERE project_id = %s", world.divided.pk)
        sql("DELETE FROM crm_auditentry WHERE object_type = 'crm.stagemove'")
        assert ("project.opening", world.divided.pk) in {
            (key, row.number) for key, row in mending.mend()
        }
        move = StageMove.objects.get(project=world.divided)
        assert (move.from_stage, move.to_stage, move.to_status, move.place) == (
            "", Stage.LEAD, "active", 1,
        )  # fmt: skip
        assert (move.occurred, move.origin, move.reason) == (
            None, Origin.OPENING, "ledger_verify 补记",
        )  # fmt: skip
        entry = AuditEntry.objects.get(object_type="crm.stagemove", object_id=move.pk)
        assert (entry.is_new, entry.verb, entry.actor) == (True, "mend", None)
        assert integrity.verify() == []


def test_a_lost_first_move_is_put_before_what_is_left(world):
    first, second = world.moves(world.moved)
    with damaged() as sql:
        sql(
            "DELETE FROM crm_auditentry WHERE object_type = 'crm.stagemove' AND object_id = %s",
            first.pk,
        )
        sql("DELETE FROM crm_stagemove WHERE id = %s", first.pk)
        mending.mend()
        assert integrity.verify() == []
        opening, left = world.moves(world.moved)
    assert (left, opening.place, opening.to_stage) == (second, 1, Stage.LEAD)


def test_stage_and_days_are_derived_anew_and_on_record(world):
    done = mends(
        world,
        "UPDATE crm_project SET stage = 'trial', stage_since = NULL, progress_on = '2020-01-01'"
        " WHERE id = %s",
        world.moved.pk,
    )
    assert done == ["project.stage", "project.since"]  # the last day of progress along with it


def test_what_is_mended_is_on_record(world):
    with damaged() as sql:
        sql("UPDATE crm_project SET stage = 'trial' WHERE id = %s", world.moved.pk)
        mending.mend()
        entry = AuditEntry.objects.filter(object_type="crm.project", verb="mend").get()
        assert (entry.object_id, entry.actor, entry.reason) == (
            world.moved.pk, None, "ledger_verify 补记",
        )  # fmt: skip
        assert entry.changes["stage"] == ["trial", "negotiation"]


def test_a_register_entry_is_written_and_says_that_it_was_mended(world):
    with damaged() as sql:
        sql(
            "DELETE FROM crm_auditentry WHERE object_type = 'crm.milestone' AND object_id = %s",
            world.milestone.pk,
        )
        mending.mend()
        assert integrity.verify() == []
        entry = AuditEntry.objects.get(object_type="crm.milestone", object_id=world.milestone.pk)
        assert (entry.is_new, entry.verb, entry.reason) == (True, "mend", "ledger_verify 补记")


def test_states_are_kept_anew(world):
    assert set(mends(world, "DELETE FROM crm_projectstate")) == {"state.last"}
    assert mends(
        world, "UPDATE crm_project SET planned_investment = 5 WHERE id = %s", world.moved.pk
    ) == ["state.last"]
    with damaged() as sql:
        sql("UPDATE crm_project SET planned_investment = 500 WHERE id = %s", world.moved.pk)
        mending.mend()
        assert ProjectState.objects.filter(row=world.moved).latest("pk").planned_investment == 5


def test_what_is_withdrawn_leaves_the_index(world):
    with damaged() as sql:
        sql(
            "UPDATE search_document SET object_id = %s WHERE kind = 'project' AND object_id = %s",
            world.loser.pk, world.divided.pk,
        )  # fmt: skip
        mending.mend()
        assert not SearchDocument.objects.filter(kind="project", object_id=world.loser.pk).exists()


def test_what_is_derived_and_what_is_not_is_said_of_each_invariant():
    assert {one.key for one in integrity.every() if not one.by_hand} == set(mending.MENDS)


def test_what_cannot_be_derived_is_left_as_it_is(world):
    with damaged() as sql:
        sql("UPDATE crm_agreement SET kind = 'investment' WHERE kind = 'increase'")
        before = AuditEntry.objects.count()
        is_well, text = run("--mend")
        assert AuditEntry.objects.count() == before
    assert not is_well
    assert "不能自动补" in text
    assert "--mend 补好" not in text


# One import


def test_a_batch_is_looked_at_alone(world):
    with damaged() as sql:
        sql("UPDATE crm_project SET stage = 'trial' WHERE id = %s", world.moved.pk)
        assert run("--batch", str(world.imported.pk))[0]
        sql("UPDATE crm_company SET name = 'x', version = 1")
        sql("""UPDATE crm_importbatch SET counts = '{"new": 3}' WHERE id = %s""", world.imported.pk)
        is_well, text = run("--batch", str(world.imported.pk))
    assert not is_well
    assert "写明新增 3 条，操作记录里是 1 条" in text


def test_a_batch_that_is_not_there_is_said_so(world):
    assert run("--batch", "999999") == (False, "没有编号为 999999 的导入批次。")


def test_the_questions_do_not_grow_with_the_ledger(world):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert integrity.verify() == []
        return len(queries)

    few = asked()
    for number in range(12):
        project = make.signed_project(
            date(2023, 2, 1), park=world.moved.park, name=f"又一个{number}"
        )
        make.receipt(project, date(2023, 3, 1))
    assert asked() == few


# Telling


def test_statisticians_are_told_which_rows_and_nobody_else_is(world, sysadmin, leader):
    with damaged() as sql:
        sql("UPDATE crm_project SET stage = 'trial' WHERE id = %s", world.moved.pk)
        sql("UPDATE crm_agreement SET kind = 'investment' WHERE kind = 'increase'")
        assert not run("--tell")[0]
        assert not run("--tell")[0]
        told = Notification.objects.filter(kind=NotificationKind.SYSTEM)
        assert sorted(told.values_list("user__username", "object_id")) == sorted(
            (who, row.pk) for who in ("maker", "receiver") for row in (world.moved, world.signed)
        )
        assert "印染项目" in told.filter(object_id=world.moved.pk)[0].text


def test_nobody_is_told_of_nothing(world):
    assert run("--tell")[0]
    assert not Notification.objects.filter(kind=NotificationKind.SYSTEM).exists()
