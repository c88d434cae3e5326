"""What every test has: the needs (tests/needs.py), the named cast (tests/cast.py) and, where asked
for, the demo county (tests/demo_fixture.py)."""

pytest_plugins = ["tests.needs", "tests.cast", "tests.demo_fixture"]
