"""The house stays a house: each rule holds in the checkout, and each rule can fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import house

Rule = Callable[[str, str], list[str]]


def broken(rule: Rule, *patterns: str) -> list[str]:
    return [found for name in house.tracked(*patterns) for found in rule(name, house.read(name))]


def test_imports_point_one_way():
    assert broken(house.reverse_arrows, *(f"{app}/**.py" for app in house.APPS)) == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("search/engine.py", "from crm.models import Project"),
        ("search/engine.py", "def run():\n    import crm.access"),
        ("search/backends/elastic.py", "from cms import models"),
        ("search/engine.py", "from config import settings"),
        ("crm/views/pipeline/board.py", "from cms.models import ParkPage"),
        ("crm/views/pipeline/board.py", "from config.settings import DEBUG"),
        ("crm/views/pipeline/board.py", "from ....cms import models"),
        ("crm/stages.py", "from crm.models import Project"),
        ("cms/views.py", "from crm.models import Project"),
        ("cms/views.py", "from crm import models, public"),
        ("cms/models/parks.py", "import crm"),
        ("cms/views.py", "from crm.public_things import card"),
    ],
)
def test_an_import_against_the_direction_is_found(name, source):
    assert house.reverse_arrows(name, source)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("cms/views.py", "from crm import public\nfrom crm.public import park_card"),
        ("cms/search_index.py", "from search.index import Index"),
        ("crm/views/pipeline/board.py", "from ... import actions\nfrom search import engine"),
        ("crm/stages.py", "from enum import StrEnum"),
        ("config/urls.py", "from crm import urls"),
    ],
)
def test_an_import_along_the_direction_passes(name, source):
    assert house.reverse_arrows(name, source) == []


def test_no_module_of_the_ledger_imports_itself_through_others():
    sources = {name: house.read(name) for name in house.tracked("crm/**.py")}
    assert house.circles(sources) == []


@pytest.mark.parametrize(
    "line",
    [
        "from crm.models import User",
        "def f():\n    from crm.models.base import Row",
        "if TYPE_CHECKING:\n    import crm.models.base",
    ],
)
def test_a_circle_of_imports_is_found(line):
    models = {
        "crm/models/__init__.py": "from crm.models.base import Row as User",
        "crm/models/base.py": "from crm import access",
    }
    assert house.circles(models | {"crm/access.py": line})
    assert house.circles(models | {"crm/access.py": "from crm import dates"}) == []


def test_rows_of_the_ledger_are_written_by_its_verbs():
    assert broken(house.writes, "crm/**.py") == []


@pytest.mark.parametrize(
    "line",
    [
        "Project.objects.create(name='a')",
        "project.moves.create(to='signed')",
        "Project.objects.filter(pk=1).update(stage='signed')",
        "Project.objects.bulk_create(rows)",
        "Project.objects.get_or_create(name='a')",
        "project.save()",
        "project.save(update_fields=['stage'])",
        "form.save()",
        "project.delete()",
        "Project.objects.all().delete()",
        "cursor.execute('update crm_project set stage = 1')",
    ],
)
def test_a_write_outside_the_verbs_is_found(line):
    assert house.writes("crm/views/pipeline/projects.py", line)
    assert house.writes("crm/actions/pipeline/projects.py", line) == []


@pytest.mark.parametrize(
    "line",
    [
        "values.update(stage='signed')",
        "digest.update(data)",
        "form.save(commit=False)",
        "book.save(path)",
        "cursor.execute('SELECT 1')",
    ],
)
def test_what_writes_no_row_passes(line):
    assert house.writes("crm/views/pipeline/projects.py", line) == []


def test_the_site_takes_no_model_of_the_ledger():
    assert broken(house.borrowed_models, "cms/**.py") == []


@pytest.mark.parametrize(
    "line", ["apps.get_model('crm', 'Project')", "apps.get_model('crm.Project')"]
)
def test_a_model_taken_through_the_registry_is_found(line):
    assert house.borrowed_models("cms/views.py", line)
    assert house.borrowed_models("cms/views.py", line.replace("crm", "cms")) == []


def test_there_is_one_clock():
    assert broken(house.other_clocks, "crm/**.py") == []


@pytest.mark.parametrize(
    "line",
    [
        "timezone.now()",
        "f = Field(default=timezone.now)",
        "timezone.localdate()",
        "timezone.localtime()",
        "datetime.date.today()",
        "datetime.datetime.now(tz)",
        "from django.utils.timezone import now",
        "from django.db.models.functions import Now",
        "at = DateTimeField(auto_now_add=True)",
    ],
)
def test_another_clock_is_found(line):
    assert house.other_clocks("crm/actions/pipeline/projects.py", line)


@pytest.mark.parametrize(
    "line",
    [
        "clock.now()",
        "clock.today()",
        "from datetime import datetime",
        "timezone.localtime(move.recorded_at)",
    ],
)
def test_the_one_clock_passes(line):
    assert house.other_clocks("crm/actions/pipeline/projects.py", line) == []


def test_every_exception_is_still_needed():
    unmarked = [
        name
        for rule, exceptions in (
            (house.other_clocks, house.REAL_CLOCK),
            (house.writes, house.NO_LEDGER_ROWS),
        )
        for name in exceptions
        if not rule(f"crm/not/{name}", house.read(name))
    ]
    assert unmarked == []


def test_no_module_outgrows_its_noun():
    names = (f"{folder}/**.py" for folder in (*house.APPS, "tools", "bench"))
    assert [line for line in broken(house.too_long, *names) if "/migrations/" not in line] == []


def test_a_module_of_401_lines_is_found():
    assert house.too_long("crm/a.py", "\n" * 401)
    assert house.too_long("crm/a.py", "\n" * 400) == []


def test_every_folder_of_tests_is_a_package():
    assert house.folders_without_init(house.ROOT / "tests") == []


def test_a_folder_of_tests_without_init_is_found(tmp_path: Path):
    (tmp_path / "tests" / "search").mkdir(parents=True)
    (tmp_path / "tests" / "search" / "test_a.py").touch()
    (tmp_path / "tests" / "__init__.py").touch()
    assert house.folders_without_init(tmp_path / "tests") == ["tests/search"]


def test_only_our_own_sources_are_tracked():
    assert house.not_ours(house.tracked()) == []


@pytest.mark.parametrize(
    "name", ["static/desk/htmx.min.js", "node_modules/a/b.js", "var/a.sqlite3", "crm/a.pyc"]
)
def test_a_third_party_or_built_file_is_found(name):
    assert house.not_ours([name, "static/desk/desk.js"]) == [name]


def test_templates_carry_no_inline_script():
    assert broken(house.inline_code, "templates/**.html", "*/templates/**.html") == []


@pytest.mark.parametrize(
    "line", ["<script>go()</script>", '<a onclick="go()">', "<p onload='go()'>"]
)
def test_inline_script_is_found(line):
    assert house.inline_code("templates/a.html", line)


@pytest.mark.parametrize(
    "line",
    [
        '<script src="a.js" defer></script>',
        '<script type="application/ld+json">{}</script>',
        '<a data-once="1">',
        '{# no onclick="" here #}',
    ],
)
def test_data_and_linked_scripts_pass(line):
    assert house.inline_code("templates/a.html", line) == []
