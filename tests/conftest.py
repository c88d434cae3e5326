"""What every test has: the needs (tests/needs.py), a database to start from and, where asked for,
the demo county (tests/databases.py), and the named cast (tests/cast.py)."""

pytest_plugins = ["tests.needs", "tests.databases", "tests.cast"]
