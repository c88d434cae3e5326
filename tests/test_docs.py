"""The documents say what is true: commands, accounts, addresses, links, shape of decisions."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from crm import demo
from crm.access import Role
from crm.stages import Stage
from tests.house import ROOT, read, tracked

README = "README.md"
ACCOUNT = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
ENDS_IN_RULES = re.compile(r"\n[#* ]*Rules[.*]*\n\s*((\d+\.|-| ) .*(\n|\Z))+\Z")
TOUR = re.compile(r"<http://localhost:8000(/[^>]*)>")


def dead_links(name: str, text: str, root: Path = ROOT) -> list[str]:
    """Links of a document to files that are not there. Addresses of the web are left alone."""
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    folder = (root / name).parent
    return [
        f"{name}: {target}"
        for target in targets
        if "://" not in target
        and not target.startswith("mailto:")
        and not (folder / target).exists()
    ]


def faults_of_decision(name: str, text: str) -> list[str]:
    """A decision is short and ends in rules that can be followed."""
    lines = text.strip().splitlines()
    faults = [] if len(lines) <= 40 else [f"{name} has {len(lines)} lines, more than 40"]
    if not re.fullmatch(r"docs/decisions/\d{4}-[a-z0-9-]+\.md", name):
        faults.append(f"{name} is not named NNNN-words.md")
    if not ENDS_IN_RULES.search(text):
        faults.append(f"{name} does not end in rules")
    return faults


def table_under(text: str, heading: str) -> str:
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def test_the_readme_names_both_commands_in_both_languages():
    english, chinese = read(README).split("\n# ParkLedger 园账（中文）\n")
    for part in (english, chinese):
        assert "make run" in part
        assert "make test" in part


def test_the_accounts_of_the_readme_are_those_of_the_demo():
    english, chinese = read(README).split("\n# ParkLedger 园账（中文）\n")
    listed = ACCOUNT.findall(table_under(english, "Demo accounts"))
    assert listed == list(demo.USERNAMES)
    assert re.findall(r"`(\w+)` [\u4e00-\u9fff]", table_under(chinese, "演示账号")) == listed
    assert english.count(f"`{demo.PASSWORD}`") == chinese.count(f"`{demo.PASSWORD}`") == 1


def test_every_role_has_a_demo_account():
    assert set(demo.USERNAMES) == set(Role.values)


def tour(part: str) -> str:
    return table_under(part, "A tour of three minutes" if "\n## A tour" in part else "三分钟导览")


def test_the_tour_has_five_stops_in_both_languages():
    english, chinese = (tour(part) for part in read(README).split("\n# ParkLedger 园账（中文）\n"))
    for stops in (english, chinese):
        assert re.findall(r"^(\d)\. ", stops, re.MULTILINE) == list("12345")
    assert TOUR.findall(english) == TOUR.findall(chinese)
    assert len(TOUR.findall(english)) == 5


@pytest.mark.parametrize("address", TOUR.findall(tour(read(README))))
def test_a_stop_of_the_tour_opens_for_the_account_it_names(address, officer, statistician, client):
    client.force_login(statistician if "/report/" in address else officer)
    assert client.get(address).status_code == 200


def test_an_address_that_is_not_there_does_not_open(officer, client):
    client.force_login(officer)
    assert client.get("/desk/no-such-page/").status_code == 404


def test_every_command_of_the_readme_exists():
    rows = table_under(read(README), "Commands")
    named = {
        command.split()[0]
        for row in rows.splitlines()
        if row.startswith("| `")
        for command in re.findall(r"`([^`]+)`", row.split("|")[1])
    }
    assert named - set(get_commands()) == set()
    assert len(named) >= 9


def test_the_changelog_tells_what_the_current_version_brings():
    version = re.search(r'^version = "([^"]+)"', read("pyproject.toml"), re.MULTILINE)
    assert version
    assert f"\n## {version[1]} " in read("CHANGELOG.md")


def test_every_link_to_a_file_leads_somewhere():
    assert [dead for name in tracked("*.md") for dead in dead_links(name, read(name))] == []


def test_a_dead_link_is_found(tmp_path):
    text = "[a](gone.md) [b](here.md#part) [c](https://example.org/x) ![d](no.png)"
    (tmp_path / "here.md").touch()
    assert dead_links("README.md", text, tmp_path) == ["README.md: gone.md", "README.md: no.png"]


def test_every_decision_is_short_and_ends_in_rules():
    names = tracked("docs/decisions/*.md")
    assert [fault for name in names for fault in faults_of_decision(name, read(name))] == []
    assert len(names) >= 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docs/decisions/0009-long.md", "# A\n" * 40 + "\n**Rules**\n\n1. Short.\n"),
        ("docs/decisions/0009-idle.md", "# A\n\nNo rules.\n"),
        ("docs/decisions/0009-on.md", "# A\n\n**Rules**\n\n1. One.\n\nAnd so on.\n"),
        ("docs/decisions/later.md", "# A\n\n**Rules**\n\n1. One.\n"),
    ],
)
def test_a_decision_without_shape_is_found(name, text):
    assert faults_of_decision(name, text)
    assert faults_of_decision("docs/decisions/0009-a.md", "# A\n\n**Rules**\n\n1. One.\n") == []


def test_the_glossary_explains_every_stage_with_the_word_users_read():
    glossary = read("docs/glossary.md")
    missing = [stage for stage in Stage if f"`Stage.{stage.name}`" not in glossary]
    assert missing == []
    assert [stage.label for stage in Stage if stage.label not in glossary] == []


def test_every_variable_the_settings_read_is_in_the_operations_guide():
    names = set(
        re.findall(
            r'env\.(?:flag|text|number|words|secret)\(\s*"(\w+)"', read("config/settings.py")
        )
    )
    names |= set(re.findall(r'text\("(\w+)"\)', read("config/env.py")))
    guide = table_under(read("docs/operations.md"), "Environment")
    assert {name for name in names if f"| `{name}` |" not in guide} == set()
    assert {"DEBUG", "SECRET_KEY", "DATABASE_URL"} <= names
