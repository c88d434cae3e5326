"""Every declared ledger opens for whoever may see it, and refuses everybody else."""

from __future__ import annotations

from datetime import date

import pytest

from crm import access, ledgers
from crm.access import Action, Role
from crm.errors import Refused
from crm.ledgers import Kind
from crm.models import Project
from tests import make
from tests.needs import some
from tests.samples import Samples, as_typed, unlike

pytestmark = pytest.mark.django_db
WRITABLE = [ledger for ledger in ledgers.every() if not ledger.is_read_only]


def test_every_ledger_opens_for_each_role_or_refuses(anyone, as_user, rows):
    client = as_user(anyone)
    for ledger in some(ledgers.every(), Role(anyone.role)):
        row = rows[ledger.key]
        sees = ledger.can(anyone, Action.VIEW)
        visible = sees and ledger.rows(anyone).filter(pk=row.pk).exists()
        registers = ledger.can(anyone, Action.REGISTER)
        changes = visible and not ledger.is_read_only
        changes = changes and access.may(anyone, Action.CHANGE, row)
        awaited = {
            "": 200 if sees else 403,
            f"{row.pk}/": 200 if visible else 404 if sees else 403,
            "new/": 200 if registers else 403,
            f"{row.pk}/edit/": 200 if changes else 403 if visible or not sees else 404,
        }
        given = {path: client.get(f"/desk/{ledger.key}/{path}").status_code for path in awaited}
        assert given == awaited, ledger.key


def test_a_stranger_is_sent_to_the_login(client, rows):
    for key, row in rows.items():
        for path in (f"/desk/{key}/", f"/desk/{key}/{row.pk}/", f"/desk/{key}/new/"):
            answer = client.get(path)
            assert answer.status_code == 302
            assert answer.url.startswith("/login/?next=")


def test_no_ledger_is_forgotten(rows):
    assert set(rows) == {ledger.key for ledger in ledgers.every()}
    assert [key for key, row in rows.items() if row is None] == []


@pytest.mark.parametrize("ledger", some(WRITABLE, 2), ids=lambda ledger: ledger.key)
def test_every_ledger_takes_a_row_by_its_form(ledger, as_user):
    samples = Samples()
    kept = {}

    def enter(values, *, by):
        answer = as_user(by).post(f"/desk/{ledger.key}/new/", as_typed(ledger, values))
        if answer.status_code == 302:
            kept.update(values)
            return ledger.model._default_manager.latest("pk")
        if answer.status_code == 409:  # 查重: nothing is the same, but the name is asked about
            token = answer.context["likeness"].token
            return enter(values | {"confirmed": token}, by=by)
        errors = answer.context["form"].errors if answer.status_code == 400 else {}
        code = "not_allowed" if not set(errors) & set(values) else "invalid"
        raise Refused(str(errors or answer.status_code), code, dict.fromkeys(errors, ""))

    row = samples.entered(ledger, samples.fresh(ledger), enter)
    assert kept
    assert unlike(ledger, row, kept) == {}
    assert as_user(samples.by).get(f"/desk/{ledger.key}/{row.pk}/").status_code == 200


def test_no_ledger_takes_a_text_longer_than_its_column(rows):
    """On both databases alike: one would cut it short of an error, the other would not."""
    asked = 0
    for ledger in ledgers.every():
        for column in () if ledger.is_read_only else ledger.form_columns:
            stored = {field.name: field for field in ledger.model._meta.fields}.get(column.name)
            most = getattr(stored, "max_length", None)
            if column.kind not in (Kind.TEXT, Kind.LONG_TEXT) or most is None or stored.choices:
                continue
            said = {"reason": "按盖章件"} if ledger.is_insert_only else {}
            values = {column.name: "长" * max(2_000, most + 1)}
            with pytest.raises(Refused) as caught:
                ledger.change(rows[ledger.key], values, by=make.maker(), **said)
            assert caught.value.code == "invalid"
            assert column.name in caught.value.fields, ledger.key
            asked += 1
    assert asked > 20


@pytest.mark.parametrize("key", ["projects", "agreements", "followups", "contacts", "moves"])
def test_a_list_asks_as_many_questions_for_thirty_rows_as_for_three(
    key, as_user, teamlead, team, park, django_assert_max_num_queries
):
    client = as_user(teamlead)

    def counted() -> int:
        with django_assert_max_num_queries(40) as asked:
            assert client.get(f"/desk/{key}/").status_code == 200
        return len(asked)

    def more(count: int) -> None:
        for _ in range(count):
            project = make.signed_project(date(2023, 3, 1), park=park, team=team)
            make.contact(project)
            make.follow_up(project, by=teamlead)

    more(3)
    few = counted()
    more(12)
    assert counted() == few


def test_the_list_of_parks_asks_no_question_a_row(
    as_user, statistician, django_assert_max_num_queries
):
    client = as_user(statistician)

    def counted() -> int:
        with django_assert_max_num_queries(40) as asked:
            client.get("/desk/parks/")
        return len(asked)

    make.zone(make.park())
    few = counted()
    for _ in range(6):
        make.zone(make.park())
    assert counted() == few


