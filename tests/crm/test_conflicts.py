"""A duplicate is called one only when it is one; what does not fit is refused at its field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from crm.actions import _conflicts, _record, rows
from crm.actions.pipeline import receipts
from crm.errors import Refused
from crm.models import Confirmation, FundingReceipt, Industry, KeyListing, Milestone, Team
from tests import make

pytestmark = pytest.mark.django_db


def raised(sql: str, *values) -> Exception:
    """What the database really says to this statement."""

    def execute():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            connection.check_constraints()  # foreign keys are deferred

    with pytest.raises((IntegrityError, DataError)) as caught:
        execute()
    return caught.value


def test_only_a_second_one_of_its_kind_is_a_duplicate(team, officer, park):
    told = 'INSERT INTO crm_bucket (key, "window", count) VALUES (%s, %s, %s)'
    with connection.cursor() as cursor:
        cursor.execute(told, ["a", 1, 1])
    errors = {
        "unique": raised(told, "a", 1, 1),
        "check": raised(told, "b", 1, -1),
        "not null": raised(told, None, 1, 1),
        "foreign key": raised("UPDATE crm_user SET team_id = 999999 WHERE id = %s", officer.pk),
    }
    found = {name: _conflicts.is_duplicate(error) for name, error in errors.items()}
    assert found == {"unique": True, "check": False, "not null": False, "foreign key": False}


def saying(error):
    def save(*args, **kwargs):
        raise error

    return save


@pytest.mark.parametrize("sign", ["\x00", "\ud800"])
def test_a_sign_no_database_keeps_is_refused_at_its_field(sign, statistician):
    with pytest.raises(Refused, match="无法保存的字符") as refused:
        rows.register(Team, {"name": f"招商{sign}九科"}, by=statistician)
    assert list(refused.value.fields) == ["name"]
    assert not Team.objects.exists()


@pytest.mark.parametrize("value", [None, -1], ids=["not null", "check"])
def test_an_error_of_ours_is_not_called_a_duplicate(value, statistician, monkeypatch):
    error = raised('INSERT INTO crm_bucket (key, "window", count) VALUES (%s, 1, %s)',
                   *(("a", -1) if value == -1 else (None, 1)))  # fmt: skip
    team = Team(name="招商九科")
    monkeypatch.setattr(team, "save", saying(error))
    with pytest.raises(IntegrityError):
        _record.insert(team, by=statistician)
    known = make.team("招商八科")
    monkeypatch.setattr(Team, "save", saying(error))
    with pytest.raises(IntegrityError):
        _record.amend(known, {"name": "招商七科"}, by=statistician)


def test_what_a_check_of_the_table_refuses_is_said_by_the_model(statistician, park):
    project = make.project(park=park)
    with pytest.raises(Refused) as caught:
        _record.insert(Confirmation(
            project=project, judgement="confirmed", by=statistician,
            recorded_at=project.created_at,
        ), by=statistician)  # fmt: skip
    assert caught.value.code == "invalid"
    assert "已有相同" not in caught.value.reason


def test_a_second_one_is_refused_as_one(park, statistician):
    project = make.project(park=park)
    make.milestone(project, "filing", date(2023, 4, 1))
    with pytest.raises(Refused) as caught:
        make.milestone(project, "filing", date(2023, 5, 1))
    assert caught.value.code == "invalid"
    assert Milestone.objects.count() == 1
    make.industry("纺织鞋服")
    with pytest.raises(Refused, match="已有同名的产业"):
        rows.register(Industry, {"name": "纺织鞋服"}, by=statistician)


def test_two_who_correct_one_receipt_are_not_told_of_a_duplicate(park, statistician):
    """The second had read the receipt before the first corrected it."""
    receipt = make.receipt(make.project(park=park), date(2023, 4, 1))
    receipts.correct_receipt(receipt, {"amount": Decimal(5)}, by=statistician, reason="a")
    late = FundingReceipt(**_record.told_by(receipt), replaces=receipt)
    with pytest.raises(Refused, match="更正过") as caught:
        receipts._insert(late, by=statistician, verb="correct_receipt")
    assert caught.value.code == "stale"


@pytest.mark.postgres
def test_a_text_longer_than_its_column_is_refused_at_its_field(statistician, monkeypatch):
    """SQLite keeps it; the model's own check comes first on both."""
    monkeypatch.setattr(_record, "checked", lambda *_, **__: None)
    with pytest.raises(Refused) as caught:
        _record.insert(Team(name="招" * 500), by=statistician)
    assert (caught.value.code, list(caught.value.fields)) == ("invalid", ["name"])
    assert "现在有 500 个字" in caught.value.reason
    team = make.team("招商九科")
    with pytest.raises(Refused) as caught:
        _record.amend(team, {"name": "招" * 500}, by=statistician)
    assert list(caught.value.fields) == ["name"]


def test_a_number_that_no_column_holds_is_refused_at_its_field(statistician, park, monkeypatch):
    monkeypatch.setattr(_record, "checked", lambda *_, **__: None)
    listing = KeyListing(project=make.project(park=park), level="city", year=10**30)
    with pytest.raises(Refused) as caught:
        _record.insert(listing, by=statistician)
    assert (caught.value.code, list(caught.value.fields)) == ("invalid", ["year"])
