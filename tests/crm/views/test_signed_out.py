"""The session ends while somebody types: nothing typed is lost, nothing is written."""

import pytest
from django.urls import reverse

from crm.models import Project

TYPED = {"name": "恒润新材料项目", "summary": "第一行\n第二行"}


def test_a_form_sent_after_the_session_ended_comes_back_to_be_sent_again(client, db):
    page = client.post(reverse("desk-new", args=["projects"]), TYPED)
    assert page.status_code == 401
    text = page.content.decode()
    assert "再提交一次" in text
    assert "恒润新材料项目" in text
    assert "\n第一行\n第二行</textarea>" in text
    assert not Project.objects.exists()


def test_sent_again_after_signing_in_it_is_written(client, officer):
    client.force_login(officer)
    client.post(reverse("desk-new", args=["projects"]), TYPED)
    assert Project.objects.get().summary == "第一行\n第二行"


def test_what_was_typed_comes_back_as_text_only(client, db):
    page = client.post(reverse("desk-new", args=["projects"]), {"name": "</textarea><script>x"})
    assert b"<script>x" not in page.content


def test_a_page_asked_for_leads_to_the_login_and_back(client, db):
    answer = client.get(reverse("desk-list", args=["projects"]))
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/desk/projects/"


@pytest.mark.parametrize(
    "address",
    [
        reverse("desk-similar", args=["projects"]),
        reverse("desk-suggest", args=["companies"]),
        reverse("desk-money"),
        reverse("desk-palette"),
    ],
)
def test_a_hint_beside_a_form_leaves_the_page_alone(client, db, address):
    answer = client.get(address, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer
    assert answer.content == b""


def test_a_list_redrawn_after_the_session_ended_leads_to_the_login(client, db):
    headers = {"HX-Request": "true", "HX-Target": "results"}
    answer = client.get(reverse("desk-list", args=["projects"]), headers=headers)
    assert answer["HX-Redirect"] == "/login/"