HOSTILE = [
        "page=99999999999999999999", "page=-1", "page=abc", "page=" + "9" * 5000,
        "q=%00", "q=" + "面" * 3000, "q=%22%27%3B--", "stage=nonsense", "park=999999",
        "park=abc", "park=" + "9" * 400, "planned_investment_min=NaN",
        "planned_investment_min=1e999999999", "next_on_from=2023-13-45", "ordering=-password",
        "ordering=officer__password", "stage=%00", "next_on_to=0000-00-00",
]  # fmt: skip


def test_a_hostile_address_is_answered_with_a_list(as_user, teamlead, rows):
    client = as_user(teamlead)
    for query in HOSTILE:
        assert client.get(f"/desk/projects/?{query}").status_code == 200, query[:40]


@pytest.mark.parametrize("path", ["", "edit/", "move/", "follow-up/", "agreement/"])
def test_an_id_that_does_not_exist_is_not_found(path, as_user, teamlead):
    client = as_user(teamlead)
    for pk in ("0", "999999", "9" * 19, "9" * 30, "9" * 5000):
        assert client.get(f"/desk/projects/{pk}/{path}").status_code == 404


def test_an_unreadable_filter_says_so_and_lists_nothing(as_user, teamlead, rows):
    page = as_user(teamlead).get("/desk/projects/?next_on_from=soon").content.decode()
    assert "看不懂" in page
    assert "佳禧面料项目" not in page


def test_the_list_is_ordered_by_the_pipeline_not_by_the_alphabet(as_user, teamlead, team):
    for stage in ("trial", "lead", "signed", "construction"):
        make.project(f"在{stage}", stage=stage_of(stage), team=team)
    page = as_user(teamlead).get("/desk/projects/?ordering=stage").content.decode()
    places = [page.index(f"在{name}") for name in ("lead", "signed", "construction", "trial")]
    assert places == sorted(places)
    page = as_user(teamlead).get("/desk/projects/?ordering=-stage").content.decode()
    places = [page.index(f"在{name}") for name in ("lead", "signed", "construction", "trial")]
    assert places == sorted(places, reverse=True)


def stage_of(name):
    from crm.stages import Stage

    return Stage(name)


def test_the_tabs_count_under_the_other_filters(as_user, teamlead, team, park):
    make.signed_project(date(2023, 3, 1), park=park, team=team)
    make.project(team=team)
    make.project(team=team, park=park)
    tabs = as_user(teamlead).get(f"/desk/projects/?park={park.pk}&stage=lead").context["tabs"]
    assert {tab.label: tab.count for tab in tabs if tab.count} == {"全部": 2, "线索": 1, "签约": 1}


def test_the_total_says_how_many_amounts_are_unknown(as_user, teamlead, team):
    make.project(team=team, planned_investment=None)
    make.project(team=team)
    page = as_user(teamlead).get("/desk/projects/").content.decode()
    assert "计划总投资合计 1亿元（1 条待补未计）" in page


@pytest.mark.parametrize("key", ["agreements", "followups", "assignments", "moves"])
def test_what_hangs_on_a_project_is_found_by_its_name(key, as_user, teamlead, rows, team):
    make.signed_project(date(2023, 3, 1), park=rows["parks"], team=team, name="另一个项目")
    client = as_user(teamlead)
    found = client.get(f"/desk/{key}/?q=佳禧面料").context["page"].object_list
    assert {row.project for row in found} == {rows["projects"]}
    assert not client.get(f"/desk/{key}/?q=没有的").context["page"].object_list


def test_an_empty_list_says_what_to_do(as_user, teamlead):
    page = as_user(teamlead).get("/desk/projects/").content.decode()
    assert "还没有项目" in page
    assert "/desk/projects/new/" in page
    page = as_user(teamlead).get("/desk/projects/?q=没有的").content.decode()
    assert "没有符合条件的项目" in page


def test_another_teams_row_answers_as_a_missing_one(as_user, officer, other_team):
    foreign = make.project(team=other_team)
    client = as_user(officer)
    for path in ("", "edit/", "move/", "follow-up/", "agreement/"):
        seen = client.get(f"/desk/projects/{foreign.pk}/{path}")
        missing = client.get(f"/desk/projects/999999/{path}")
        assert (seen.status_code, missing.status_code) == (404, 404)
        assert strip(seen) == strip(missing)
    assert Project.objects.get(pk=foreign.pk).version == 1


def strip(answer):
    """A page without what differs in every answer: the anti-forgery token."""
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def test_an_address_below_the_desk_that_leads_nowhere_is_the_desks_own_page(as_user, officer):
    answer = as_user(officer).get("/desk/projects/1/nowhere/")
    assert answer.status_code == 404
    assert "没有这一条" in answer.content.decode()
    assert as_user(officer).get("/desk/projects").status_code == 301
