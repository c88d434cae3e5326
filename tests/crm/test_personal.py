"""Names, phones and e-mails are sealed at rest, masked on sight, and can be forgotten."""

import pytest
from django.db import connection

from crm import ledgers, personal
from crm.actions.companies import contacts
from crm.errors import Refused
from crm.models import AuditEntry, Contact, PersonKey
from crm.models.people import PARTS
from tests import make

LEDGER = ledgers.get("contacts")
pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(officer):
    return make.contact(make.project(team=officer.team, officer=officer), phone="13812341234")


def test_nothing_personal_stands_in_the_database_in_clear(contact):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM crm_contact")
        stored = b"|".join(
            bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
            for value in cursor.fetchone()
        )
    assert b"13812341234" not in stored
    assert "测试联系人".encode() not in stored


def test_a_person_reads_back_and_is_masked(contact):
    again = Contact.objects.get(pk=contact.pk)
    assert (again.name, again.phone) == ("测试联系人", "13812341234")
    assert again.masked_phone == "138****1234"
    assert again.masked_name == "测**"


def test_a_phone_is_found_by_its_exact_print_alone(contact):
    found = Contact.objects.filter(phone_print=personal.fingerprint("phone", "13812341234"))
    assert found.get() == contact
    assert not Contact.objects.filter(
        phone_print=personal.fingerprint("phone", "1381234123")
    ).exists()


def test_further_numbers_are_sealed_masked_and_forgotten_like_the_first(contact, teamlead, officer):
    LEDGER.change(contact, {"other_phones": "139 1234 1234, 0817-1234567"}, by=teamlead)
    again = Contact.objects.get(pk=contact.pk)
    assert again.other_phones == "13912341234、08171234567"
    column = LEDGER.column("other_phones")
    assert column.text(column.value(again)) == "139****1234、081****4567"
    assert contacts.reveal(again, by=officer)["other_phones"] == again.other_phones
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM crm_contact")
        stored = [bytes(one) for one in cursor.fetchone() if isinstance(one, (bytes, memoryview))]
    record = str(list(AuditEntry.objects.values()))
    for number in ("13912341234", "08171234567"):
        assert number not in record
        assert not any(number.encode() in one for one in stored)
    contacts.erase(again, by=teamlead, reason="本人要求")
    again = Contact.objects.get(pk=contact.pk)
    assert (again.other_phones, again.phones, again.other_phones_sealed) == ("", [], None)


def test_two_people_have_two_keys(contact):
    other = make.contact(contact.project, phone="13812341235")
    assert other.key_id != contact.key_id
    assert bytes(other.key.sealed) != bytes(contact.key.sealed)


def test_revealing_is_on_record_and_refused_to_others(contact, officer, other_officer):
    assert contacts.reveal(contact, by=officer)["phone"] == "13812341234"
    assert AuditEntry.objects.filter(verb="reveal", actor=officer, object_id=contact.pk).exists()
    with pytest.raises(Refused, match="没有这条记录"):
        contacts.reveal(contact, by=other_officer)


def test_the_audit_says_that_a_phone_changed_and_not_to_what(contact, teamlead):
    from crm.actions import rows

    rows.change(contact, {"phone": "13900000000"}, by=teamlead)
    entry = AuditEntry.objects.filter(verb="change", object_id=contact.pk).latest("pk")
    assert entry.changes["phone"] == ["•••", "•••"]
    everything = str(list(AuditEntry.objects.values()))
    assert "13900000000" not in everything
    assert "13812341234" not in everything


def test_the_record_of_a_new_person_marks_the_parts_that_were_told_and_no_others(contact):
    entry = AuditEntry.objects.get(verb="register", object_type="crm.contact", object_id=contact.pk)
    marked = {part: value for part, value in entry.changes.items() if part in PARTS}
    assert marked == {"name": [None, "•••"], "phone": [None, "•••"]}


def test_erasing_destroys_the_key_and_nothing_opens_again(contact, teamlead):
    sealed = bytes(contact.phone_sealed)
    key = personal.opened(contact.key.sealed)
    contacts.erase(contact, by=teamlead, reason="本人要求")
    again = Contact.objects.get(pk=contact.pk)
    assert (again.name, again.phone, again.is_erased) == ("", "", True)
    assert PersonKey.objects.get(pk=contact.key_id).sealed is None
    assert again.phone_print == ""
    # What a backup still holds opens only with the key that is gone.
    assert personal.unseal(key, sealed) == "13812341234"
    assert personal.unseal(personal.new_key()[0], sealed) is None


def test_a_new_key_in_front_opens_what_the_old_one_sealed(contact, settings):
    settings.FIELD_KEYS = ["a-newer-key-of-this-installation", *settings.FIELD_KEYS]
    again = Contact.objects.get(pk=contact.pk)
    assert again.phone == "13812341234"
    assert personal.fingerprint("phone", "13812341234") == again.phone_print


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("13812341234", "13812341234"),
        ("１３８１２３４１２３４", "13812341234"),
        ("+86 138-1234-1234", "13812341234"),
        ("0086 13812341234", "13812341234"),
        ("0817-1234567", "08171234567"),
        ("（0817）1234567 转 8", "08171234567转8"),
        ("+86 817 1234567", "08171234567"),
        ("+86 10-12345678", "01012345678"),
        ("400 123 4567", "4001234567"),
        ("+49 30 901820", "+4930901820"),
    ],
)
def test_a_phone_has_one_form_however_it_is_typed(typed, normal):
    assert personal.normal_phone(typed) == normal


@pytest.mark.parametrize("typed", ["", "12345", "138123412345", "电话", "13812341234a", "+123"])
def test_what_is_no_phone_is_refused_with_what_to_type(typed):
    with pytest.raises(ValueError, match="11 位手机号"):
        personal.normal_phone(typed)


@pytest.mark.parametrize("typed", ["13812341234/13912341234", "0817-1234567、13912341234"])
def test_of_several_numbers_one_is_asked_for(typed):
    with pytest.raises(ValueError, match="2 个号码：请只留一个"):
        personal.normal_phone(typed)


def test_a_mobile_is_told_from_a_number_that_is_shared():
    assert personal.is_mobile("13812341234")
    assert not any(map(personal.is_mobile, ["08171234567", "4001234567", "+4930901820"]))
