"""A test deck in memory, through simulated printers and scanners: what `test_decks` and its tests run on."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
import pypdfium2 as pdfium
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from ballot_layout.fonts import bundled_fonts
from ballot_layout.form import Form, make_form
from ballot_layout.pdf import PrintedBallot, write_batch_pdf, write_reference_pdf
from ballot_layout.pen import PageInk
from ballot_layout.tokens import ballot_tokens, draw_serials, sign_token
from benchmarks.votes import PAPER_DPI, print_vote, render_grey
from calibration.deck import DeckBallot
from calibration.deck_drawing import draw_deck_ballot
from calibration.deck_totals import Spread
from kiemphieu.ballots import BallotEntry, Standing
from kiemphieu.counting import GroupCount
from kiemphieu.deck_comparing import DeckComparison, compare_deck
from kiemphieu.deck_expected import ExpectedDeck, ExpectedGroup
from kiemphieu.deck_printing import DeckOrder, PlannedGroup, plan_group
from kiemphieu.store import PageRecord
from records.reading import (
    BallotReading,
    PageReading,
    RejectionReason,
    ReviewReason,
    SheetRejection,
    SheetResult,
)
from records.rules import RuleSet
from records.token import TokenKind
from records.vote import BallotStyle, PaperSize, Vote
from sample_scans.device import scan_page
from sample_scans.printer import Printer, printed
from sample_scans.settings import ScanSettings
from sample_scans.strata import Stratum, stratum_printer, stratum_settings
from scanner.forms import prepare_form
from scanner.interpret import interpret_ballot
from scanner.sheet import ReadingContext, read_sheet
from tally.count import count_votes
from tally.reasons import find_reasons
from tally.rules import load_rule_set
from tally.validity import Issued, rule_ballot

Page = NDArray[np.uint8]
PX_PER_MM = PAPER_DPI / 25.4
Readings = Mapping[str, tuple[SheetResult, ...]]
"""What was read of each ballot, by serial, in page order."""


@dataclass(frozen=True)
class Scanner:
    """One printer and one scanner: they stay what they are from page to page, and sheets lie differently.

    Streaks are left out: a scanner with one through boxes is not fit, and a deck is to fail on it.
    """

    stratum: Stratum
    seed: int
    settings: ScanSettings
    printer: Printer | None

    def scan(self, paper: Page, key: str) -> Page:
        """The page with this key as scanned; the same key lies on the glass the same way."""
        rng = np.random.default_rng([self.seed, zlib.crc32(key.encode())])
        if self.printer is not None:
            paper = printed(paper, PX_PER_MM, self.printer, int(rng.integers(1 << 31)))
        drawn = stratum_settings(self.stratum, rng)
        settings = replace(
            self.settings,
            skew_deg=drawn.skew_deg,
            offset_x_mm=drawn.offset_x_mm,
            offset_y_mm=drawn.offset_y_mm,
            uneven_feed_mm=drawn.uneven_feed_mm,
            wear=drawn.wear,
        )
        return scan_page(
            paper, PX_PER_MM, settings, int(rng.integers(1 << 31)), back=np.full_like(paper, 255)
        )


def make_scanner(stratum: Stratum, seed: int) -> Scanner:
    rng = np.random.default_rng([seed, zlib.crc32(stratum.value.encode())])
    settings = replace(stratum_settings(stratum, rng), streaks=())
    return Scanner(stratum, seed, settings, stratum_printer(stratum, rng))


@dataclass(frozen=True)
class DeckBench:
    """A planned deck with what is needed to print, read and compare it."""

    vote: Vote
    rules: RuleSet
    group: PlannedGroup
    expected: ExpectedDeck
    context: ReadingContext
    key: Ed25519PrivateKey

    @property
    def form(self) -> Form:
        return self.group.form

    @property
    def deck(self) -> dict[str, DeckBallot]:
        return dict(zip(self.group.serials, self.group.ballots, strict=True))

    def ink(self, serial: str, ballot: DeckBallot) -> tuple[PageInk, ...]:
        return draw_deck_ballot(ballot, self.form, self.group.writing, serial)

    def papers(self, serial: str, ink: tuple[PageInk, ...], pages: Iterable[int]) -> dict[int, Page]:
        """Printed pages (0-based) of one ballot, uint8 BGR."""
        tokens = ballot_tokens(self.form.layout, serial, TokenKind.TEST)
        codes = tuple(sign_token(token, self.key) for token in tokens)
        out = io.BytesIO()
        write_batch_pdf(self.form, [PrintedBallot(serial, codes, ink)], out)
        with pdfium.PdfDocument(out.getvalue()) as document:
            return {
                page: np.ascontiguousarray(document[page].render(scale=PAPER_DPI / 72).to_numpy()[:, :, :3])
                for page in pages
            }

    def read(self, serial: str, ink: tuple[PageInk, ...], scanner: Scanner) -> tuple[SheetResult, ...]:
        """One ballot printed, scanned and read."""
        papers = self.papers(serial, ink, range(len(self.form.pages)))
        return tuple(self.read_page(serial, page, paper, scanner) for page, paper in papers.items())

    def read_page(self, serial: str, page: int, paper: Page, scanner: Scanner) -> SheetResult:
        return read_sheet(scanner.scan(paper, f"{serial} {page}"), self.context)

    def compare(self, readings: Readings) -> DeckComparison:
        """The readings of a whole deck beside what they must be."""
        entries = [self._entry(serial, results) for serial, results in readings.items()]
        rulings = [entry.ruling for entry in entries if entry.ruling is not None]
        officials = [official.id for official in self.vote.officials]
        result = count_votes(
            rulings,
            officials,
            self.rules,
            issued=len(self.group.serials),
            foreign=0,
            attendance=None,
            vote_id=self.vote.id,
            unread=0,
        )
        reasons = find_reasons(rulings, officials, self.rules, foreign=0, unread=0)
        return compare_deck(self.expected, entries, [GroupCount(BallotStyle(), result, reasons)])

    def _entry(self, serial: str, results: Sequence[SheetResult]) -> BallotEntry:
        pages = tuple(result for result in results if isinstance(result, PageReading))
        failed = [r.reason for r in results if isinstance(r, SheetRejection)]
        reading = interpret_ballot(pages) if pages else BallotReading(serial, "", ())
        reading = replace(reading, review=(*reading.review, *map(_review_reason, failed)))
        officials = tuple(official.id for official in self.vote.officials)
        ruling = rule_ballot(reading, self.rules, Issued.ISSUED, officials=officials)
        return BallotEntry(
            serial,
            "",
            Standing.RULED,
            ruling.verdict,
            ruling.faults,
            ruling.review,
            ruling.lines,
            tuple(PageRecord("", ".jpg", None, 0, result, "") for result in results),
        )


def _review_reason(reason: RejectionReason) -> ReviewReason:
    names = {word.value for word in ReviewReason}
    return ReviewReason(reason.value) if reason.value in names else ReviewReason.INTERNAL_ERROR


def make_bench(
    officials: int, order: DeckOrder | None = None, paper: PaperSize = PaperSize.A4, seed: int = 1
) -> DeckBench:
    """A deck for so many officials; equal input gives an equal deck."""
    order = order or DeckOrder()
    sample = print_vote(officials, 1, paper, seed)
    rules = load_rule_set(sample.vote.rules)
    form = make_form(sample.vote, "", rules.levels, bundled_fonts(), kind=TokenKind.TEST)
    bits = random.Random(f"deck {officials} {seed}").getrandbits
    group = plan_group(form, rules, order, lambda count: draw_serials(count, (), bits))
    levels = tuple(level.id for level in rules.levels)
    about = ExpectedGroup("", form.layout.sha256, "deck.pdf", len(form.pages), form.layout.officials, levels)
    expected = ExpectedDeck(sample.vote.id, "1", "", (about,), group.expected(rules))
    prepared = prepare_form(form.layout, render_grey(write_reference_pdf(form)))
    context = ReadingContext(sample.vote.id, sample.context.public_key, (prepared,), TokenKind.TEST)
    return DeckBench(sample.vote, rules, group, expected, context, sample.key)


@cache
def bench_of(officials: int, short: bool, paper: str) -> DeckBench:
    """The deck of a campaign, made once in every worker."""
    cv2.setNumThreads(1)
    return make_bench(officials, DeckOrder(Spread.LINES if short else Spread.ALL), PaperSize(paper))
