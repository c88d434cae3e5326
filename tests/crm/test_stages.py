"""The workflow is a table."""

from crm.stages import GATES, MOVES, STATUS_MOVES, Need, Stage, Status


def test_every_stage_has_moves_and_a_gate():
    assert set(MOVES) == set(GATES) == set(Stage)
    assert set(STATUS_MOVES) == set(Status)


def test_forward_is_one_stage_at_a_time_and_back_is_any_earlier_one():
    for stage in Stage:
        forward = [to for to in MOVES[stage] if to.rank > stage.rank]
        assert forward == ([stage.following] if stage.following else [])
        assert [to for to in MOVES[stage] if to.rank < stage.rank] == list(Stage)[: stage.rank - 1]


def test_no_status_moves_to_itself():
    assert all(status not in moves for status, moves in STATUS_MOVES.items())


def test_every_gate_item_says_what_lacks_and_who_supplies_it():
    for items in GATES.values():
        for item in items:
            assert item.reason
            assert item.supplier
            assert item.label
            assert item.need is not Need.EVIDENCE or item.fields == ("evidence",)
