"""Whole votes at natural rates: sheets in, scans with their truth out, one at a time."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from records.geometry import Rect
from records.layout import LayoutPage
from sample_scans.device import scan_page
from sample_scans.mark_shapes import OTHER_MARKS, MarkKind
from sample_scans.paper import blank_places
from sample_scans.pens import Hand, Page, random_pen
from sample_scans.printer import printed
from sample_scans.settings import ScanSettings, damage_names
from sample_scans.stamp import Stamping
from sample_scans.strata import Stratum, stratum_printer, stratum_settings
from sample_scans.strike_shapes import StrikeKind
from sample_scans.stroke_library import RecordedMark, StrokeLibrary
from sample_scans.strokes import FloatArray, Strokes, writer_from_seed
from sample_scans.truth import Truth
from sample_scans.voter import Intent, MarkIntent, Sheet, StrikeIntent, WritingIntent, vote_on_page

_CROSS, _WORD = ("cross",), ("word",)
_RECORDED_LABELS: Mapping[MarkKind, tuple[str, ...]] = {
    MarkKind.TICK: ("tick",),
    MarkKind.V: ("v",),
    MarkKind.SLASH: ("slash", "line"),
    MarkKind.CIRCLE: ("circle", "circle_slashed"),
    MarkKind.SCRIBBLE: ("zigzag",),
    MarkKind.PLUS: ("plus",),
    MarkKind.ASTERISK: ("asterisk",),
    MarkKind.INITIALS: ("word",),
}
"""Which recordings stand for which kind. Recorded dots are scaled to a mark's size and so are no dots."""

REMARKS = ("không đồng ý", "đề nghị xem lại", "Nguyễn Văn Bình", "tốt", "V", "5", "đồng ý", "?", "")


@dataclass(frozen=True, slots=True)
class Mix:
    """How often what happens. Rates ending in `_line` are per line, in `_ballot` per page.

    Attributes:
        level_weights: shares of the levels in column order (the last repeats); each official's own
            shares scatter about them.
        cross_weights: relative frequency of each kind of plain cross the simulator draws.
        strike_kinds: kinds of struck name, each as frequent as the others.
        writing_height_mm: least and greatest height of added writing, before it is fitted into its place.
    """

    level_weights: tuple[float, ...] = (0.62, 0.27, 0.11)
    cross_weights: tuple[tuple[MarkKind, float], ...] = (
        (MarkKind.CROSS_STRAIGHT, 0.66),
        (MarkKind.CROSS_CURVED, 0.12),
        (MarkKind.CROSS_HOOKED, 0.08),
        (MarkKind.CROSS_LOPSIDED, 0.04),
        (MarkKind.CROSS_TWICE, 0.02),
        (MarkKind.CROSS_CONNECTED, 0.03),
        (MarkKind.CROSS_TINY, 0.01),
        (MarkKind.CROSS_LARGE, 0.02),
        (MarkKind.CROSS_OUTSIDE, 0.02),
    )
    no_mark_line: float = 0.008
    several_marks_line: float = 0.006
    other_mark_line: float = 0.008
    corrected_line: float = 0.005
    misplaced_line: float = 0.001
    pen_rest_line: float = 0.004
    struck_ballot: float = 0.008
    doubtful_strike_ballot: float = 0.003
    writing_ballot: float = 0.008
    stamped: float = 1.0
    strike_kinds: tuple[StrikeKind, ...] = (
        StrikeKind.SINGLE,
        StrikeKind.DOUBLE,
        StrikeKind.WAVE,
        StrikeKind.ZIGZAG,
        StrikeKind.SCRIBBLE,
    )
    writing_height_mm: tuple[float, float] = (8.0, 8.0)


STRAIGHTFORWARD = Mix(
    other_mark_line=0.0,
    corrected_line=0.0,
    misplaced_line=0.0,
    struck_ballot=0.0,
    doubtful_strike_ballot=0.0,
    writing_ballot=0.0,
)
"""Crosses only: every reading that differs is an error."""


@dataclass(frozen=True, slots=True)
class Recordings:
    """Marks of real people, and how many voters draw them.

    Attributes:
        writers: a tuple of marks per writer, with crosses that anyone calls an X among them.
        words: handwriting, a tuple per writer: lent, one writer to a voter, to those who left none.
        share: share of the voters who draw recorded marks; the others' are the simulator's.
    """

    writers: tuple[tuple[RecordedMark, ...], ...] = ()
    words: tuple[tuple[RecordedMark, ...], ...] = ()
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Scan:
    """One scanned page with its truth and how it was made."""

    image: Page
    truth: Truth
    settings: ScanSettings
    stratum: Stratum


def campaign(
    sheets: Iterable[Sheet],
    mix: Mix,
    stratum: Stratum,
    seed: int,
    library: StrokeLibrary | None = None,
) -> Iterator[Scan]:
    """Votes on and scans every sheet, lazily and in order.

    All pages of one serial have one writer and one pen. A scan depends on its sheet's serial and page
    and on `seed`, not on its place among the sheets. `library`, where given, lends the marks: pass
    real ballot-like crosses, and other marks if wanted, of one half of the writers.
    """
    recordings = recordings_of(library)
    for sheet in sheets:
        yield simulate_sheet(sheet, mix, stratum, seed, recordings)


