import pytest

from search import index
from tests.search import toy


@pytest.fixture
def only_toys():
    """The indexes of the product step aside: these tests are about search alone."""
    kept = index.registered()
    for one in kept:
        index.unregister(one.kind)
    yield
    for one in index.registered():
        index.unregister(one.kind)
    for one in kept:
        index.register(one)


@pytest.fixture
def county(db, only_toys):
    return toy.county()
