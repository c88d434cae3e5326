"""经过: what happened, in pieces of work, by kinds, with its pictures."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from crm.actions.pipeline import projects
from crm.actions.system import files
from crm.models import AuditEntry, StoredFile
from crm.views.pipeline import timeline
from tests import make

pytestmark = pytest.mark.django_db


def picture(name="现场.jpg", size=(900, 700)):
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def changed(project, minutes_ago, by, **values):
    """A change made that long ago."""
    project.refresh_from_db()
    projects.change(project, values, by=by)
    entry = AuditEntry.objects.filter(verb="change").latest("pk")
    at = entry.at - timedelta(minutes=minutes_ago)
    super(type(AuditEntry.objects.all()), AuditEntry.objects.filter(pk=entry.pk)).update(at=at)


def edits(project):
    return timeline.of_project(project, "edits")


def test_changes_by_one_person_within_two_minutes_are_one(team, teamlead):
    project = make.project(team=team, location="绵阳")
    changed(project, 20, teamlead, location="成都")
    changed(project, 10, teamlead, location="重庆")
    changed(project, 9, teamlead, location="贵阳", investor="佳禧集团")
    changed(project, 8, teamlead, source="fair")
    last, first = edits(project)
    assert [(c.label, c.old, c.new) for c in last.changes] == [
        ("地点", "成都", "贵阳"), ("投资方", "空", "佳禧集团"), ("线索来源", "空", "推介会"),
    ]  # fmt: skip
    assert last.title == "修改 3 次"
    assert [len(part.changes) for part in last.parts] == [1, 2, 1]
    assert (first.parts, first.changes[0].new) == ([], "成都")


def test_another_person_or_a_longer_pause_is_another_piece_of_work(team, teamlead, statistician):
    project = make.project(team=team)
    changed(project, 9, teamlead, location="成都")
    changed(project, 8, statistician, location="重庆")
    changed(project, 7, teamlead, location="贵阳")
    changed(project, 4, teamlead, location="昆明")
    assert [len(event.parts) for event in edits(project)] == [0, 0, 0, 0]


def test_what_was_put_back_says_so(team, teamlead):
    project = make.project(team=team, location="绵阳")
    changed(project, 2, teamlead, location="成都")
    changed(project, 1, teamlead, location="绵阳")
    (event,) = edits(project)
    assert (event.changes, event.extra, len(event.parts)) == ([], "改过又改了回去", 2)


def test_one_kind_alone(team, teamlead, park, as_user):
    project = make.signed_project(date(2023, 3, 1), park=park, team=team)
    follow_up = make.follow_up(project, by=teamlead)
    changed(project, 1, teamlead, location="成都")
    files.store(project, picture(), by=teamlead)
    files.store(project, picture("合影.jpg"), by=teamlead, follow_up=follow_up)
    kinds = {part: {e.kind for e in timeline.of_project(project, part)} for part in timeline.PARTS}
    assert kinds == {
        "moves": {"move", "agreement"},
        "follow_ups": {"follow_up"},
        "edits": {"edit"},
        "files": {"file", "follow_up"},
    }
    everything = {event.kind for event in timeline.of_project(project, "nonsense")}
    assert everything == {"move", "agreement", "follow_up", "edit", "file"}
    page = as_user(teamlead).get(f"/desk/projects/{project.pk}/?past=files")
    assert [link.label for link in page.context["event_parts"] if link.is_current] == ["文件"]


def test_files_stand_with_what_they_came_with(team, teamlead):
    project = make.project(team=team)
    follow_up = make.follow_up(project, by=teamlead)
    along = files.store(project, picture(), by=teamlead, follow_up=follow_up)
    alone = [files.store(project, picture(f"{n}.jpg"), by=teamlead) for n in "一二"]
    events = {event.kind: event for event in timeline.of_project(project)}
    assert events["follow_up"].files == [along]
    assert (events["file"].files, events["file"].title) == (alone, "上传 2 个文件")


# Pictures and uploads


def test_a_picture_is_shown_small_and_nothing_else_is(team, teamlead, other_officer, as_user):
    project = make.project(team=team)
    row = files.store(project, picture(), by=teamlead)
    answer = as_user(teamlead).get(f"/desk/files/{row.pk}/?small")
    assert Image.open(io.BytesIO(answer.content)).size == (309, 240)
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert as_user(other_officer).get(f"/desk/files/{row.pk}/?small").status_code == 404
    pdf = files.store(project, SimpleUploadedFile("批复.pdf", b"%PDF-1.7"), by=teamlead)
    assert as_user(teamlead).get(f"/desk/files/{pdf.pk}/?small")["Content-Disposition"]
    page = as_user(teamlead).get(f"/desk/projects/{project.pk}/").content.decode()
    assert f'src="/desk/files/{row.pk}/?small"' in page
    assert f'src="/desk/files/{pdf.pk}/' not in page


def test_files_are_uploaded_all_or_none(team, teamlead, as_user):
    project, client = make.project(team=team), as_user(teamlead)
    path = f"/desk/projects/{project.pk}/files/"
    good = SimpleUploadedFile("批复.pdf", b"%PDF-1.7 ok")
    assert client.post(path, {"attachment": [good, picture()]}).status_code == 302
    assert StoredFile.objects.filter(project=project, by=teamlead).count() == 2
    bad = SimpleUploadedFile("批复.pdf", b"MZ")
    for sent in ({"attachment": [picture("二.jpg"), bad]}, {}, {"attachment": "text"}):
        answer = client.post(path, sent)
        assert answer.status_code == 400
        assert answer.context["form"].errors["attachment"]
    assert StoredFile.objects.count() == 2


def test_only_who_may_follow_up_uploads(team, leader, other_officer, as_user):
    project = make.project(team=team)
    path = f"/desk/projects/{project.pk}/files/"
    assert as_user(leader).post(path, {"attachment": picture()}).status_code == 403
    assert as_user(other_officer).get(path).status_code == 404
    assert "上传文件" not in as_user(leader).get(f"/desk/projects/{project.pk}/").content.decode()
    assert not StoredFile.objects.exists()


def test_a_long_past_costs_no_more_questions(
    team, teamlead, as_user, django_assert_max_num_queries
):
    project, client = make.project(team=team), as_user(teamlead)

    def counted():
        with django_assert_max_num_queries(70) as asked:
            client.get(f"/desk/projects/{project.pk}/")
        return len(asked)

    def more(count):
        for number in range(count):
            follow_up = make.follow_up(project, by=teamlead)
            files.store(project, picture(), by=teamlead, follow_up=follow_up)
            files.store(project, picture(), by=teamlead)
            changed(project, number * 5, teamlead, location=f"第{number}处")

    more(2)
    few = counted()
    more(5)
    assert counted() == few
