"""A round of 填报 on the desk: begun, followed, chased, looked at and taken over."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core import mail

from crm import clock
from crm.access import Role
from crm.actions import merges
from crm.actions.companies import contacts
from crm.actions.indicators import answers, collections, readings
from crm.actions.indicators.collections import Asked
from crm.dates import When
from crm.errors import Refused
from crm.models import AuditEntry, Contact
from crm.models.companies.candidates import ScaleCandidate
from crm.models.indicators.collections import AnswerState, Collection, CollectionLink
from crm.models.indicators.readings import Reading
from tests import make

pytestmark = pytest.mark.django_db
JULY, AUGUST = When.month(2023, 7), When.month(2023, 8)


@pytest.fixture(autouse=True)
def _september():
    with clock.playing(date(2023, 9, 4)):
        yield


@pytest.fixture
def output(db):
    return make.indicator()


def text_of(answer) -> str:
    return answer.content.decode()


def asked_of(*names: str, output, **values) -> Collection:
    return make.collection([make.company(name) for name in names], indicators=[output], **values)


def say(made: Collection, typed: dict[str, str], at: int = 0):
    """The recipient submits this; the row as it stands then."""
    recipient = made.recipients.order_by("pk")[at]
    (given,) = collections.give_links([recipient], by=make.maker())
    link = answers.link_of(given.token)
    version = recipient.version
    return answers.keep_answer(link, typed, submits=True, version=version)


def act(client, made: Collection, do: str, *rows, **more):
    sent = {"do": do, "pk": [row.pk for row in rows]}
    sent |= {f"version-{row.pk}": row.version for row in rows}
    return client.post(f"/desk/collections/{made.pk}/do/", sent | more)


def numbers() -> dict[str, Decimal]:
    found = Reading.objects.standing().filter(month_on=AUGUST.start)
    return {str(one.company): one.value for one in found}


# Beginning

START = "/desk/collections/start/?kind=company"


def sent_start(output, **more) -> dict:
    return {
        "name": "8 月产值", "month": "2023-08", "indicators": [output.pk], "asked_by": "县统计局",
        "due_on": "2023-09-10",
        "recipients": "佳禧面料\n佳利德鞋业，王会计，13800000001，w@example.org",
    } | more  # fmt: skip


def test_a_round_is_begun_with_its_recipients_and_their_contacts(as_user, statistician, output):
    make.company("佳禧面料")
    make.company("佳利德鞋业")
    done = as_user(statistician).post(START, sent_start(output))
    made = Collection.objects.get()
    assert done.url == f"/desk/collections/{made.pk}/"
    first, second = made.recipients.order_by("pk")
    assert [first.email, second.email] == ["", "w@example.org"]
    assert second.masked_phone == "138****0001"
    assert made.maker == statistician


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"recipients": "没有这家"}, "台账里没有"),
        ({"recipients": ""}, "请写明向谁收"),
        ({"recipients": "佳禧面料，12"}, "电话号码不对"),
        ({"due_on": "2023-08-01"}, "截止日期已经过了"),
        ({"month": "2023-12"}, "月份在今天之后"),
        ({"month": "2023"}, "请写到月"),
        ({"indicators": []}, "请填写指标"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(as_user, statistician, output, more, said):
    make.company("佳禧面料")
    make.company("佳利德鞋业")
    refused = as_user(statistician).post(START, sent_start(output, **more))
    assert refused.status_code == 400
    assert said in text_of(refused)
    assert "8 月产值" in text_of(refused)
    assert not Collection.objects.exists()


def test_confidential_numbers_of_single_companies_are_not_collected(as_user, statistician):
    tax = make.indicator("入库税收", "tax", is_confidential=True)
    make.company("佳禧面料")
    make.company("佳利德鞋业")
    page = as_user(statistician).get(START)
    assert "入库税收的单户数据保密" in text_of(page)
    assert as_user(statistician).post(START, sent_start(tax)).status_code == 400
    with pytest.raises(Refused, match="单户数据保密"):
        make.collection([make.company()], indicators=[tax])
    assert make.collection(["县税务局"], kind="department", indicators=[tax]).pk


def test_a_ledger_without_what_it_needs_is_not_asked(as_user, statistician):
    make.company("佳禧面料")
    url = f"{START}&register=scale-candidates"
    sent = {"name": "培育", "columns": ["revenue"], "asked_by": "经信局", "due_on": "2023-09-10"}
    refused = as_user(statistician).post(url, sent | {"recipients": "佳禧面料"})
    assert "请一并收：培育年度" in text_of(refused)
    sent["columns"] = ["year", "revenue"]
    assert as_user(statistician).post(url, sent | {"recipients": "佳禧面料"}).status_code == 302


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_a_round_and_who_runs_it(as_user, output, role):
    made = asked_of("佳禧面料", output=output)
    row = made.recipients.get()
    client = as_user(make.user(role))
    reads = role in (Role.STATISTICIAN, Role.TEAMLEAD, Role.LEADER)
    runs = role is Role.STATISTICIAN
    for url in (f"/desk/collections/{made.pk}/", f"/desk/collection-recipients/{row.pk}/",
                "/desk/collection-progress/", "/desk/report-calendar/"):  # fmt: skip
        assert client.get(url).status_code == (200 if reads else 403), url
    assert client.get(START).status_code == (200 if runs else 403)
    assert act(client, made, "links", row).status_code == (200 if runs else 403)
    assert CollectionLink.objects.count() == runs


# Links and reminding


def test_links_are_shown_once_and_can_be_taken_along_as_a_table(as_user, statistician, output):
    made = asked_of("佳禧面料", "佳利德鞋业", output=output)
    client = as_user(statistician)
    page = act(client, made, "links", *made.recipients.all())
    lines = page.context["lines"]
    assert len(lines) == 2
    assert all(line["address"] in text_of(page) for line in lines)
    again = text_of(client.get(f"/desk/collections/{made.pk}/"))
    assert not any(line["token"] in again for line in lines)
    tokens = [line["token"] for line in lines]
    table = client.post(f"/desk/collections/{made.pk}/links/", {"token": [*tokens, "wrong"]})
    sheet = openpyxl.load_workbook(BytesIO(table.content)).active
    assert [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        line["address"] for line in lines
    ]


def test_reminding_mails_where_an_address_is_known_and_marks_the_others(
    as_user, statistician, output, settings
):
    settings.SENDS_MAIL = True
    known = Asked(make.company("佳禧面料"), "张会计", "", "z@example.org")
    made = make.collection([known, make.company("佳利德鞋业")], indicators=[output])
    client = as_user(statistician)
    done = client.post(f"/desk/collections/{made.pk}/do/", {"do": "remind", "all-owed": "1"},
                       follow=True)  # fmt: skip
    (letter,) = mail.outbox
    assert letter.to == ["z@example.org"]
    token = letter.body.partition("/fill/")[2].partition("/")[0]
    assert client.get(f"/fill/{token}/").status_code == 200
    assert "请打电话：佳利德鞋业" in text_of(done)
    rows = list(made.recipients.order_by("pk"))
    assert [row.reminded_by_mail for row in rows] == [True, False]
    assert {row.reminded_on for row in rows} == {clock.today()}
    again = collections.remind(made.recipients.all(), by=statistician, site="")
    assert (again.mailed, again.to_phone) == ([], [])
    assert len(again.left_out) == len(mail.outbox) + 1 == 2


def test_who_has_answered_is_not_reminded_and_a_mail_that_fails_becomes_a_call(
    statistician, output, settings, monkeypatch
):
    settings.SENDS_MAIL = True
    asked = [Asked(make.company(name), "", "", "z@example.org") for name in ("佳禧", "佳利德")]
    made = make.collection(asked, indicators=[output])
    say(made, {f"v-{output.pk}": "3"})

    def broken(*args, **kwargs):
        raise OSError

    monkeypatch.setattr(collections, "send_mail", broken)
    told = collections.remind(made.recipients.order_by("pk"), by=statistician, site="")
    assert [str(one) for one in told.to_phone] == ["佳利德"]
    assert told.left_out == ["佳禧已提交，不用催"]
    assert not made.recipients.filter(reminded_by_mail=True).exists()


# Taking over


def test_what_is_taken_over_is_a_reading_that_names_its_source(as_user, statistician, output):
    made = asked_of("佳禧面料", "佳利德鞋业", output=output)
    first = say(made, {f"v-{output.pk}": "1.25"})
    done = act(as_user(statistician), made, "take", first)
    assert done.status_code == 302
    assert numbers() == {"佳禧面料": Decimal("1.25")}
    reading = Reading.objects.get(month_on=AUGUST.start)
    assert reading.document == f"填报“月度产值”#{first.pk}"
    assert reading.by == statistician
    first.refresh_from_db()
    assert (first.state, first.written) == (AnswerState.TAKEN, [["reading", reading.pk]])
    page = text_of(as_user(statistician).get(f"/desk/collection-recipients/{first.pk}/"))
    assert f"/desk/readings/{reading.pk}/" in page


def test_an_answer_is_taken_over_as_a_whole_or_not_at_all(as_user, statistician, output):
    invested = make.indicator("工业投资", "industrial_investment")
    company = make.company("佳禧面料")
    made = make.collection([company], indicators=[output, invested])
    row = say(made, {f"v-{output.pk}": "1.25", f"v-{invested.pk}": "2"})
    make.reading(invested, AUGUST, 3, company=company)
    refused = act(as_user(statistician), made, "take", row)
    assert refused.status_code == 409
    assert "佳禧面料：工业投资已登记为 3" in text_of(refused)
    assert not Reading.objects.filter(indicator=output).exists()
    row.refresh_from_db()
    assert row.state == AnswerState.SUBMITTED
    assert act(as_user(statistician), made, "take", row, reason="企业更正").status_code == 302
    assert Reading.objects.standing().get(indicator=invested).value == 2
    assert Reading.objects.standing().get(indicator=output).value == Decimal("1.25")


def test_of_many_those_refused_are_named_and_the_others_taken(as_user, statistician, output):
    made = asked_of("佳禧面料", "佳利德鞋业", output=output)
    first, second = (say(made, {f"v-{output.pk}": "1.25"}, at) for at in range(2))
    stale = type(second)(pk=second.pk, version=second.version - 1)
    page = act(as_user(statistician), made, "take", first, stale)
    assert page.status_code == 409
    assert "佳利德鞋业刚刚又改过" in text_of(page)
    assert numbers() == {"佳禧面料": Decimal("1.25")}


def test_a_closed_month_asks_for_the_statisticians_reason(as_user, statistician, output):
    made = asked_of("佳禧面料", output=output)
    make.reading(output, JULY, "0.1", company=made.recipients.get().company)
    row = say(made, {f"v-{output.pk}": "1.25", "why": "企业说明"})
    readings.close_month(AUGUST, by=statistician)
    client = as_user(statistician)
    url = f"/desk/collection-recipients/{row.pk}/"
    refused = client.post(url, {"do": "take", "version": row.version, "take-reason": ""})
    assert "已经封账" in text_of(refused)
    assert numbers() == {}
    sent = {"do": "take", "version": row.version, "take-reason": "封账后补报"}
    assert client.post(url, sent).status_code == 302
    assert Reading.objects.get(month_on=AUGUST.start).why == "封账后补报；企业说明"


def test_an_answer_is_sent_back_with_its_reason(as_user, statistician, output):
    made = asked_of("佳禧面料", output=output)
    row = say(made, {f"v-{output.pk}": "1.25"})
    url = f"/desk/collection-recipients/{row.pk}/"
    client = as_user(statistician)
    refused = client.post(url, {"do": "return", "version": row.version, "return-reason": " "})
    assert "没有退回" in text_of(refused)
    sent = {"do": "return", "version": row.version, "return-reason": "漏了二分厂"}
    assert client.post(url, sent).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.return_reason) == (AnswerState.RETURNED, "漏了二分厂")
    assert act(client, made, "take", row).status_code == 409
    assert numbers() == {}


def test_the_improbable_is_marked_and_not_ticked_beforehand(as_user, statistician, output):
    made = asked_of("佳禧面料", output=output)
    make.reading(output, JULY, 2, company=made.recipients.get().company)
    row = say(made, {f"v-{output.pk}": "30", "why": "并表"})
    page = text_of(as_user(statistician).get(f"/desk/collections/{made.pk}/"))
    assert "是前面 2 的 15 倍" in page
    assert "原因：并表" in page
    assert f'name="pk" value="{row.pk}">' in page


def test_each_answer_stands_beside_its_own_last_number(as_user, statistician, output):
    made = asked_of("佳禧面料", "佳利德鞋业", output=output)
    for at, row in enumerate(made.recipients.order_by("pk"), start=1):
        make.reading(output, JULY, f"{at}.125", company=row.company)
        say(made, {f"v-{output.pk}": f"{at}.5"}, at - 1)
    lines = as_user(statistician).get(f"/desk/collections/{made.pk}/").context["lines"]
    beside = [(one.typed, one.last_text) for line in lines for one in line.answer.numbers]
    assert beside == [("1.5", "1.125"), ("2.5", "2.125")]


@pytest.mark.parametrize("kind", ["park", "department"])
def test_a_park_speaks_of_itself_and_a_department_of_the_county(
    as_user, statistician, output, park, kind
):
    make.reading(output, JULY, 100)
    make.reading(output, JULY, 10, park=park)
    subject = park if kind == "park" else "县统计局"
    made = make.collection([subject], kind=kind, indicators=[output])
    (given,) = collections.give_links(made.recipients.all(), by=statistician)
    page = text_of(as_user(statistician).get(f"/fill/{given.token}/"))
    mine, other = (">10<", ">100<") if kind == "park" else (">100<", ">10<")
    assert mine in page
    assert other not in page
    row = say(made, {f"v-{output.pk}": "110", "why": "核对无误"})
    assert act(as_user(statistician), made, "take", row).status_code == 302
    reading = Reading.objects.get(month_on=AUGUST.start)
    assert (reading.park, reading.value) == (park if kind == "park" else None, 110)


def test_a_row_of_a_ledger_is_registered_by_its_own_verb(as_user, statistician):
    company = make.company("佳禧面料")
    columns = ["year", "revenue"]
    made = make.collection([company], register="scale-candidates", columns=columns, month_on=None)
    row = say(made, {"rows": "1", "r0-year": "2023", "r0-revenue": "1800"})
    assert act(as_user(statistician), made, "take", row).status_code == 302
    candidate = ScaleCandidate.objects.get()
    assert (candidate.company, candidate.revenue) == (company, 18_000_000)
    assert AuditEntry.objects.get(object_type="crm.scalecandidate").actor == statistician


def test_a_company_is_asked_about_its_own_row_and_changes_no_other(as_user, statistician):
    company, other = make.company("佳禧面料"), make.company("佳利德鞋业")
    made = make.collection([company], register="companies", columns=["short_name"], month_on=None)
    row = say(made, {"rows": "1", "r0-short_name": "佳禧", "r0-name": "别的名字"})
    act(as_user(statistician), made, "take", row)
    company.refresh_from_db()
    other.refresh_from_db()
    assert (company.name, company.short_name, other.short_name) == ("佳禧面料", "佳禧", "")


def test_a_contacts_telephone_is_shown_on_record_alone(as_user, statistician, output):
    made = make.collection([Asked("县税务局", "李科", "13800000001")], kind="department",
                           indicators=[output])  # fmt: skip
    row = made.recipients.get()
    client = as_user(statistician)
    url = f"/desk/collection-recipients/{row.pk}/"
    assert "13800000001" not in text_of(client.get(url))
    assert "13800000001" in text_of(client.post(f"{url}reveal/"))
    assert AuditEntry.objects.filter(verb="reveal", object_id=row.pk).count() == 1
    contacts.forget(row, by=statistician, reason="本人要求")
    row.refresh_from_db()
    assert row.phone == ""


def test_personal_data_of_an_answer_leaves_it_with_the_taking_over(as_user, statistician):
    company = make.company("佳禧面料")
    columns = ["name", "phone", "position"]
    made = make.collection([company], register="contacts", columns=columns, month_on=None)
    said = {"rows": "1", "r0-name": "王会计", "r0-phone": "13800000001", "r0-position": "会计"}
    row = say(made, said)
    assert not AuditEntry.objects.filter(changes__icontains="13800000001").exists()
    assert act(as_user(statistician), made, "take", row).status_code == 302
    contact = Contact.objects.get(company=company)
    assert (contact.name, contact.phone) == ("王会计", "13800000001")
    row.refresh_from_db()
    assert row.answer == {"rows": "1", "r0-position": "会计"}
    page = text_of(as_user(statistician).get(f"/desk/collection-recipients/{row.pk}/"))
    assert "会计" in page
    assert "请填写" not in page


def test_rounds_and_recipients_are_exported_and_told_to_programs(as_user, statistician, output):
    made = asked_of("佳禧面料", output=output)
    client = as_user(statistician)
    for key, said in (("collections", "月度产值"), ("collection-recipients", "佳禧面料")):
        sheet = openpyxl.load_workbook(BytesIO(client.get(f"/desk/{key}/export/").content)).active
        assert any(said in map(str, row) for row in sheet.iter_rows(values_only=True)), key
        assert said in text_of(client.get(f"/api/{key}/"))
    assert made.pk


def test_a_merged_companys_link_fills_in_for_the_one_that_stays(as_user, statistician, output):
    stays, goes = make.company("佳禧面料"), make.company("佳禧面料公司")
    made = make.collection([goes], indicators=[output])
    row = say(made, {f"v-{output.pk}": "1.25"})
    merges.merge(goes, stays, by=statistician, reason="同一户")
    row.refresh_from_db()
    assert row.company == stays
    assert act(as_user(statistician), made, "take", row).status_code == 302
    assert numbers() == {"佳禧面料": Decimal("1.25")}


def test_a_round_asks_as_many_questions_for_many_as_for_few(
    as_user, statistician, output, django_assert_max_num_queries
):
    client = as_user(statistician)
    made = asked_of("佳禧面料", "佳利德鞋业", output=output)
    say(made, {f"v-{output.pk}": "1.25"})

    def counted() -> int:
        with django_assert_max_num_queries(45) as seen:
            assert client.get(f"/desk/collections/{made.pk}/").status_code == 200
        return len(seen)

    few = counted()
    more = [Asked(make.company()) for _ in range(5)]
    collections.add_recipients(made, more, by=statistician)
    for at in range(2, 6):
        say(made, {f"v-{output.pk}": "2"}, at)
    assert counted() == few
