"""The deck of a vote under every rule that bears on it: totals stay distinct, each fault is ruled by it."""

from __future__ import annotations

import io
import random
from dataclasses import replace

import pytest
from PIL import Image

from ballot_layout.fonts import bundled_fonts
from ballot_layout.form import make_form
from ballot_layout.tokens import draw_serials
from benchmarks.votes import print_vote
from calibration.deck import DeckCase
from calibration.deck_totals import Spread
from kiemphieu.deck_expected import INVALID, ExpectedGroup, expected_tally
from kiemphieu.deck_printing import DeckOrder, PlannedGroup, plan_group
from records.rules import RuleSet
from records.ruling import BallotFault, Verdict
from records.token import TokenKind
from records.vote import PaperSize, PrintSettings
from tally.rules import apply_overrides, load_rule_set, rule_sets

BITS = random.Random(4).getrandbits


def planned(
    officials: int, rules: RuleSet, order: DeckOrder, paper: PaperSize, seal: bytes | None = None
) -> PlannedGroup:
    vote = replace(print_vote(officials, 1).vote, printing=PrintSettings(paper))
    form = make_form(vote, "", rules.levels, bundled_fonts(), seal, kind=TokenKind.TEST)
    return plan_group(form, rules, order, lambda count: draw_serials(count, (), BITS))


def totals(group: PlannedGroup, rules: RuleSet) -> dict[tuple[str, str], int]:
    layout = group.form.layout
    levels = tuple(level.id for level in rules.levels)
    about = ExpectedGroup("", layout.sha256, "x.pdf", len(layout.pages), layout.officials, levels)
    cells = expected_tally(about, (ballot.ruling for ballot in group.expected(rules))).cells
    return {place: number for place, number in cells if place[1] != INVALID}


@pytest.mark.parametrize("name", sorted(rule_sets()))
@pytest.mark.parametrize("paper", PaperSize)
def test_totals_are_distinct_under_every_rule_set(name: str, paper: PaperSize) -> None:
    rules = load_rule_set(name)
    for officials in (1, 4, 13):
        found = totals(planned(officials, rules, DeckOrder(), paper), rules)
        assert len(found) == officials * len(rules.levels)
        assert len(set(found.values())) == len(found)
        assert min(found.values()) >= 1


@pytest.mark.parametrize(
    ("setting", "value", "case", "verdict"),
    [
        ("line_fault", "line", DeckCase.NO_MARK, Verdict.VALID),
        ("line_fault", "ballot", DeckCase.NO_MARK, Verdict.INVALID),
        ("line_fault", "ballot", DeckCase.UNMARKED, Verdict.INVALID),
        ("ballot_fault", "ballot", DeckCase.STRUCK_NAME, Verdict.INVALID),
        ("ballot_fault", "line", DeckCase.STRUCK_NAME, Verdict.VALID),
        ("ballot_fault", "line", DeckCase.ADDED_WRITING, Verdict.REVIEW),
        ("other_mark", "review", DeckCase.OTHER_MARK, Verdict.REVIEW),
        ("other_mark", "accept", DeckCase.OTHER_MARK, Verdict.VALID),
        ("other_mark", "reject", DeckCase.OTHER_MARK, Verdict.VALID),
        ("seal", "ignore", DeckCase.NO_SEAL, Verdict.VALID),
        ("seal", "review", DeckCase.NO_SEAL, Verdict.REVIEW),
        ("seal", "require", DeckCase.NO_SEAL, Verdict.INVALID),
    ],
)
@pytest.mark.parametrize("spread", Spread)
def test_settings_rule_the_faults_and_totals_stay_distinct(
    setting: str, value: str, case: DeckCase, verdict: Verdict, spread: Spread
) -> None:
    rules = apply_overrides(load_rule_set("qd96"), ((setting, value),))
    group = planned(5, rules, DeckOrder(spread), PaperSize.A4)
    [ballot] = [one for one in group.expected(rules) if one.case is case]
    assert ballot.ruling.verdict is verdict
    found = totals(group, rules)
    for official in group.form.layout.officials:
        assert len({found[official, level.id] for level in rules.levels}) == 3
    for level in rules.levels:
        assert len({found[official, level.id] for official in group.form.layout.officials}) == 5
    if spread is Spread.ALL:
        assert len(set(found.values())) == 15


def test_a_printed_seal_is_never_missing() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (300, 300), (200, 0, 0, 255)).save(out, "PNG")
    rules = load_rule_set("qd96")
    group = planned(2, rules, DeckOrder(), PaperSize.A4, out.getvalue())
    expected = group.expected(rules)
    assert DeckCase.NO_SEAL not in {ballot.case for ballot in expected}
    assert not any(BallotFault.NO_SEAL in ballot.ruling.faults for ballot in expected)
