"""`testdeck`: a deck of ballots marked in advance is printed, with what it must be read to beside it.

Test ballots are signed with the vote's own key, so that the key is tested, too; their token says that they
are test ballots, and their serials are issued in the deck's own record only. What is printed here can be
counted in no record of real ballots.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballot_layout.form import Form
from ballot_layout.pdf import PrintedBallot, write_batch_pdf
from ballot_layout.tokens import ballot_tokens, draw_serials, load_private_key, sign_token
from calibration.deck import DeckBallot, DeckOptions, expected_reading, plan_deck
from calibration.deck_drawing import draw_deck_ballot
from calibration.deck_totals import Spread
from calibration.free_paper import find_free_paper
from kiemphieu.deck_expected import (
    DeckFolder,
    ExpectedBallot,
    ExpectedDeck,
    ExpectedGroup,
    deck_to_json,
    settings_digest,
)
from kiemphieu.disk import atomic_file, disk_errors, write_atomic
from kiemphieu.folder import VoteFolder, load_vote, read_private_key, vote_rules
from kiemphieu.printing import make_keys, random_bits, stored_form, vote_form
from kiemphieu.store import IssuedBallot
from kiemphieu.vote_store import open_vote_store
from records.geometry import Rect
from records.layout import layout_to_json
from records.rules import RuleSet
from records.ruling import BallotRuling, Verdict
from records.token import TokenKind
from records.vote import Vote
from tally.validity import Issued, rule_ballot

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class DeckOrder:
    """What is to be printed.

    Attributes:
        unmarked: how many ballots without a mark the deck has.
        seed: fixes serials and new keys, for tests and samples only; None takes the system's randomness.
    """

    spread: Spread = Spread.ALL
    unmarked: int = 1
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """The deck of one kind of ballot before it is printed.

    Attributes:
        writing: page and place of added words; None where the form leaves no room.
    """

    form: Form
    ballots: tuple[DeckBallot, ...]
    serials: tuple[str, ...]
    writing: tuple[int, Rect] | None

    def expected(self, rules: RuleSet) -> tuple[ExpectedBallot, ...]:
        return tuple(
            ExpectedBallot(ballot.case, self._ruling(ballot, serial, rules), ballot.turned)
            for ballot, serial in zip(self.ballots, self.serials, strict=True)
        )

    def _ruling(self, ballot: DeckBallot, serial: str, rules: RuleSet) -> BallotRuling:
        return _ruling(ballot, self.form, serial, self.writing, rules)

    def printed(self, key: Ed25519PrivateKey) -> Iterator[PrintedBallot]:
        for ballot, serial in zip(self.ballots, self.serials, strict=True):
            tokens = ballot_tokens(self.form.layout, serial, TokenKind.TEST)
            ink = draw_deck_ballot(ballot, self.form, self.writing, serial)
            yield PrintedBallot(serial, tuple(sign_token(token, key) for token in tokens), ink)


@dataclass(frozen=True, slots=True)
class DeckPrint:
    """What was printed."""

    folder: DeckFolder
    expected: ExpectedDeck
    pdfs: tuple[Path, ...]
    seeded: bool


def print_deck(folder: VoteFolder, order: DeckOrder, progress: Progress | None = None) -> DeckPrint:
    """Prints a new deck, a PDF for each group, into a folder of its own below `test` in the vote folder.

    Raises:
        VoteFileError: vote.toml has mistakes.
        KeyFileError: the private key cannot be read.
        StoreError: disk, folder or database refuse.
    """
    vote = load_vote(folder)
    rules = vote_rules(vote)
    forms = [vote_form(folder, vote, style.id, TokenKind.TEST) for style in vote.styles]
    with closing(open_vote_store(folder, vote)) as store:
        make_keys(folder, store, order.seed)
        taken = set(store.issued())
    deck = DeckFolder(folder, _free_number(folder))
    draw = _drawing(taken, random_bits(order.seed, len(taken) + int(deck.name) * 1_000_000))
    groups = [plan_group(form, rules, order, draw) for form in forms]
    try:
        expected, pdfs = _print(deck, vote, rules, groups, progress)
        return DeckPrint(deck, expected, pdfs, order.seed is not None)
    except BaseException:
        # A deck without its expectation is good for nothing.
        shutil.rmtree(deck.record.root, ignore_errors=True)
        raise


def plan_group(
    form: Form, rules: RuleSet, order: DeckOrder, serials: Callable[[int], Sequence[str]]
) -> PlannedGroup:
    """The deck of one form; `serials` draws as many as it is asked for."""
    writing = find_free_paper(form)
    options = DeckOptions(
        order.spread,
        written=writing is not None,
        hand_stamped=form.seal_image is None and any(page.seal for page in form.layout.pages),
        unmarked=order.unmarked,
    )

    def counted(ballot: DeckBallot) -> list[tuple[str, str]]:
        ruling = _ruling(ballot, form, "0" * 12, writing, rules)
        valid = ruling.verdict is Verdict.VALID
        return [(line.official, line.choice) for line in ruling.lines if valid and line.choice]

    ballots = plan_deck(form.layout, counted, options)
    return PlannedGroup(form, ballots, tuple(serials(len(ballots))), writing)


def _ruling(
    ballot: DeckBallot, form: Form, serial: str, writing: tuple[int, Rect] | None, rules: RuleSet
) -> BallotRuling:
    reading = expected_reading(ballot, form.layout, serial, writing)
    return rule_ballot(reading, rules, Issued.ISSUED)


def deck_names(folder: VoteFolder) -> tuple[str, ...]:
    """The decks there are, the oldest first."""
    with disk_errors(folder.tests):
        found = [path.name for path in folder.tests.iterdir()] if folder.tests.is_dir() else []
    return tuple(sorted((name for name in found if name.isdecimal()), key=int))


def _drawing(taken: set[str], bits: Callable[[int], int]) -> Callable[[int], tuple[str, ...]]:
    """Draws serials that no ballot of the vote has, and none twice."""

    def draw(count: int) -> tuple[str, ...]:
        serials = draw_serials(count, taken, bits)
        taken.update(serials)
        return serials

    return draw


def _free_number(folder: VoteFolder) -> str:
    return str(max((int(name) for name in deck_names(folder)), default=0) + 1)


def _print(
    deck: DeckFolder, vote: Vote, rules: RuleSet, groups: Sequence[PlannedGroup], progress: Progress | None
) -> tuple[ExpectedDeck, tuple[Path, ...]]:
    """Everything in the deck's folder; the expectation comes last, as the sign that the deck is whole."""
    key = load_private_key(read_private_key(deck.vote))
    with disk_errors(deck.record.root):
        deck.record.keys.mkdir(parents=True)
        deck.record.ballots.mkdir()
        shutil.copyfile(deck.vote.public_key, deck.record.public_key)
    pdfs = _write_pdfs(deck, groups, key, progress)
    _record(deck, vote, groups)
    expected = ExpectedDeck(
        vote=vote.id,
        name=deck.name,
        settings=settings_digest(vote),
        groups=tuple(_expected_group(group, pdf) for group, pdf in zip(groups, pdfs, strict=True)),
        ballots=tuple(ballot for group in groups for ballot in group.expected(rules)),
    )
    text = json.dumps(deck_to_json(expected), ensure_ascii=False, indent=1)
    write_atomic(deck.expected, text.encode())
    return expected, pdfs


