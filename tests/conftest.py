"""What every test has: the needs (tests/needs.py) and the named cast (tests/cast.py)."""

import importlib.util

pytest_plugins = ["tests.needs"]
if importlib.util.find_spec("tests.cast"):
    pytest_plugins.append("tests.cast")
