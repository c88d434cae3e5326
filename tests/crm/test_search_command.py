"""`manage.py search`: json alone on stdout, a line for each line of a batch, within rights."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests import make

pytestmark = pytest.mark.django_db


def asked(*args, **options):
    out = io.StringIO()
    call_command("search", *args, stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def projects(officer, other_officer):
    return (
        make.project("飞尚新型电池产业园", team=officer.team, officer=officer),
        make.project("锂电池回收项目", team=other_officer.team, officer=other_officer),
    )


def test_a_hit_names_the_row_and_says_why(projects, officer):
    (answer,) = asked("电池", username="officer", format="json")
    assert set(answer) == {"hits", "total", "filters", "degraded", "took_ms"}
    (hit,) = answer["hits"]
    assert (hit["kind"], hit["id"], hit["title"]) == (
        "project",
        projects[0].pk,
        "飞尚新型电池产业园",
    )
    assert hit["why"]
    assert (answer["total"], answer["degraded"]) == (1, False)


def test_nobody_finds_what_he_may_not_see(projects, other_officer, editor):
    (answer,) = asked("电池", username="other_officer", format="json")
    assert [hit["id"] for hit in answer["hits"]] == [projects[1].pk]
    (answer,) = asked("电池", username="editor", format="json")
    assert (answer["hits"], answer["total"]) == ([], 0)


def test_a_batch_answers_every_line_in_order_blank_ones_too(projects, officer, tmp_path):
    file = tmp_path / "queries.txt"
    file.write_text("电池\n\nfsxxdc\n没有的东西\n", encoding="utf-8")
    answers = asked(batch=str(file), username="officer", format="json")
    titles = [[hit["title"] for hit in answer["hits"]] for answer in answers]
    assert len(answers) == 4
    assert titles[0] == titles[2] == ["飞尚新型电池产业园"]
    assert titles[3] == []


def test_a_stage_word_is_understood_as_a_filter(projects, officer):
    (answer,) = asked("线索 电池", username="officer", format="json")
    assert {"field": "stage", "value": "lead", "text": "线索"} in answer["filters"]
    assert [hit["id"] for hit in answer["hits"]] == [projects[0].pk]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"username": "nobody"}, "没有用户"),
        ({"username": "officer", "kind": "secret"}, "没有这一类"),
        ({"username": "officer", "backend": "oracle"}, "没有这个检索引擎"),
        ({"username": "officer", "limit": 0}, "limit"),
    ],
)
def test_a_wrong_call_is_refused_with_what_is_wrong(projects, officer, options, reason):
    with pytest.raises(CommandError, match=reason):
        asked("电池", format="json", **options)


def test_text_and_batch_together_or_neither_are_refused(officer):
    with pytest.raises(CommandError, match="二者选一"):
        asked(username="officer")


def test_a_renamed_park_is_found_under_its_new_name_with_its_projects(officer, statistician, team):
    from crm.actions import rows

    park = make.park("老名字产业园", team=team)
    project = make.project("运动鞋基地", team=team, park=park)
    assert _ids("老名字") == {("park", park.pk), ("project", project.pk)}
    rows.change(park, {"name": "玉屏产业园"}, by=statistician)
    assert _ids("玉屏") == {("park", park.pk), ("project", project.pk)}
    assert _ids("老名字") == set()


def test_a_liaison_finds_his_project_from_his_first_day_on(liaison):
    from crm import clock

    project = make.project("运动鞋基地", team=make.team())
    assert asked("运动鞋", username="liaison", format="json")[0]["hits"] == []
    make.liaison(project, clock.today(), user=liaison)
    (hit,) = asked("运动鞋", username="liaison", format="json")[0]["hits"]
    assert hit["id"] == project.pk


def _ids(text):
    (answer,) = asked(text, username="officer", format="json")
    return {(hit["kind"], hit["id"]) for hit in answer["hits"]}