def _write_pdfs(
    deck: DeckFolder, groups: Sequence[PlannedGroup], key: Ed25519PrivateKey, progress: Progress | None
) -> tuple[Path, ...]:
    total, before, pdfs = sum(len(group.ballots) for group in groups), 0, []
    for group in groups:
        style = group.form.layout.style
        pdf = deck.record.ballots / (f"testdeck-{style}.pdf" if style else "testdeck.pdf")
        shown = None if progress is None else partial(_show, progress, before, total)
        with atomic_file(pdf) as out:
            write_batch_pdf(group.form, group.printed(key), out, shown)
        before += len(group.ballots)
        pdfs.append(pdf)
    return tuple(pdfs)


def _show(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def _expected_group(group: PlannedGroup, pdf: Path) -> ExpectedGroup:
    layout = group.form.layout
    return ExpectedGroup(
        layout.style,
        layout.sha256,
        pdf.name,
        len(layout.pages),
        layout.officials,
        tuple(level.id for level in layout.levels),
    )


def _record(deck: DeckFolder, vote: Vote, groups: Sequence[PlannedGroup]) -> None:
    """The deck's own record: its forms, and its serials as issued test ballots."""
    with closing(open_vote_store(deck.record, replace(vote, store_url=""))) as store:
        for group in groups:
            layout = group.form.layout
            issued = [IssuedBallot(serial, layout.style, TokenKind.TEST) for serial in group.serials]
            store.record_batch(stored_form(group.form), issued)
            text = json.dumps(layout_to_json(layout), ensure_ascii=False, indent=1)
            write_atomic(deck.record.layout(layout.style), text.encode())
