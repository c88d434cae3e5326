"""The rules of the house as functions: source in, sentences about what breaks the rule out.

tests/test_architecture.py runs them over the checkout and proves of each one that it can fail.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "cms", "crm", "search")
# Who may import whom. cms comes to the ledger through one door, crm.public.
MAY_IMPORT = {
    "search": {"search"},
    "crm": {"crm", "search"},
    "cms": {"cms", "crm.public", "search"},
    "config": {"config", "cms", "crm", "search"},
}
WRITERS = ("crm/actions/", "crm/models/", "crm/migrations/")
# What is written elsewhere is no row of the ledger.
NO_LEDGER_ROWS = {
    "crm/limits.py": "counters of how often a stranger asked",
}
WRITES = {"create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
WRITES |= {f"a{name}" for name in WRITES}
SAVES = {"save", "delete", "asave", "adelete"}
QUERIES = {"objects", "filter", "exclude", "all", "select_for_update", "get_queryset"}
CLOCKS = {
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("timezone", "localtime"),
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("functions", "Now"),
}
# Where the real clock is right, and why.
REAL_CLOCK = {
    "crm/clock.py": "it is the clock",
    "crm/models/system/audit.py": "who did what when is evidence",
    "crm/models/system/files.py": "when a file arrived is evidence",
    "crm/models/system/imports.py": "when a batch was loaded is evidence",
    "crm/tasks.py": "how long work has waited is the machine's time",
    "crm/models/system/uploads.py": "how long a table has been waiting",
    "crm/actions/system/uploads.py": "how long a table has been waiting",
    "crm/models/base.py": "when a row was stored, for support; no figure reads it",
}
LONGEST_MODULE = 400


def tracked(*patterns: str) -> list[str]:
    """Files of the checkout as git sees them, new ones too."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(name for name in set(listed.split("\0")) if name and (ROOT / name).is_file())


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def imports(name: str, source: str) -> Iterator[tuple[int, str]]:
    """Every module a file imports, wherever in the file, by its full name."""
    package = Path(name).parent.parts
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            # `from crm import public` imports crm.public; names of a module pass as well.
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def reverse_arrows(name: str, source: str) -> list[str]:
    """Imports against the direction config → cms → crm.public → crm → search → Django."""
    app = name.split("/")[0]
    allowed = set() if name == "crm/stages.py" else MAY_IMPORT[app]
    return [
        f"{name}:{line}: {app} may not import {module}"
        for line, module in imports(name, source)
        if module.split(".")[0] in APPS
        and not any(module == door or module.startswith(f"{door}.") for door in allowed)
    ]


def circles(sources: dict[str, str]) -> list[str]:
    """Modules of one app that import each other in a circle, wherever in the file they do it."""
    modules = {
        ".".join(Path(name).with_suffix("").parts).removesuffix(".__init__"): (name, source)
        for name, source in sources.items()
    }
    graph: dict[str, set[str]] = {}
    for module, (name, source) in modules.items():
        found = set()
        for _, imported in imports(name, source):
            # `from crm.models import Project` imports crm.models; `from crm import dates` a module.
            known = imported if imported in modules else imported.rpartition(".")[0]
            if known in modules and known != module:
                found.add(known)
        graph[module] = found
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" ← ".join(error.args[1])]
    return []


def dotted(node: ast.AST) -> list[str]:
    """a.b(…).c → ["a", "b", "c"]: the names a chain of calls and attributes goes through."""
    names = []
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    return [*([node.id] if isinstance(node, ast.Name) else []), *reversed(names)]


def writes(name: str, source: str) -> list[str]:
    """Rows written past the verbs: no record, no right asked, no search index told."""
    if name.startswith(WRITERS) or name in NO_LEDGER_ROWS:
        return []
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        verb, receiver = node.func.attr, dotted(node.func.value)
        unsaved = any(
            word.arg == "commit" and isinstance(word.value, ast.Constant) and not word.value.value
            for word in node.keywords
        )
        if (
            verb in WRITES
            or (verb in SAVES and not node.args and not unsaved)
            or (verb in {"update", "aupdate"} and QUERIES & set(receiver))
            or (verb in {"execute", "executemany"} and writes_sql(node))
        ):
            found.append(f"{name}:{node.lineno}: .{verb}() belongs in crm/actions/")
    return found


def writes_sql(call: ast.Call) -> bool:
    sql = call.args[0] if call.args else None
    return isinstance(sql, ast.Constant) and bool(
        re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", str(sql.value), re.IGNORECASE)
    )


def borrowed_models(name: str, source: str) -> list[str]:
    """cms reaching a model of the ledger through the registry instead of crm.public."""
    return [
        f"{name}:{node.lineno}: the ledger is read through crm.public"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and dotted(node.func)[-1:] == ["get_model"]
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).split(".")[0] == "crm"
    ]


def other_clocks(name: str, source: str) -> list[str]:
    """Business dates from anything but crm/clock.py, which the demo county and the tests set."""
    if name in REAL_CLOCK or "/migrations/" in name:
        return []
    found, tree = [], ast.parse(source)
    # timezone.localtime(moment) only converts.
    conversions = {
        id(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and dotted(node.func)[-1:] == ["localtime"]
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            pair = tuple(dotted(node)[-2:])
            if pair in CLOCKS and id(node) not in conversions:
                found.append(f"{name}:{node.lineno}: {'.'.join(pair)} is not crm.clock")
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").split(".")[-1]
            found += [
                f"{name}:{node.lineno}: {module}.{alias.name} is not crm.clock"
                for alias in node.names
                if (module, alias.name) in CLOCKS and module != "datetime"
            ]
        elif isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            found.append(f"{name}:{node.value.lineno}: {node.arg} is not crm.clock")
    return found


def too_long(name: str, source: str) -> list[str]:
    lines = source.count("\n")
    return [f"{name} has {lines} lines: split the noun"] if lines > LONGEST_MODULE else []


def folders_without_init(tests: Path) -> list[str]:
    """Without __init__.py tests/search would shadow search."""
    return sorted(
        str(folder.relative_to(tests.parent))
        for folder in {module.parent for module in tests.rglob("*.py")}
        if not (folder / "__init__.py").exists()
    )


def not_ours(names: list[str]) -> list[str]:
    """Built or third-party files: they come from packages, not from the repository."""
    pattern = r"\.min\.(js|css)$|(^|/)node_modules/|\.py[co]$|\.sqlite3?$|(^|/)static/vendor/"
    return [name for name in names if re.search(pattern, name)]


def inline_code(name: str, source: str) -> list[str]:
    """Script the Content-Security-Policy refuses to run: <script> without src, onclick=…"""
    source = re.sub(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}", blank, source, flags=re.DOTALL)
    pattern = (
        r"<script(?![^>]*\bsrc=)(?![^>]*type=.application/(?:ld\+)?json)|\son[a-z]+\s*=\s*[\"']"
    )
    return [
        f"{name}:{source.count(chr(10), 0, match.start()) + 1}: {match.group().strip()}"
        for match in re.finditer(pattern, source, re.IGNORECASE)
    ]


def blank(comment: re.Match[str]) -> str:
    return "\n" * comment.group().count("\n")
