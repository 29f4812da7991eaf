from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiemphieu.store.set_digest import EMPTY, added, digest, removed

THINGS = st.lists(st.binary(max_size=20), max_size=12)


@given(THINGS, st.randoms(use_true_random=False))
def test_the_order_and_the_portions_do_not_matter(things: list[bytes], random: object) -> None:
    shuffled = sorted(things, key=lambda _: random.random())  # type: ignore[attr-defined]
    one_by_one = EMPTY
    for thing in shuffled:
        one_by_one = added(one_by_one, [thing])
    assert one_by_one == added(EMPTY, things)


@given(THINGS, THINGS)
def test_what_is_taken_away_leaves_no_trace(kept: list[bytes], gone: list[bytes]) -> None:
    assert removed(added(EMPTY, kept + gone), gone) == added(EMPTY, kept)


@given(st.sets(st.binary(max_size=20)), st.sets(st.binary(max_size=20)))
def test_other_things_have_another_digest(one: set[bytes], other: set[bytes]) -> None:
    assert (digest(added(EMPTY, one)) == digest(added(EMPTY, other))) == (one == other)


def test_a_damaged_state_is_refused() -> None:
    with pytest.raises(ValueError, match="2048"):
        added(EMPTY[:-1], [b"x"])
