"""视图: a list under a name, shared or not; what is seen stays a matter of the rows."""

from __future__ import annotations

from html import unescape

import pytest

from crm import access
from crm.access import Action
from crm.actions.system import views
from crm.errors import Hidden, Refused
from crm.models import AuditEntry, Project, SavedView, Sharing
from tests import make

pytestmark = pytest.mark.django_db


def page_of(answer):
    return unescape(answer.content.decode())


def names(answer):
    return [row.name for row in answer.context["page"].object_list]


def kept(by, name="签约的", query="stage=signed&cols=name%2Cinvestor", **values):
    return views.save_view("projects", name, query, by=by, **values)


# Keeping


def test_a_list_is_saved_with_its_filters_order_and_columns(as_user, officer):
    client = as_user(officer)
    shown = client.get("/desk/projects/?stage=signed&ordering=-stage&cols=investor&page=3&junk=1")
    sent = {"name": "签约的", "sharing": "mine", "is_pinned": "on"}
    sent["query"] = shown.context["strip"].new_form["query"].value()
    answer = client.post("/desk/projects/views/", sent)
    view = SavedView.objects.get()
    assert view.query == "stage=signed&ordering=-stage&cols=investor"
    assert (view.user, view.sharing, view.is_pinned, view.is_default) == (
        officer, Sharing.MINE, True, False,
    )  # fmt: skip
    assert (
        answer.url == f"/desk/projects/?stage=signed&ordering=-stage&cols=investor&view={view.pk}"
    )
    again = client.get(answer.url).context["strip"]
    assert (again.current, again.is_changed) == (view, False)
    assert client.get(answer.url + "&status=stalled").context["strip"].is_changed
    assert AuditEntry.objects.get(verb="save_view").actor == officer


def test_a_refused_view_comes_back_filled(as_user, officer):
    kept(officer)
    client = as_user(officer)
    for sent, says in (
        ({"name": "", "sharing": "mine"}, "请填写名称"),
        ({"name": "签约的", "sharing": "mine"}, "同名"),
        ({"name": "长" * 41, "sharing": "mine"}, "40"),
        ({"name": "大家的", "sharing": "public"}, ""),
        ({"name": "找人", "sharing": "mine", "query": "q=13912345678"}, "电话"),
    ):
        answer = client.post("/desk/projects/views/", {"query": "stage=lead"} | sent)
        assert answer.status_code == 400, sent
        assert says in page_of(answer)
        assert f'value="{sent["name"]}"' in page_of(answer) or not sent["name"]
    assert SavedView.objects.count() == 1


def test_a_view_is_renamed_brought_up_to_date_and_deleted(as_user, officer):
    view, client = kept(officer), as_user(officer)
    path = f"/desk/views/{view.pk}/change/"
    sent = {"name": "在谈的", "sharing": "mine", "query": "stage=negotiation", "version": 1}
    client.post(path, sent)
    view.refresh_from_db()
    assert (view.name, view.query) == ("在谈的", "stage=signed&cols=name%2Cinvestor")
    client.post(path, sent | {"version": 2, "update": "1"})
    view.refresh_from_db()
    assert view.query == "stage=negotiation"
    assert client.post(path, sent | {"version": 1}).status_code == 400
    answer = client.post(path, sent | {"drop": "1"})
    assert answer.url == "/desk/projects/?stage=negotiation"
    assert not SavedView.objects.exists()
    assert AuditEntry.objects.filter(verb="drop_view").count() == 1


def test_the_default_view_opens_the_bare_list_and_can_be_left(as_user, officer, team):
    make.project("在谈项目", team=team)
    view, client = kept(officer, is_default=True), as_user(officer)
    answer = client.get("/desk/projects/")
    assert (answer.status_code, answer.url.endswith(f"view={view.pk}")) == (302, True)
    cleared = client.get(answer.url).context["clear_url"]
    assert names(client.get(cleared)) == ["在谈项目"]
    other = kept(officer, "另一个", "stage=lead", is_default=True)
    view.refresh_from_db()
    assert (view.is_default, other.is_default) == (False, True)
    assert client.get("/desk/companies/").status_code == 200


