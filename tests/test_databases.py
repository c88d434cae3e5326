"""The databases that tests start from: made anew when what decides them changes, once, and whole
again after every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crm.models import DemoCounty, StageRule, Team
from tests import make, template_databases
from tests.house import ROOT
from tests.template_databases import DEMO, EMPTY, Template, files, key, ready, store

DECIDES_BOTH = [
    "crm/migrations/0003_confirmations.py",
    "crm/exact.py",  # which the migrations import
    "search/words.txt",
    "config/settings.py",
    "requirements.txt",
]
DECIDES_THE_COUNTY = ["demo/parks.csv", "crm/actions/pipeline/projects.py", "cms/demo_texts.py"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the files that decide, to be changed."""
    for path in files(EMPTY) | files(DEMO):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return tmp_path


def keys(root: Path) -> tuple[str, str]:
    return key(EMPTY, root), key(DEMO, root)


@pytest.mark.parametrize("name", DECIDES_BOTH)
def test_a_changed_migration_means_another_ledger_and_another_county(checkout, name):
    before = keys(checkout)
    assert before == keys(ROOT)
    with (checkout / name).open("a") as file:
        file.write("\n")
    after = keys(checkout)
    assert after[0] != before[0]
    assert after[1] != before[1]


@pytest.mark.parametrize("name", DECIDES_THE_COUNTY)
def test_a_changed_row_or_verb_means_another_county_on_the_same_ledger(checkout, name):
    before = keys(checkout)
    with (checkout / name).open("a") as file:
        file.write("\n")
    after = keys(checkout)
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_a_new_and_a_renamed_file_count_too(checkout):
    before = keys(checkout)
    new = checkout / "crm" / "migrations" / "9999_new.py"
    new.touch()
    with_new = keys(checkout)
    new.rename(new.with_name("9999_renamed.py"))
    assert len({before, with_new, keys(checkout)}) == 3


def test_what_python_compiled_beside_the_files_decides_nothing(checkout):
    before = keys(checkout)
    for folder in ("crm/migrations", "search/migrations", "crm"):
        compiled = checkout / folder / "__pycache__"
        compiled.mkdir(parents=True)
        (compiled / "a.cpython-311.pyc").write_bytes(b"\xff\x00")
    assert keys(checkout) == before


def test_another_key_of_the_personal_fields_means_another_county(monkeypatch):
    before = key(DEMO)
    monkeypatch.setenv("FIELD_KEYS", "another-field-key-of-no-value-0123456789")
    assert key(DEMO) != before


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the toys of a test lie; what they leave on a server goes."""
    monkeypatch.setattr(template_databases, "FOLDER", tmp_path)
    yield tmp_path
    for name in store().standing("toy"):
        store().drop(name)


def toy(log: Path, mark: str) -> Template:
    """A template whose command says on a line that it has run."""
    return Template("toy", ("shell", "-v0", "-c", f"open({str(log)!r}, 'a').write({mark!r})"), ())


def name_of(template: Template) -> str:
    with ready(template) as name:
        return name


@pytest.mark.rehearsal
def test_of_two_who_ask_at_once_one_makes_it_and_both_have_it(folder):
    log = folder / "log"
    with ThreadPoolExecutor(2) as pool:
        names = list(pool.map(name_of, [toy(log, "made ")] * 2))
    assert log.read_text() == "made "
    assert store().standing("toy") == names[:1] == names[1:]


@pytest.mark.rehearsal
def test_templates_that_nothing_asks_for_any_more_go(folder, monkeypatch):
    monkeypatch.setattr(template_databases, "KEPT", 1)
    old, new = (name_of(toy(folder / "log", mark)) for mark in ("old ", "new "))
    assert old != new
    assert store().standing("toy") == [new]


@pytest.mark.rehearsal
def test_what_a_command_that_failed_has_left_is_no_template(folder):
    broken = Template("toy", ("shell", "-v0", "-c", "raise SystemExit(1)"), ())
    with pytest.raises(AssertionError), ready(broken):
        pass
    assert store().standing("toy") == []
    assert not list(folder.glob("*draft*"))
    with ThreadPoolExecutor(1) as pool:  # nobody holds the lock
        assert pool.submit(name_of, toy(folder / "log", "made ")).result(timeout=60)


@pytest.mark.parametrize("time", ["first", "second"])
@pytest.mark.django_db(transaction=True)
def test_after_a_test_that_wrote_for_good_the_ledger_is_as_migrations_left_it(time):
    assert StageRule.objects.exists()
    assert not Team.objects.exists()
    make.team("招商一科")


@pytest.mark.parametrize("time", ["first", "second"])
@pytest.mark.django_db(transaction=True)
def test_and_the_demo_county_is_whole(time, demo_county):
    assert DemoCounty.objects.get() == demo_county
    DemoCounty.objects.all().delete()
