"""`import_ledger`: json alone on stdout, exit codes, the error file, the mapping."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.models import Project
from tests.needs import SHARED

pytestmark = pytest.mark.django_db

ROWS = "项目名称,投资额,单位,阶段描述\n甲,120,亿元,签约\n乙,1,亿元,开工|签约\n丙,,,\n"
NEWS = SHARED / "data" / "import" / "investment_projects_from_news.csv"


@pytest.fixture
def file(tmp_path, settings):
    settings.VAR = tmp_path / "var"
    path = tmp_path / "项目.csv"
    path.write_text(ROWS, encoding="gb18030")
    return path


def run(*arguments) -> str:
    out = StringIO()
    call_command("import_ledger", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_json_alone_on_stdout_tells_columns_counts_and_reasons(file, statistician):
    answer = json.loads(
        run(file, "--ledger", "projects", "--as", "statistician", "--format", "json")
    )
    assert answer == {
        "columns": {
            "项目名称": "name",
            "投资额": "planned_investment",
            "单位": None,
            "阶段描述": "stage",
        },
        "new": 2,
        "changed": 0,
        "same": 0,
        "duplicate": 0,
        "refused": [
            {
                "row": 3,
                "column": "阶段描述",
                "reason": "一格里有几个阶段：“开工”和“签约”，请只留一个，或在对词时选取哪一个。",
            }
        ],
        "questions": [
            {
                "column": "阶段描述",
                "field": "stage",
                "word": "开工|签约",
                "rows": 1,
                "proposals": [
                    {
                        "value": label,
                        "label": label,
                        "confidence": "medium",
                        "why": "一格里写了几个阶段",
                    }
                    for label in ("开工建设", "签约")
                ],
            }
        ],
        "to_check": [],
    }
    assert Project.objects.count() == 2


def test_the_error_file_is_kept_apart_from_the_input(file, statistician, settings):
    text = run(file, "--ledger", "projects", "--as", "statistician")
    errors = settings.VAR / "imports" / "项目-错误行.csv"
    assert "错误原因" in errors.read_text(encoding="utf-8-sig")
    assert str(errors) in text
    assert "新增 2" in text
    assert [path.name for path in file.parent.glob("*.csv")] == ["项目.csv"]


def test_a_dry_run_writes_neither_rows_nor_an_unasked_file(file, statistician, settings, tmp_path):
    run(file, "--ledger", "projects", "--as", "statistician", "--dry-run")
    assert not Project.objects.exists()
    assert not (settings.VAR / "imports").exists()
    asked = tmp_path / "退回.xlsx"
    run(file, "--ledger", "projects", "--as", "statistician", "--dry-run", "--errors", asked)
    assert asked.exists()


def test_a_mapping_file_is_followed(file, statistician, tmp_path):
    mapping = tmp_path / "m.json"
    mapping.write_text(
        json.dumps({"several_stages": "furthest", "columns": {"投资额": None}}), encoding="utf-8"
    )
    out = run(file, "--ledger", "projects", "--as", "statistician", "--mapping", mapping)
    assert "退回 0" in out
    assert not Project.objects.exclude(planned_investment=None).exists()


def test_what_cannot_be_read_ends_with_the_reason(file, statistician, tmp_path):
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"<html>")
    mapping = tmp_path / "m.json"
    mapping.write_text("{", encoding="utf-8")
    common = ["--ledger", "projects", "--as", "statistician"]
    for arguments, reason in [
        ([bad, *common], "网页"),
        ([tmp_path / "absent.csv", *common], "打不开文件"),
        ([file, *common, "--mapping", mapping], "JSON"),
        ([file, *common, "--mapping", tmp_path / "absent.json"], "映射文件"),
        ([file, "--ledger", "projects", "--as", "nobody"], "nobody"),
        ([file, "--ledger", "moves", "--as", "statistician"], "moves"),
    ]:
        with pytest.raises(CommandError, match=reason):
            run(*arguments)


@pytest.mark.shared
def test_the_news_file_is_taken_but_for_the_rows_with_two_stages(statistician, settings, tmp_path):
    settings.VAR = tmp_path
    arguments = [NEWS, "--ledger", "projects", "--as", "statistician", "--format", "json"]
    answer = json.loads(run(*arguments))
    assert (answer["new"], len(answer["refused"])) == (53, 20)
    assert {refusal["column"] for refusal in answer["refused"]} == {"阶段描述"}
    again = json.loads(run(*arguments))
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 53)
