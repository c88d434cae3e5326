"""称号: which counted title a recognition is, whether it is new, and what is claimed of it."""

from datetime import date

import pytest

from crm import clock, ledgers
from crm.dates import When
from crm.errors import Refused
from crm.models import OriginalText, Recognition
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db
LEDGER = ledgers.get("recognitions")


@pytest.fixture
def company(db):
    return make.company("绿溪佳禧印染有限公司")


def titled(title, company, level="nation", **values):
    return make.recognition(title, company=company, kind="rating", level=level, **values)


@pytest.mark.parametrize(
    ("title", "level", "kind"),
    [
        ("全国专精特新“小巨人”企业", "nation", "little_giant"),
        ("全省专精特新中小企业", "province", "provincial_srdi"),
        ("省制造业“贡嘎培优”企业", "province", "gongga"),
        ("国家绿色工厂", "nation", "green_factory"),
        ("省级“小巨人”企业", "province", ""),
        ("先进企业", "nation", ""),
    ],
)
def test_a_title_nobody_names_is_the_one_its_words_say(company, title, level, kind):
    assert titled(title, company, level).title_kind == kind


def test_what_somebody_said_goes_before_the_words(company):
    assert titled("“小巨人”辅导先进企业", company, title_kind="other").title_kind == "other"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title_kind": "little_giant", "level": "province"}, "level"),
        ({"title_kind": "gongga", "level": "city"}, "level"),
        ({"title_kind": "special_park", "level": "city"}, "title_kind"),
    ],
)
def test_a_title_of_another_holder_or_level_is_refused(company, values, field):
    with pytest.raises(Refused) as refused:
        titled("称号", company, **values)
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("word", ["复核", "续期"])
def test_a_title_that_says_it_is_looked_at_again_is_no_first_one(company, word):
    with pytest.raises(Refused) as refused:
        titled(f"专精特新“小巨人”企业（{word}）", company)
    assert set(refused.value.fields) == {"grant"}
    assert titled(f"专精特新“小巨人”企业（{word}）", company, grant="review").pk


CLAIM = {
    "claim": "全市唯一", "claim_scope": "city", "claim_on": date(2023, 5, 1),
    "claim_source": "市政府通报",
}  # fmt: skip


@pytest.mark.parametrize("missing", ["claim", "claim_scope", "claim_on", "claim_source"])
def test_a_claim_says_where_when_and_by_whose_word(company, missing):
    with pytest.raises(Refused) as refused:
        titled("先进企业", company, **{k: v for k, v in CLAIM.items() if k != missing})
    assert set(refused.value.fields) == {missing}
    assert titled("先进企业", company, **CLAIM).claim == "全市唯一"


def test_a_claim_of_tomorrow_is_refused(company):
    with clock.playing(date(2023, 4, 30)), pytest.raises(Refused, match="今天之后"):
        titled("先进企业", company, granted=None, **CLAIM)


HEAD = "荣誉名称,对象,企业,类型,级别,称号,认定方式,状态,获批日期\n"
LINE = "专精特新企业名单,企业,绿溪佳禧印染有限公司,评定,国家级,{},{},获批,{}\n"


def brought(text, by):
    return import_file((HEAD + text).encode(), "a.csv", LEDGER, by=by)


@pytest.mark.parametrize(
    ("word", "grant", "kept"),
    [
        ("专精特新“小巨人”企业", "首次", ("little_giant", "first")),
        ("国家级专精特新小巨人", "复核通过", ("little_giant", "review")),
        ("国家小巨人", "", ("little_giant", "first")),
        ("", "续期", ("", "renewal")),
    ],
)
def test_a_list_names_titles_in_the_words_of_offices(company, statistician, word, grant, kept):
    plan = brought(LINE.format(word, grant, "2023-07-14"), statistician)
    assert plan.refused == []
    row = Recognition.objects.get()
    said = row.title_kind if word else ""
    assert (said, row.grant) == kept


def test_a_word_that_is_no_title_costs_the_cell_and_not_the_row(company, statistician):
    plan = brought(LINE.format("瞪羚", "首次", "2023-07-14"), statistician)
    assert plan.counts["new"] == 1
    assert [(one.field, one.text) for one in OriginalText.objects.open()] == [
        ("title_kind", "瞪羚")
    ]


def test_a_renewal_in_a_list_leaves_the_first_grant_as_it_was(company, statistician):
    brought(LINE.format("国家小巨人", "首次", "2020-07-14"), statistician)
    for year in (2023, 2026):
        with clock.playing(date(2026, 12, 31)):
            brought(LINE.format("国家小巨人", "复核", f"{year}-07-14"), statistician)
    assert list(Recognition.objects.order_by("granted_on").values_list("grant", flat=True)) == [
        "first", "review", "review",
    ]  # fmt: skip
    with clock.playing(date(2026, 12, 31)):
        again = brought(LINE.format("国家小巨人", "复核", "2026-07-14"), statistician)
    assert again.counts["same"] == 1


def test_the_form_folds_what_is_seldom_said(client, statistician):
    client.force_login(statistician, backend="crm.signin.Backend")
    page = client.get("/desk/recognitions/new/").content.decode()
    assert page.count("<details") >= 2
    assert page.index("认定方式") < page.index("说法出处")


def test_the_grant_keeps_how_exactly_its_day_is_known(company):
    made = titled("先进企业", company, granted=When.month(2022, 6))
    assert made.states.get().granted_until == date(2022, 6, 30)
