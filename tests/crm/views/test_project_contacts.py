"""The people of an imported project list on the desk: who sees what of them, where it is kept."""

from __future__ import annotations

import pytest
from django.db import connection

from crm.models import Contact, Project
from tests.crm.views.test_export import sheet_of
from tests.crm.views.test_import_pages import confirm, send, settle, table

pytestmark = pytest.mark.django_db
ONE, TWO = "13811112222", "13911113333"
LIST = (
    "项目名称,联系人,联系电话\n羊绒服饰项目,张三丰,13811112222/13911113333\n"
    "毛纺项目,李四光,见名片 13711114444x\n印染项目,,0838-6123456\n"
)


def imported(client):
    upload = send(client, "projects", table(LIST, "项目.csv"))
    page = client.get(f"/desk/import/{upload.pk}/columns/")
    settle(client, upload)
    shown = client.get(f"/desk/import/{upload.pk}/")
    confirm(client, upload)
    return page, shown


def page_of(answer):
    return answer.content.decode("utf-8", "replace")


def test_the_page_of_headings_offers_the_contact_under_clear_names(as_user, teamlead):
    page, shown = imported(as_user(teamlead))
    assert [c.field for c in page.context["layout"].columns] == [
        "name", "contact_name", "contact_phone"
    ]  # fmt: skip
    for name, label in (
        ("contact_name", "联系人"),
        ("contact_phone", "联系人电话"),
        ("contact_other_phones", "联系人其他电话"),
    ):
        assert f'<option value="{name}"' in page_of(page)
        assert f">{label}</option>" in page_of(page)
    assert "138****2222" in page_of(shown)
    assert ONE not in page_of(shown)
    assert Contact.objects.count() == 3


def test_nothing_of_a_person_stands_in_the_database_in_clear(as_user, teamlead):
    imported(as_user(teamlead))
    stored = []
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')
            stored += [str(value) for row in cursor.fetchall() for value in row]
    assert any("羊绒服饰项目" in text for text in stored)
    for secret in (ONE, TWO, "13711114444", "08386123456", "0838-6123456", "张三丰", "李四光"):
        assert not [text for text in stored if secret in text], secret


def test_neither_lists_nor_exports_show_people_and_strangers_see_nothing(
    as_user, teamlead, leader, statistician, other_officer
):
    imported(as_user(teamlead))
    project = Project.objects.get(name="羊绒服饰项目")
    chosen = "cols=contact_name,contact_phone,contact_other_phones,investor"
    for user in (teamlead, leader, statistician):
        client = as_user(user)
        exported = sheet_of(client.get(f"/desk/projects/export/?{chosen}"))
        for told in (
            page_of(client.get(f"/desk/projects/?{chosen}")),
            page_of(client.get(f"/api/projects/{project.pk}/")),
            str([[cell.value for cell in line] for line in exported.iter_rows()]),
        ):
            assert "羊绒服饰项目" in told
            assert not [one for one in ("张三丰", ONE, TWO, "138****") if one in told]
    shown = page_of(as_user(leader).get(f"/desk/projects/{project.pk}/"))
    assert "138****2222" in shown
    assert ONE not in shown
    assert TWO not in shown
    person = Contact.objects.get(project=project)
    for path in (
        f"/desk/projects/{project.pk}/",
        f"/desk/contacts/{person.pk}/",
        "/desk/contacts/",
    ):
        hidden = page_of(as_user(other_officer).get(path))
        assert not [one for one in ("张三丰", ONE, TWO, "138****") if one in hidden], path


def test_a_contact_without_a_name_is_called_so_until_it_has_one(as_user, teamlead):
    imported(as_user(teamlead))
    person = Contact.objects.get(project__name="印染项目")
    client = as_user(teamlead)
    for path in (f"/desk/projects/{person.project_id}/", f"/desk/contacts/{person.pk}/"):
        assert "未填姓名" in page_of(client.get(path))
        assert "已清除" not in page_of(client.get(path))


def test_an_export_of_projects_imported_again_changes_nobody(as_user, teamlead):
    client = as_user(teamlead)
    imported(client)
    exported = client.get("/desk/projects/export/")
    before = sorted((one.pk, one.version) for one in Contact.objects.all())
    upload = send(client, "projects", table(exported.content, "导出.xlsx"))
    settle(client, upload)
    upload.refresh_from_db()
    assert upload.outcome["counts"]["same"] == 3
    assert before == sorted((one.pk, one.version) for one in Contact.objects.all())
