"""What every test has: the needs (tests/needs.py) and the named cast (tests/cast.py)."""

pytest_plugins = ["tests.needs", "tests.cast"]
