"""Exact bounds on a rate from a count (Clopper and Pearson 1934), without a statistics library.

The bounds are quantiles of beta distributions: k errors in n trials bound the rate from above by the
quantile of Beta(k + 1, n - k) and from below by that of Beta(k, n - k + 1).
"""

from __future__ import annotations

import math
from collections.abc import Callable

CONFIDENCE = 0.95
_STEPS = 200


def upper_bound(errors: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """The one-sided upper bound: the rate at which so few errors have a chance of 1 - confidence.

    Raises:
        ValueError: not 0 <= errors <= trials, or a confidence outside (0, 1).
    """
    _check(errors, trials, confidence)
    if errors == trials:
        return 1.0
    return _root(lambda rate: beta_share(errors + 1, trials - errors, rate) - confidence)


def lower_bound(errors: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """The one-sided lower bound; see `upper_bound`."""
    _check(errors, trials, confidence)
    return 1.0 - upper_bound(trials - errors, trials, confidence)


def interval(errors: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The two-sided interval: half of what is left of the confidence on either side."""
    one_sided = 1.0 - (1.0 - confidence) / 2
    return lower_bound(errors, trials, one_sided), upper_bound(errors, trials, one_sided)


def beta_share(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - beta_share(b, a, 1.0 - x)
    log_front = (
        math.lgamma(a + b)
        - math.lgamma(a)
        - math.lgamma(b)
        + a * math.log(x)
        + b * math.log1p(-x)
        - math.log(a)
    )
    return math.exp(log_front) / _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    """1 + d1/(1 + d2/(1 + …)), evaluated forwards by Lentz's method."""
    tiny = 1e-300
    value, c, d = 1.0, 1.0, 0.0
    for step in range(1, 20_000):
        m, odd = divmod(step, 2)
        if odd:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / ((1.0 + term * d) or tiny)
        c = (1.0 + term / c) or tiny
        value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return value


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function on [0, 1] changes its sign, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def _check(errors: int, trials: int, confidence: float) -> None:
    if not 0 <= errors <= trials or trials == 0:
        raise ValueError(f"{errors} errors in {trials} trials")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"a confidence of {confidence}")
