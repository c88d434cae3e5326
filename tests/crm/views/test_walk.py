"""From a list to a row and on: the way back, the row before, the row after."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def five(team):
    """Five projects of one team at 线索, the fifth the dearest."""
    return [
        make.project(f"面料{name}", team=team, planned_investment=Decimal(number * 10**8))
        for number, name in enumerate("甲乙丙丁戊", 1)
    ]


LIST = "/desk/projects/?stage=lead&ordering=-planned_investment&cols=investor"


def opened(client, url=LIST, number=0):
    """The page of one row, opened by its link in the list."""
    line = client.get(url).context["lines"][number]
    return client.get(line.url)


def test_from_the_list_through_its_rows_and_back(as_user, teamlead, five):
    client = as_user(teamlead)
    page = opened(client, number=1)
    walk = page.context["walk"]
    assert (page.context["project"], walk.place, walk.count) == (five[3], 2, 5)
    after = client.get(walk.next_url)
    assert after.context["project"] == five[2]
    assert client.get(after.context["walk"].previous_url).context["project"] == five[3]
    assert client.get(walk.previous_url).context["walk"].previous_url == ""
    assert walk.back_url == LIST
    assert opened(client, number=4).context["walk"].next_url == ""


def test_a_row_opened_by_its_own_address_has_no_walk(as_user, teamlead, five):
    page = as_user(teamlead).get(f"/desk/projects/{five[0].pk}/?stage=lead&at=2")
    assert page.context["walk"] is None
    assert "data-previous" not in page.content.decode()


def test_a_list_that_changed_meanwhile_is_walked_as_it_is_now(as_user, teamlead, team, five):
    client = as_user(teamlead)
    url = client.get(LIST).context["lines"][1].url
    for number in range(3):
        make.project(f"更大{number}", team=team, planned_investment=Decimal(10**10))
    walk = client.get(url).context["walk"]
    assert (walk.place, walk.count) == (5, 8)
    assert client.get(walk.next_url).context["project"] == five[2]
    # No longer in the list at all: back is still known.
    gone = client.get(url.replace("stage=lead", "stage=signed")).context["walk"]
    assert (gone.place, gone.next_url) == (0, "")
    assert gone.back_url.startswith("/desk/projects/?stage=signed")


def test_a_handed_on_address_walks_through_the_own_rows_only(
    as_user, statistician, officer, team, other_team
):
    for number, owner in enumerate([team, other_team, team]):
        make.project(f"项目{number}", team=owner)
    url = as_user(statistician).get("/desk/projects/?stage=lead").context["lines"][2].url
    walk = as_user(officer).get(url).context["walk"]
    assert (walk.place, walk.count) == (2, 2)
    page = as_user(officer).get(walk.previous_url)
    assert page.context["project"].name == "项目2"


@pytest.mark.parametrize(
    "query",
    ["in=list&at=abc", "in=list&at=-1", "in=list&at=" + "9" * 30, "in=list", "in=board",
     "in=gone&at=1", "in=list&at=0&park=999999", "in=board&stage=gone", "in=list&at=0&q=%00"],
)  # fmt: skip
def test_a_hostile_address_still_shows_the_row(query, as_user, teamlead, five):
    answer = as_user(teamlead).get(f"/desk/projects/{five[0].pk}/?{query}")
    assert answer.status_code == 200


def test_the_page_of_the_list_is_found_again(as_user, teamlead, five, monkeypatch):
    monkeypatch.setattr("crm.views.ledgers.walk.PAGE_SIZE", 2)
    walk = opened(as_user(teamlead), number=4).context["walk"]
    assert walk.back_url == f"{LIST}&page=3"


def test_from_the_board_through_a_column_and_back(as_user, teamlead, team):
    for number in range(3):
        project = make.project(f"在谈{number}", team=team, stage=Stage.NEGOTIATION)
        make.follow_up(project, by=teamlead, next_on=date(2030, 1, 3 - number), next_step="看地")
    client = as_user(teamlead)
    columns = client.get("/desk/board/?source=").context["columns"]
    cards = [card for column in columns for card in column.cards]
    assert [card.project.name for card in cards] == ["在谈2", "在谈1", "在谈0"]
    walk = client.get(cards[1].url).context["walk"]
    assert (walk.place, walk.count, walk.back_label) == (2, 3, "返回看板")
    assert walk.back_url == "/desk/board/?stage=negotiation"
    assert client.get(walk.next_url).context["project"].name == "在谈0"


def test_other_ledgers_are_walked_too(as_user, statistician):
    for name in ("甲公司", "乙公司", "丙公司"):
        make.company(name)
    client = as_user(statistician)
    walk = opened(client, "/desk/companies/?q=公司", 1).context["walk"]
    assert (walk.place, walk.count, walk.back_label) == (2, 3, "返回企业列表")
    assert client.get(walk.next_url).status_code == 200


def test_what_is_done_on_the_way_comes_back_to_the_walk(as_user, teamlead, five):
    client = as_user(teamlead)
    page = opened(client, number=1)
    kept, pk = page.context["kept"], five[3].pk
    assert f'href="/desk/projects/{pk}/edit/{kept}"' in unescape(page.content.decode())
    form = client.get(f"/desk/projects/{pk}/edit/{kept}").context["form"]
    sent = {f.name: f.value() for f in form if f.value() not in (None, False)}
    answer = client.post(f"/desk/projects/{pk}/edit/{kept}", sent | {"investor": "佳禧"})
    assert answer.url == f"/desk/projects/{pk}/{kept}"
    answer = client.post(
        f"/desk/projects/{pk}/follow-up/{kept}",
        {"content": "谈用地", "kind": "call", "held_on": "2023-08-01"},
    )
    assert answer.url == f"/desk/projects/{pk}/{kept}"
    assert client.get(answer.url).context["walk"].place == 2


def test_a_long_list_costs_the_walk_no_more_questions(
    as_user, teamlead, team, five, django_assert_max_num_queries
):
    client = as_user(teamlead)

    def counted():
        url = client.get(LIST).context["lines"][2].url
        with django_assert_max_num_queries(70) as asked:
            client.get(url)
        return len(asked)

    few = counted()
    for _ in range(12):
        make.project(team=team, planned_investment=Decimal(10**7))
    assert counted() == few