def simulate_sheet(
    sheet: Sheet,
    mix: Mix,
    stratum: Stratum,
    seed: int,
    recordings: Recordings = Recordings(),
) -> Scan:
    """One sheet voted on and scanned."""

    def on_paper(drawn: Sheet, rng: np.random.Generator) -> Sheet:
        printer = stratum_printer(stratum, rng)
        if printer is None:
            return drawn
        paper = printed(drawn.paper, drawn.px_per_mm, printer, int(rng.integers(1 << 31)))
        return replace(drawn, paper=paper)

    voted, truth, rng = voted_sheet(sheet, mix, seed, recordings, on_paper)
    settings = stratum_settings(stratum, rng)
    image = scan_page(voted, sheet.px_per_mm, settings, int(rng.integers(1 << 31)), back=voted)
    return Scan(image, replace(truth, damage=damage_names(settings)), settings, stratum)


def voted_sheet(
    sheet: Sheet,
    mix: Mix,
    seed: int,
    recordings: Recordings = Recordings(),
    on_paper: Callable[[Sheet, np.random.Generator], Sheet] = lambda sheet, _: sheet,
) -> tuple[Page, Truth, np.random.Generator]:
    """One sheet voted on: its paper, what is on it, and the random stream for what comes after.

    Args:
        sheet: as drawn.
        mix: how people vote.
        seed: the campaign's; a sheet depends on it and on its own serial and page alone.
        recordings: real writers' marks.
        on_paper: makes the printed sheet out of the drawn one.
    """
    key = zlib.crc32(sheet.serial.encode())
    hand, recorded = _voter(np.random.default_rng([seed, key]), recordings)
    rng = np.random.default_rng([seed, key, sheet.place.page])
    intent = draw_intent(sheet, mix, seed, rng, recorded)
    voted, truth = vote_on_page(on_paper(sheet, rng), intent, hand, rng)
    return voted, truth, rng


def recordings_of(library: StrokeLibrary | None, share: float = 1.0) -> Recordings:
    """The marks of `library` by writer. Only who left a cross can vote; every word is handwriting."""
    if library is None:
        return Recordings()
    grouped: dict[str, list[RecordedMark]] = {}
    for mark in library.marks:
        grouped.setdefault(mark.writer, []).append(mark)
    writers = tuple(tuple(marks) for marks in grouped.values() if _of_label(marks, _CROSS))
    words = tuple(found for marks in grouped.values() if (found := _of_label(marks, _WORD)))
    return Recordings(writers, words, share)


def _of_label(marks: Iterable[RecordedMark], labels: tuple[str, ...]) -> tuple[RecordedMark, ...]:
    return tuple(mark for mark in marks if mark.label in labels)


def _voter(rng: np.random.Generator, recordings: Recordings) -> tuple[Hand, tuple[RecordedMark, ...]]:
    """The hand, and the marks recorded of it; none where the simulator draws."""
    number = int(rng.integers(1 << 31))
    writer = writer_from_seed(number)
    pen = random_pen(rng)
    if not recordings.writers or rng.random() >= recordings.share:
        return Hand(writer, pen, str(number)), ()
    marks = recordings.writers[int(rng.integers(len(recordings.writers)))]
    name = marks[0].writer
    if recordings.words and not _of_label(marks, _WORD):
        marks += recordings.words[int(rng.integers(len(recordings.words)))]
    return Hand(writer, pen, name), marks


def draw_intent(
    sheet: Sheet,
    mix: Mix,
    seed: int,
    rng: np.random.Generator,
    recorded: tuple[RecordedMark, ...] = (),
) -> Intent:
    """What one voter does on one page, by the rates of `mix`; `recorded` are the voter's own marks."""
    place = sheet.place
    levels = tuple(dict.fromkeys(box.level for box in place.boxes))
    officials = tuple(dict.fromkeys(box.official for box in place.boxes))
    marks: list[MarkIntent] = []
    for official in officials:
        shares = _official_shares(official, len(levels), mix, seed)
        order = rng.choice(len(levels), len(levels), replace=False, p=shares)
        marks += _line_marks(official, tuple(levels[int(i)] for i in order), mix, rng, recorded)
    return Intent(
        tuple(marks),
        _strikes(officials, mix, rng),
        _writings(sheet, mix, rng, recorded),
        _stamping(place, mix, rng),
    )


def _official_shares(official: str, count: int, mix: Mix, seed: int) -> FloatArray:
    weights = np.array([mix.level_weights[min(i, len(mix.level_weights) - 1)] for i in range(count)])
    rng = np.random.default_rng([seed, zlib.crc32(official.encode()), 0x1E])
    return rng.dirichlet(weights / weights.sum() * 12)


