"""The English catalogue is complete: every sentence of the site has one, and none is left over."""

import re
from pathlib import Path

from django.utils import translation

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale/en/LC_MESSAGES/django.po"
IN_TEMPLATES = re.compile(r'{%\s*translate\s+"([^"]+)"')
IN_BLOCKS = re.compile(r"{%\s*blocktranslate[^%]*%}(.*?){%\s*endblocktranslate", re.DOTALL)
IN_CODE = re.compile(r'(?:\b_|gettext_noop)\(\s*"([^"]+)"')


def used() -> set[str]:
    templates = [
        *(ROOT / "templates/cms").rglob("*.html"),
        *(ROOT / "templates/includes").glob("site_*.html"),
        ROOT / "templates/base_site.html",
        ROOT / "templates/404.html",
        ROOT / "templates/403_csrf.html",
    ]
    found: set[str] = set()
    for path in templates:
        text = path.read_text()
        found |= set(IN_TEMPLATES.findall(text))
        found |= {re.sub(r"{{ (\w+) }}", r"%(\1)s", block) for block in IN_BLOCKS.findall(text)}
    for path in (ROOT / "cms").rglob("*.py"):
        found |= set(IN_CODE.findall(path.read_text()))
    return found


def catalogue() -> dict[str, str]:
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', CATALOGUE.read_text(), re.MULTILINE)
    return dict(pairs)


def test_every_sentence_of_the_site_has_its_english():
    assert used() - set(catalogue()) == set()
    assert all(catalogue().values())


def test_no_english_is_left_over():
    assert set(catalogue()) - used() == set()


def test_the_compiled_catalogue_is_the_written_one():
    with translation.override("en"):
        for chinese, english in catalogue().items():
            assert translation.gettext(chinese) == english


def test_placeholders_survive_translation():
    for chinese, english in catalogue().items():
        assert set(re.findall(r"%\(\w+\)", chinese)) == set(re.findall(r"%\(\w+\)", english))
