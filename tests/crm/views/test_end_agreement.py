"""解约: an agreement ends on its own page, which says beforehand what follows."""

from datetime import date, timedelta

import pytest

from crm import clock
from crm.models import Agreement, Stage
from tests import make

pytestmark = pytest.mark.django_db
MARCH = date(2023, 3, 1)


def page_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def project(park, team, officer):
    return make.signed_project(MARCH, park=park, team=team, officer=officer)


@pytest.fixture
def agreement(project) -> Agreement:
    return project.agreements.get()


def test_the_page_says_what_follows_and_ends_it_with_a_reason(as_user, agreement, officer):
    client, url = as_user(officer), f"/desk/agreements/{agreement.pk}/end/"
    project = agreement.project
    assert url in page_of(client.get(f"/desk/agreements/{agreement.pk}/"))
    assert url in page_of(client.get(f"/desk/projects/{project.pk}/"))
    page = page_of(client.get(url))
    assert "不再把本项目计入招引入驻项目" in page
    assert "阶段和状态不变" in page
    done = client.post(url, {"on": "2023-06-30", "reason": "投资方资金未到位"})
    assert (done.status_code, done.url) == (302, f"/desk/projects/{project.pk}/")
    standing = Agreement.objects.standing().get(project=project)
    assert (standing.ended_on, standing.replaces) == (date(2023, 6, 30), agreement)
    project.refresh_from_db()
    assert project.stage == Stage.SIGNED
    page = page_of(client.get(f"/desk/projects/{project.pk}/"))
    assert "2023-06-30 终止" in page
    assert f"/desk/agreements/{standing.pk}/end/" not in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"on": "2023-06-30", "reason": " "}, "解约原因"),
        ({"on": "2023-02-28", "reason": "协商解约"}, "终止日期早于签订日期"),
        ({"on": (clock.timezone.localdate() + timedelta(9)).isoformat(), "reason": "协商解约"},
         "终止日期在今天之后"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_comes_back_filled(as_user, agreement, officer, sent, said):
    answer = as_user(officer).post(f"/desk/agreements/{agreement.pk}/end/", sent)
    assert answer.status_code == 400
    assert said in page_of(answer)
    assert sent["on"] in page_of(answer)
    assert Agreement.objects.get() == agreement


def test_an_ended_one_is_not_ended_again(as_user, agreement, officer):
    client = as_user(officer)
    url = f"/desk/agreements/{agreement.pk}/end/"
    client.post(url, {"on": "2023-06-30", "reason": "协商解约"})
    assert client.post(url, {"on": "2023-07-30", "reason": "协商解约"}).status_code == 302
    ended = Agreement.objects.standing().get()
    again = client.post(f"/desk/agreements/{ended.pk}/end/", {"on": "2023-07-30", "reason": "x"})
    assert again.status_code == 302
    assert Agreement.objects.standing().get() == ended


def test_who_may_not_sign_may_not_end(as_user, agreement, leader, other_officer):
    url = f"/desk/agreements/{agreement.pk}/end/"
    sent = {"on": "2023-06-30", "reason": "协商解约"}
    assert as_user(leader).post(url, sent).status_code == 403
    assert as_user(other_officer).post(url, sent).status_code == 404
    assert url not in page_of(as_user(leader).get(f"/desk/agreements/{agreement.pk}/"))
    assert Agreement.objects.get().ended_on is None


def test_leaving_with_an_agreement_in_force_leads_to_its_end(as_user, agreement, officer):
    address = f"/desk/projects/{agreement.project_id}/move/"
    client = as_user(officer)
    assert "先办理解约" in page_of(client.get(address, {"to": "exited"}))
    assert "先办理解约" not in page_of(client.get(address, {"to": "stalled"}))
