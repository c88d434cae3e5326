"""Property: whatever is typed, the answer comes, stays in the scope and marks what it shows."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.query import Scope
from tests.search import toy
from tests.search.toy import ask, ids

pytestmark = pytest.mark.django_db

WORDS = "飞尚 电池 签约 10亿以上 佳喜 fsxx feishang 國 ９ 鞋 1-5亿 的 AND NOT _s"
PIECES = st.sampled_from([*WORDS.split(), *"“\"*():^-+'{}\\ ", "\x00", "\ud800"])
TYPED = st.text(max_size=40) | st.lists(PIECES, max_size=12).map("".join)
QUICK = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUICK
@given(text=TYPED, tokens=st.frozensets(st.sampled_from(["team:1", "team:2", "user:7"])))
def test_hits_are_within_the_scope_and_marks_within_the_title(county, text, tokens):
    result = ask(text, Scope(tokens), limit=50)
    seen = {i for i, row in county.rows.items() if row.scopes & tokens}
    assert set(ids(result)) <= seen
    assert result.total <= len(seen)
    assert sum(result.facets.get("kind", {}).values()) == result.total
    for hit in result.hits:
        assert hit.title == county.rows[hit.object_id].title
        assert all(0 <= a < b <= len(hit.title) for a, b in hit.marks)
        assert all(0 <= a < b <= len(hit.snippet) for a, b in hit.snippet_marks)


@QUICK
@given(allowed=st.frozensets(st.sampled_from(sorted(toy.PROJECTS))), text=TYPED)
def test_visible_bounds_hits_counts_and_facets(county, allowed, text):
    scope = Scope(everything=True, visible=lambda kind, candidates: allowed & set(candidates))
    result = ask(text, scope, limit=50)
    assert set(ids(result)) <= allowed
    assert result.total == len(result.hits)
    assert all(sum(counts.values()) <= result.total for counts in result.facets.values())


@QUICK
@given(title=st.text(min_size=1, max_size=30), body=st.text(max_size=60))
def test_any_row_can_be_kept_and_found_by_its_name(county, title, body):
    county.save(500, title, body=body)
    result = ask(title, limit=50)
    for hit in result.hits:
        assert all(0 <= a < b <= len(hit.title) for a, b in hit.marks)
