"""The exact bounds against closed forms, published values and the binomial sums they invert."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.intervals import interval, lower_bound, upper_bound


@pytest.mark.parametrize("trials", [1, 30, 6_000, 100_000])
def test_no_error_has_a_closed_form(trials):
    assert upper_bound(0, trials) == pytest.approx(1 - 0.05 ** (1 / trials), rel=1e-9)
    assert lower_bound(0, trials) == 0.0
    assert lower_bound(trials, trials) == pytest.approx(0.05 ** (1 / trials), rel=1e-9)
    assert upper_bound(trials, trials) == 1.0


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [(3, 100, 0.0062, 0.0852), (1, 10, 0.0025, 0.4450), (5, 10, 0.1871, 0.8129), (81, 263, 0.2527, 0.3676)],
)
def test_published_two_sided_intervals(errors, trials, low, high):
    assert interval(errors, trials) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_the_upper_bound_is_where_the_tail_has_the_stated_chance(case):
    errors, trials = case
    rate = upper_bound(errors, trials)
    tail = math.fsum(math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(errors + 1))
    assert tail == pytest.approx(0.05, rel=1e-6)


def test_one_error_in_a_hundred_thousand_lines():
    # Poisson's limit: 4.7439 expected events leave a chance of 5 % of at most one.
    assert upper_bound(1, 100_000) == pytest.approx(4.7439e-5, rel=1e-3)


@pytest.mark.parametrize(("errors", "trials"), [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(errors, trials):
    with pytest.raises(ValueError, match="errors in"):
        upper_bound(errors, trials)