# Sharing


def test_who_finds_which_views(officer, teamlead, other_officer, statistician, editor, as_user):
    mine, teams = kept(officer), kept(officer, "科里的", sharing=Sharing.TEAM)
    public = kept(statistician, "全县的", sharing=Sharing.PUBLIC)
    for user, awaited in (
        (officer, {mine, teams, public}),
        (teamlead, {teams, public}),
        (other_officer, {public}),
        (statistician, {public}),
        (editor, set()),
    ):
        assert set(SavedView.objects.visible_to(user)) == awaited, user
        for view in (mine, teams, public):
            seen = 302 if view in awaited else 404
            assert as_user(user).get(f"/desk/views/{view.pk}/").status_code == seen


@pytest.mark.parametrize("sharing", list(Sharing))
def test_only_a_team_lead_or_the_statistician_makes_a_view_public(anyone, sharing):
    if not access.can(anyone, Action.REGISTER, "savedview"):
        with pytest.raises(Refused):
            kept(anyone)
        return
    may = sharing is Sharing.MINE or (
        bool(anyone.team)
        if sharing is Sharing.TEAM
        else anyone.role in ("teamlead", "statistician")
    )
    if may:
        assert kept(anyone, sharing=sharing).sharing is sharing
    else:
        with pytest.raises(Refused):
            kept(anyone, sharing=sharing)
        assert not SavedView.objects.exists()


def test_others_use_a_shared_view_and_leave_it_as_it_is(officer, teamlead, as_user):
    view = kept(officer, sharing=Sharing.TEAM)
    client = as_user(teamlead)
    assert client.get(client.get(f"/desk/views/{view.pk}/").url).context["strip"].current == view
    path = f"/desk/views/{view.pk}/change/"
    assert client.post(path, {"name": "改了", "sharing": "mine"}).status_code == 403
    assert client.post(path, {"drop": "1"}).status_code == 403
    with pytest.raises(Refused):
        views.drop_view(view, by=teamlead)


def test_a_private_view_of_somebody_else_answers_as_a_missing_one(officer, teamlead, as_user):
    view = kept(officer)
    for path in (f"/desk/views/{view.pk}/", "/desk/views/999999/"):
        assert as_user(teamlead).get(path).status_code == 404
    with pytest.raises(Hidden):
        views.change_view(view, by=teamlead, name="改了")
    # Its number in an address says nothing about it.
    page = page_of(as_user(teamlead).get(f"/desk/projects/?stage=signed&view={view.pk}"))
    assert "签约的" not in page


def test_the_statistician_keeps_public_views_in_order_but_has_no_default_of_others(
    teamlead, statistician
):
    view = kept(teamlead, sharing=Sharing.PUBLIC)
    assert views.change_view(view, by=statistician, name="签约项目").name == "签约项目"
    with pytest.raises(Refused):
        views.change_view(view, by=statistician, is_default=True)
    assert views.change_view(view, by=statistician, sharing=Sharing.MINE).user == teamlead


# What a view may not do


def test_a_view_never_widens_what_is_seen(as_user, statistician, officer, team, other_team):
    make.project("本科的", team=team)
    make.project("别科的", team=other_team)
    view = kept(statistician, "全部线索", "stage=lead", sharing=Sharing.PUBLIC)
    url = as_user(officer).get(f"/desk/views/{view.pk}/").url
    assert names(as_user(officer).get(url)) == ["本科的"]
    assert names(as_user(statistician).get(url)) == ["别科的", "本科的"]


def test_a_filter_that_names_a_hidden_row_does_not_give_its_name(
    as_user, statistician, officer, other_officer, team, other_team
):
    hidden = make.project("绝密落户项目", team=other_team)
    make.contact(hidden)
    view = views.save_view(
        "followups", "它的跟进", f"project={hidden.pk}", by=statistician, sharing=Sharing.PUBLIC
    )
    url = as_user(officer).get(f"/desk/views/{view.pk}/").url
    page = page_of(as_user(officer).get(url))
    assert "绝密落户项目" not in page
    assert not Project.objects.visible_to(officer).filter(pk=hidden.pk).exists()


