"""When the demo county is not put in, and that nothing of it is there then."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.access import Role
from crm.actions.demo import county
from crm.models import Park, User
from tests import make

pytestmark = pytest.mark.django_db


def load() -> None:
    call_command("load_demo", stdout=StringIO())


def test_without_a_development_machine_it_is_refused(settings):
    settings.DEMO_ALLOWED = False
    with pytest.raises(CommandError, match="开发环境"):
        load()
    assert not county.loaded()
    assert not User.objects.filter(is_demo=True).exists()


def test_a_person_who_has_a_demo_name_keeps_the_account(settings):
    settings.DEMO_ALLOWED = True
    person = make.user(Role.OFFICER, username="officer")
    with pytest.raises(CommandError, match="officer"):
        load()
    person.refresh_from_db()
    assert person.check_password(make.PASSWORD)
    assert not person.is_demo
    assert not county.loaded()
    assert not Park.objects.exists()


def test_rows_of_the_same_name_are_not_overwritten(settings):
    settings.DEMO_ALLOWED = True
    own = make.park("绿溪县自己的园区", phone="0817-1234567")
    own.slug = "lvxi-textile"
    own.save()
    with pytest.raises(CommandError, match="园区"):
        load()
    own.refresh_from_db()
    assert own.name == "绿溪县自己的园区"
    assert not county.loaded()


def test_where_nothing_was_loaded_there_is_nothing_to_clear():
    own, told = make.project("自有项目"), StringIO()
    call_command("clear_demo", stdout=told)
    assert "没有演示县" in told.getvalue()
    own.refresh_from_db()
