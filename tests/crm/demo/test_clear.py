"""Taking the demo county out: nothing of it stays, nothing of a user's goes."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from crm import clock, integrity
from crm.actions import duplicates, merges, rows
from crm.actions.demo import county
from crm.actions.pipeline import agreements, enquiries, followups, projects, receipts
from crm.actions.system import files, views
from crm.models import (
    Activity,
    Agreement,
    Assignment,
    Company,
    Contact,
    Enquiry,
    EnquiryState,
    FollowUp,
    FundingReceipt,
    Industry,
    KeyListing,
    Merge,
    Milestone,
    NotSame,
    Park,
    PersonKey,
    Project,
    Recognition,
    Review,
    Stage,
    StageMove,
    StoredFile,
    Team,
    User,
    Zone,
)
from search import engine
from tests import make

pytestmark = pytest.mark.django_db

# The record of what was done stays, the accounts it names, and the rules the product comes with.
STAYS = {
    "AuditEntry", "ImportBatch", "Installation", "ScaleThreshold", "StageRule", "ThresholdState",
    "Tier", "TierState", "User",
}  # fmt: skip


def clear() -> str:
    out = StringIO()
    call_command("clear_demo", stdout=out)
    return out.getvalue()


def left() -> dict[str, int]:
    counts = {
        model.__name__: model._default_manager.count()
        for model in apps.get_app_config("crm").get_models()
    }
    return {name: count for name, count in counts.items() if count and name not in STAYS}


def user(name: str) -> User:
    return User.objects.get(username=name)


def contents() -> list[tuple]:
    """Everything the ledger says, without row numbers, times of day and receipt codes."""
    named = {"project": "project__name", "park": "park__slug", "team": "team__name"}
    skipped = {"id", "created_at", "updated_at", "code", "key", "version", "file"}
    found = []
    for model in (
        Team, Industry, Park, Zone, Company, Project, StageMove, Agreement, FollowUp, Activity,
        Assignment, Contact, Enquiry, Milestone, Review, FundingReceipt, Recognition, KeyListing,
    ):  # fmt: skip
        fields = [
            field
            for field in model._meta.fields
            if field.name not in skipped and not isinstance(field, models.BinaryField)
        ]
        linked = [field.name for field in fields if field.is_relation]
        for row in model._default_manager.select_related(*linked):
            values = []
            for field in fields:
                value = getattr(row, field.name)
                if isinstance(field, models.DateTimeField):
                    value = value and timezone.localtime(value).date()
                elif field.name in named:
                    value = str(value)
                values.append(str(value))
            person = (row.name, row.phone) if hasattr(row, "phone_sealed") else ()
            found.append((model.__name__, *values, *person))
    return sorted(found)


def test_nothing_of_it_stays_even_where_it_may_not_be_loaded(demo_county, settings):
    from cms.models import ParkPage

    settings.DEMO_ALLOWED = False
    assert ParkPage.objects.exists()
    assert "已清除" in clear()
    assert left() == {}
    assert not ParkPage.objects.exists()
    assert clock.today() != date(2023, 9, 1)
    assert engine.verify() == []
    assert set(User.objects.filter(is_demo=True).values_list("is_active", flat=True)) == {False}


def test_the_ledger_keeps_its_word_without_it(demo_county):
    """Whatever users did with its rows: what named two of them goes along."""
    by = user("statistician")
    park = Park.objects.get(slug="lvxi-food")
    own = [projects.register({"name": f"自有项目{n}", "park": park}, by=by) for n in range(2)]
    theirs = list(Project.objects.exclude(pk__in=[one.pk for one in own]).order_by("pk")[:2])
    duplicates.not_same(*theirs, by=by)
    duplicates.not_same(own[0], theirs[0], by=by)
    duplicates.not_same(*own, by=by)
    merges.merge(make.project("又登记一次的项目", by=by), theirs[1], by=by)
    views.save_view("projects", "我的", "stage=lead", by=user("officer"))
    assert integrity.verify() == []
    clear()
    assert integrity.verify() == []
    assert not Merge.objects.exists()
    assert NotSame.objects.get().lower_id == own[0].pk


@pytest.mark.rehearsal
def test_loaded_again_it_says_the_same_beside_what_stayed(demo_county):
    before = contents()
    assert len(before) > 700
    park = Park.objects.get(slug="lvxi-food")
    own = projects.register({"name": "自有食品项目", "park": park}, by=user("statistician"))
    clear()
    assert county.load()
    after = contents()
    mine = [row for row in after if "自有食品项目" in row]
    assert {row[0] for row in mine} == {"Project", "StageMove"}
    assert [row for row in after if row not in mine] == before
    assert user("officer").is_active
    assert user("officer").team.name == "招商一科"
    clear()
    assert Project.objects.get() == own


def test_what_users_hung_on_its_rows_goes_too(demo_county):
    officer, project = user("officer"), Project.objects.get(name="校服学生装智能工厂项目")
    today = clock.today()
    followups.follow_up(project, by=officer, content="约定签约")
    scan = files.store(project, SimpleUploadedFile("协议.pdf", b"%PDF-1.7 demo"), by=officer)
    agreements.sign_agreement(
        project, by=officer, signed=today, amount=Decimal("230000000"), scan=scan
    )
    projects.advance(project, Stage.SIGNED, on=today, by=officer)
    make.contact(project, phone="13800009999")
    make.milestone(project, "filing", today)
    make.review(project, today)
    wrong = make.receipt(project, today)
    receipts.correct_receipt(wrong, {"amount": Decimal(1)}, by=officer, reason="看错")
    clear()
    assert not Project.objects.exists()
    assert not FundingReceipt.objects.exists()
    assert not StoredFile.objects.exists()
    assert not PersonKey.objects.exists()


def test_a_users_own_project_stays_with_the_registers_it_points_to(demo_county):
    statistician, park = user("statistician"), Park.objects.get(slug="lvxi-textile")
    own = projects.register(
        {
            "name": "自有纺织项目",
            "park": park,
            "team": Team.objects.get(name="招商一科"),
            "company": Company.objects.get(short_name="佳利德"),
        },
        by=statistician,
    )
    make.contact(own, phone="13800008888")
    told = clear()
    assert Project.objects.get() == own
    assert own.moves.count() == own.contacts.count() == 1
    # The themed park lies in the county park, so that stays as well.
    assert set(Park.objects.values_list("slug", flat=True)) == {
        "lvxi-textile",
        "lvxi-industrial-park",
    }
    assert "纺织鞋服" in set(Industry.objects.values_list("name", flat=True))
    assert Company.objects.get().short_name == "佳利德"
    assert "绿溪县纺织鞋服产业园" in told
    assert engine.verify() == []


def test_a_lead_made_of_a_demo_enquiry_is_the_users(demo_county):
    officer = user("officer")
    enquiry = Enquiry.objects.visible_to(officer).filter(state=EnquiryState.NEW).first()
    lead = enquiries.accept_enquiry(enquiry, by=officer)
    clear()
    assert Project.objects.get() == lead
    assert not Enquiry.objects.exists()


def test_an_enquiry_a_visitor_sent_stays_with_its_park(demo_county):
    sent = make.enquiry(Park.objects.get(slug="lvxi-industrial-park"), phone="13900001234")
    clear()
    assert Enquiry.objects.get() == sent
    assert Enquiry.objects.get().phone == "13900001234"


def test_an_industry_a_users_park_names_stays(demo_county):
    own = rows.register(
        Park,
        {"name": "自有园区", "slug": "own", "industries": [Industry.objects.get(name="健康食品")]},
        by=user("statistician"),
    )
    clear()
    assert Park.objects.get() == own
    assert [industry.name for industry in own.industries.all()] == ["健康食品"]