def test_a_view_of_a_column_that_is_gone_still_opens(as_user, officer, team):
    make.project("签约项目", team=team)
    query = "cols=name,gone_column,investor&gone_filter=1&ordering=gone&stage=gone"
    view = kept(officer, query=query)
    client = as_user(officer)
    answer = client.get(client.get(f"/desk/views/{view.pk}/").url)
    assert answer.status_code == 200
    assert [heading.label for heading in answer.context["headings"]] == ["项目名称", "投资方"]


def test_a_view_of_a_ledger_one_has_no_part_in_is_not_offered(officer, auditor, as_user):
    view = views.save_view("audit", "每周核对", "q=导出", by=auditor, is_pinned=True)
    SavedView.objects.filter(pk=view.pk).update(is_public=True)
    assert as_user(officer).get(f"/desk/views/{view.pk}/").status_code == 403
    assert "每周核对" not in page_of(as_user(officer).get("/desk/projects/"))
    gone = SavedView.objects.create(user=officer, ledger="gone", name="旧台账", is_pinned=True)
    assert as_user(officer).get(f"/desk/views/{gone.pk}/").status_code == 404
    assert "旧台账" not in page_of(as_user(officer).get("/desk/projects/"))


def test_pinned_views_stand_in_the_menu_and_above_the_list(as_user, officer, teamlead):
    kept(officer, "周五要看", is_pinned=True, sharing=Sharing.TEAM)
    kept(officer, "偶尔看")
    for path in ("/desk/", "/desk/companies/"):
        page = page_of(as_user(officer).get(path))
        assert "周五要看" in page, path
        assert "偶尔看" not in page
    shown = as_user(officer).get("/desk/projects/").context["strip"].shown
    assert [tab.view.name for tab in shown] == ["周五要看"]
    assert "周五要看" in page_of(as_user(teamlead).get("/desk/"))


def test_views_cost_no_question_each(as_user, teamlead, django_assert_max_num_queries):
    client = as_user(teamlead)

    def counted():
        with django_assert_max_num_queries(60) as asked:
            client.get("/desk/projects/?view=1")
        return len(asked)

    kept(teamlead, "一", is_pinned=True)
    few = counted()
    for name in "二三四五六":
        kept(teamlead, name, is_pinned=True, sharing=Sharing.TEAM)
    assert counted() == few


# The board


def test_the_board_has_views_of_its_own(as_user, officer, team):
    make.project("推介会来的", team=team, source="fair")
    make.project("自己来的", team=team, source="inbound")
    client = as_user(officer)
    board = client.get("/desk/board/?source=fair&stage=lead")
    sent = {"name": "推介会", "sharing": "mine", "place": "board", "is_default": "on"}
    sent["query"] = board.context["strip"].new_form["query"].value()
    answer = client.post("/desk/projects/views/", sent)
    view = SavedView.objects.get()
    assert answer.url == f"/desk/board/?source=fair&stage=lead&view={view.pk}"
    assert client.get("/desk/board/").url == answer.url
    shown = client.get(answer.url)
    assert (shown.context["strip"].current, shown.context["count"]) == (view, 1)
    assert ("view", str(view.pk)) in shown.context["kept"]
    assert client.get(shown.context["clear_url"]).context["count"] == 2
    # The list knows nothing of it.
    assert client.get("/desk/projects/").status_code == 200
    assert client.get("/desk/projects/").context["strip"].tabs == []


def test_a_team_that_is_gone_leaves_its_views_to_who_made_them(officer, statistician):
    view = kept(officer, sharing=Sharing.TEAM)
    other = make.team("临时科")
    SavedView.objects.filter(pk=view.pk).update(team=other)
    other.delete()
    view.refresh_from_db()
    assert view.sharing is Sharing.MINE
