"""The menu of the desk: what a role may open, in groups that stay short."""

from crm import ledgers
from crm.access import Action
from crm.views.system.menu import menu_of


def labels(user, path="/desk/"):
    return [one.label for part in menu_of(user, path) for one in part.entries]


def test_every_ledger_a_user_may_see_is_in_the_menu_once_and_no_other(anyone):
    seen = labels(anyone)
    expected = [one.label for one in ledgers.every() if one.can(anyone, Action.VIEW)]
    assert sorted(set(seen) & {one.label for one in ledgers.every()}) == sorted(expected)
    assert len(seen) == len(set(seen))


def test_a_folded_group_opens_on_its_own_pages_and_stays_shut_elsewhere(statistician):
    def is_open(path):
        return {part.heading: part.is_open for part in menu_of(statistician, path)}

    assert is_open("/desk/")["基础资料"] is False
    assert is_open("/desk/parks/3/")["基础资料"] is True
    assert is_open("/desk/parks/3/")["项目台账"] is False


def test_only_the_open_page_is_marked(officer):
    marked = [
        one.label
        for part in menu_of(officer, "/desk/projects/9/edit/")
        for one in part.entries
        if one.is_current
    ]
    assert marked == ["项目"]
