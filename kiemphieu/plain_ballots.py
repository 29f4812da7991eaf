"""Rulings on plain ballots (`kiemphieu.store.plain`), without their readings.

The shortcut gives what `tally.validity.rule_ballot` gives: tests compare the two under every setting.
"""

from __future__ import annotations

from functools import cache

from kiemphieu.store.plain import PlainPage
from records.errors import RuleSetError
from records.reading import BoxState
from records.rules import RuleSet
from records.ruling import BallotRuling, LineRuling, Verdict


class PlainRuler:
    """Rules on plain ballots of one vote; equal lines are one value."""

    def __init__(self, rules: RuleSet) -> None:
        self._levels = tuple(level.id for level in rules.levels)
        self._line = cache(self._new_line)

    def rule(self, serial: str, page: PlainPage) -> BallotRuling:
        """The ruling on a ballot that is only that page.

        Raises:
            RuleSetError: the ballot was printed with other levels than the rule set has.
        """
        lines = tuple(self._line(official, level) for official, level in page.choices)
        return BallotRuling(serial, page.style, Verdict.VALID, lines)

    def _new_line(self, official: str, level: str) -> LineRuling:
        if level not in self._levels:
            raise RuleSetError(
                "ruling_levels_differ",
                serial="",
                official=official,
                rules="",
                found=level,
                expected=", ".join(self._levels),
            )
        states = ((known, BoxState.CROSS if known == level else BoxState.EMPTY) for known in self._levels)
        return LineRuling(official, tuple(states), level)