def _line_marks(
    official: str,
    wanted: tuple[str, ...],
    mix: Mix,
    rng: np.random.Generator,
    recorded: tuple[RecordedMark, ...],
) -> list[MarkIntent]:
    """One line; `wanted` are the levels in the order in which this voter would choose them."""
    chosen, spare = wanted[0], wanted[1:]
    faults = (
        mix.no_mark_line,
        mix.several_marks_line,
        mix.other_mark_line,
        mix.corrected_line,
        mix.misplaced_line,
    )
    fate = int(rng.choice(6, p=[*faults, 1.0 - sum(faults)]))
    marks: list[MarkIntent] = []
    if fate == 1 and spare:
        marks += [_cross(official, level, mix, rng, recorded) for level in (chosen, spare[0])]
    elif fate == 2:
        marks.append(_other(official, chosen, rng, recorded))
    elif fate == 3 and spare:
        kind = MarkKind.BLOTTED_CROSS if rng.random() < 0.6 else MarkKind.STRUCK_CROSS
        marks += [MarkIntent(official, spare[0], kind), _cross(official, chosen, mix, rng, recorded)]
    elif fate == 4:
        kind = MarkKind.CROSS_BESIDE if rng.random() < 0.5 else MarkKind.CROSS_BETWEEN
        marks.append(MarkIntent(official, chosen, kind))
    elif fate != 0:
        marks.append(_cross(official, chosen, mix, rng, recorded))
    if rng.random() < mix.pen_rest_line and spare and fate == 5:
        kind = MarkKind.PEN_REST if rng.random() < 0.6 else MarkKind.HESITATION
        marks.append(MarkIntent(official, spare[-1], kind))
    return marks


def _cross(
    official: str, level: str, mix: Mix, rng: np.random.Generator, recorded: tuple[RecordedMark, ...]
) -> MarkIntent:
    crosses = _of_label(recorded, _CROSS)
    if crosses:
        mark = crosses[int(rng.integers(len(crosses)))]
        return MarkIntent(official, level, MarkKind.CROSS_REAL, mark.strokes)
    weights = np.array([weight for _, weight in mix.cross_weights])
    kind = mix.cross_weights[int(rng.choice(len(weights), p=weights / weights.sum()))][0]
    return MarkIntent(official, level, kind)


def _other(
    official: str, level: str, rng: np.random.Generator, recorded: tuple[RecordedMark, ...]
) -> MarkIntent:
    """A mark that is no X, in the voter's own recorded strokes where there are some of its kind."""
    kind = OTHER_MARKS[int(rng.integers(len(OTHER_MARKS)))]
    own = _of_label(recorded, _RECORDED_LABELS.get(kind, ()))
    strokes = own[int(rng.integers(len(own)))].strokes if own else ()
    return MarkIntent(official, level, kind, strokes)


def _strikes(officials: tuple[str, ...], mix: Mix, rng: np.random.Generator) -> tuple[StrikeIntent, ...]:
    doubtful = (StrikeKind.HALF, StrikeKind.POSITION_ONLY, StrikeKind.UNDERLINE, StrikeKind.TICK_BESIDE)
    strikes = []
    for rate, kinds in ((mix.struck_ballot, mix.strike_kinds), (mix.doubtful_strike_ballot, doubtful)):
        if officials and rng.random() < rate:
            official = officials[int(rng.integers(len(officials)))]
            strikes.append(StrikeIntent(official, kinds[int(rng.integers(len(kinds)))]))
    return tuple(strikes)


def _writings(
    sheet: Sheet, mix: Mix, rng: np.random.Generator, recorded: tuple[RecordedMark, ...]
) -> tuple[WritingIntent, ...]:
    if rng.random() >= mix.writing_ballot:
        return ()
    text = REMARKS[int(rng.integers(len(REMARKS)))]
    words = _of_label(recorded, _WORD)
    strokes: Strokes = ()
    if words:
        word = words[int(rng.integers(len(words)))]
        text, strokes = word.text, word.strokes
    low, height = mix.writing_height_mm
    if low < height:
        height = float(rng.uniform(low, height))
    width = min(60.0, (6.0 + 2.6 * len(text) if text else 28.0) * height / 8.0)
    # The stamp stands on the sheet before it is handed out: people write beside it, not onto it.
    places = tuple(
        place
        for place in blank_places(sheet.paper, sheet.px_per_mm, width, height)
        if sheet.place.seal is None or not place.intersection_mm2(sheet.place.seal)
    )
    if not places:
        return ()
    return (WritingIntent(text, places[int(rng.integers(len(places)))], strokes),)


def _stamping(place: LayoutPage, mix: Mix, rng: np.random.Generator) -> Stamping | None:
    if place.seal is None or rng.random() >= mix.stamped:
        return None
    return stamping_in(place.seal, rng)


def stamping_in(seal: Rect, rng: np.random.Generator) -> Stamping:
    """A seal put down by hand in its zone, a little off and turned."""
    x, y = seal.centre_mm
    return Stamping(
        (float(x + rng.normal(0.0, 1.2)), float(y + rng.normal(0.0, 1.2))),
        angle_deg=float(rng.normal(0.0, 10.0)),
        strength=float(rng.uniform(0.6, 0.95)),
        diameter_mm=float(min(34.0, seal.width_mm - 1, seal.height_mm - 1)),
    )
