"""What the scanner found on the paper. Facts and evidence only; `tally` rules on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from records.geometry import Rect
from records.token import Token


class BoxState(StrEnum):
    EMPTY = "empty"
    CROSS = "cross"
    OTHER = "other"
    """Any deliberate mark that is not an X: tick, circle, fill, slash."""
    CORRECTED = "corrected"
    """A mark struck over or blotted out."""
    UNCLEAR = "unclear"


class Certainty(StrEnum):
    """How sure a finding is; a doubtful one goes to a person."""

    CERTAIN = "certain"
    DOUBTFUL = "doubtful"


class SealState(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    UNCLEAR = "unclear"


class ReviewReason(StrEnum):
    """Why a person must look. docs/review-reasons.md explains each to the committee."""

    UNCLEAR_MARK = "unclear_mark"
    OTHER_MARK = "other_mark"
    CORRECTED_MARK = "corrected_mark"
    MARK_OUTSIDE_BOX = "mark_outside_box"
    DOUBTFUL_STRIKE = "doubtful_strike"
    DOUBTFUL_WRITING = "doubtful_writing"
    SEAL_MISSING = "seal_missing"
    SEAL_UNCLEAR = "seal_unclear"
    WEAK_REGISTRATION = "weak_registration"
    DUPLICATE_SERIAL = "duplicate_serial"
    MISSING_PAGE = "missing_page"
    UNKNOWN_LAYOUT = "unknown_layout"
    NO_CODE = "no_code"
    FOREIGN_CODE = "foreign_code"
    SEVERAL_SHEETS = "several_sheets"
    NOT_REGISTERED = "not_registered"
    PAGE_IMAGE = "page_image"
    INTERNAL_ERROR = "internal_error"


class RejectionReason(StrEnum):
    """Why a sheet could not be read as a page of a ballot."""

    BLANK_PAGE = "blank_page"
    """Nothing printed and nothing written: the back of a single-sided ballot."""
    NO_CODE = "no_code"
    """No QR code could be read."""
    FOREIGN_CODE = "foreign_code"
    """A QR code was read, and it is not a ballot token."""
    BAD_SIGNATURE = "bad_signature"
    """A ballot token that the vote's key did not sign."""
    OTHER_VOTE = "other_vote"
    """A ballot token of another vote."""
    TEST_BALLOT = "test_ballot"
    """A test ballot among real ballots, or the other way round."""
    UNKNOWN_LAYOUT = "unknown_layout"
    """An issued ballot printed with a layout that is not at hand."""
    SEVERAL_SHEETS = "several_sheets"
    """Codes of more than one page in one image."""
    NOT_REGISTERED = "not_registered"
    """The page could not be laid over its printed form within the stated limit."""
    PAGE_IMAGE = "page_image"
    """Too small, too large or too coarse to be a scanned page."""
    INTERNAL_ERROR = "internal_error"
    """A fault of this program; the sheet is kept for a person."""


@dataclass(frozen=True, slots=True)
class MarkScores:
    """What was measured in one box; no score decides anything by itself.

    Attributes:
        ink_mm2: area of the ink that belongs to this box.
        inside_mm2: the part of it inside the printed outline.
        darkness: mean darkness of that ink, 0 paper … 1 black.
        size_mm: longer side of the ink's bounding box.
        stroke_mm: width of the strokes.
        cross_fit: share of the ink that two straight strokes explain, 0 … 1.
        side_fit: share that a stroke joining two of their ends explains besides, 0 … 1.
        rest_bias: how much the ink on neither stroke lies to one side of their crossing, 0 … 1.
        coverage: share of the strokes' length on which there is ink, the smaller of the two, 0 … 1.
        rest_reach: median distance of the ink on neither stroke from their crossing, as a share of half a
            stroke's length.
        line_fit: share that the stronger of the two strokes explains alone, 0 … 1.
        second_fit: share that only the weaker explains, 0 … 1.
        length_ratio: length of the shorter stroke over that of the longer, 0 … 1.
        crossing_deg: angle between the two strokes, 0 … 90; 0 when there are not two.
        tilt_deg: smallest angle between a stroke and the page's axes, 0 … 45.
        arm_share: shortest arm from the crossing as a share of its stroke; at most 0.5, negative when
            the strokes meet beyond an end.
        excess: inked area over that of the two strokes; about 1 where they are all there is.
        blob_share: share of the ink in patches wider than any stroke, 0 … 1.
        stray_mm2: ink far from the box that hangs together with its own and is not in line with its strokes.
        cross_share, other_share, corrected_share: how sure the mark network is that this is an X, another
            mark, a mark drawn over; with its share for "no mark" they add up to 1.
    """

    ink_mm2: float = 0.0
    inside_mm2: float = 0.0
    darkness: float = 0.0
    size_mm: float = 0.0
    stroke_mm: float = 0.0
    cross_fit: float = 0.0
    side_fit: float = 0.0
    rest_bias: float = 0.0
    coverage: float = 0.0
    rest_reach: float = 0.0
    line_fit: float = 0.0
    second_fit: float = 0.0
    length_ratio: float = 0.0
    crossing_deg: float = 0.0
    tilt_deg: float = 0.0
    arm_share: float = 0.0
    excess: float = 0.0
    blob_share: float = 0.0
    stray_mm2: float = 0.0
    cross_share: float = 0.0
    other_share: float = 0.0
    corrected_share: float = 0.0


@dataclass(frozen=True, slots=True)
class BoxReading:
    """One box. `evidence` bounds the ink in page millimetres; None on an empty box."""

    official: str
    level: str
    state: BoxState
    scores: MarkScores
    evidence: Rect | None = None


@dataclass(frozen=True, slots=True)
class StrikeScores:
    """What was measured over one printed name; no score decides anything by itself.

    Attributes:
        length_mm: length of the longest run of inked columns.
        coverage: share of the width of the name's text, without the position, that the run passes over.
        through: share of the run's ink at the height of the letters, 0 … 1.
        clear_ink_mm2: ink in the run that stands clear of the letters.
        surplus: mean darkness that the run's ink adds to what print accounts for, 0 … 1.
        stroke_mm: width of the run's line where it stands clear of the letters; 0 where it is nowhere clear
            for long enough to tell.
        clear_columns: millimetre columns of the run with such clear ink.
        line_share: largest share of the paper between the letters, along a level line some millimetres
            long, that is inked.
    """

    length_mm: float = 0.0
    coverage: float = 0.0
    through: float = 0.0
    clear_ink_mm2: float = 0.0
    surplus: float = 0.0
    stroke_mm: float = 0.0
    clear_columns: int = 0
    line_share: float = 0.0


@dataclass(frozen=True, slots=True)
class StrikeFinding:
    """Ink through a printed name or position.

    Attributes:
        coverage: share of the width of the name's text that the stroke passes over, 0 … 1.
        length_mm: length of the stroke.
        scores: all that was measured; zeros on a finding that no scanner made.
    """

    official: str
    certainty: Certainty
    evidence: Rect
    coverage: float
    length_mm: float
    scores: StrikeScores = StrikeScores()


@dataclass(frozen=True, slots=True)
class WritingScores:
    """What was measured of one group of leftover ink; no score decides anything by itself.

    Attributes:
        size_mm: longer side of the group's bounds.
        side_mm: the shorter side.
        ink_mm2: inked area.
        darkness: mean darkness of the ink, 0 paper … 1 black.
        fill: inked share of the bounds, 0 … 1.
        edge_mm: distance of the bounds from the nearest page edge.
        straightness: share of the ink along one straight line, 0 … 1.
        ring_mm: root mean square distance of the ink from the circle laid through it, at most 99.
        peak: darkness of the darkest ink, 0 … 1; this and the rest at full resolution.
        stroke_mm: width of its lines.
        piece_mm: longer side of the largest piece that hangs together.
    """

    size_mm: float = 0.0
    side_mm: float = 0.0
    ink_mm2: float = 0.0
    darkness: float = 0.0
    fill: float = 0.0
    edge_mm: float = 0.0
    straightness: float = 0.0
    ring_mm: float = 0.0
    peak: float = 0.0
    stroke_mm: float = 0.0
    piece_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class WritingFinding:
    """Ink that is neither a mark nor a strike nor the seal nor dirt.

    Attributes:
        reason: the review reason a doubtful finding gives; ignored on a certain one.
        ink_mm2: inked area.
        scores: all that was measured; zeros on a finding that no scanner made.
    """

    certainty: Certainty
    evidence: Rect
    ink_mm2: float
    reason: ReviewReason = ReviewReason.DOUBTFUL_WRITING
    scores: WritingScores = WritingScores()


@dataclass(frozen=True, slots=True)
class SealFinding:
    """The stamp in the seal zone; `coverage` is the inked share of the zone, 0 … 1."""

    state: SealState
    coverage: float
    evidence: Rect | None = None


@dataclass(frozen=True, slots=True)
class RegistrationQuality:
    """How well the page was laid over its form.

    Attributes:
        residual_mm: root mean square distance of the control points after all corrections.
        max_residual_mm: the largest of those distances.
        control_points: how many were used.
        dpi_x, dpi_y: measured resolution along the page's width and height.
        skew_deg: rotation of the page in the image after the quarter turns, clockwise positive.
        quarter_turns: how often the image must be turned 90° clockwise to stand upright.
        fiducials_found: how many corner fiducials were located.
    """

    residual_mm: float
    max_residual_mm: float
    control_points: int
    dpi_x: float
    dpi_y: float
    skew_deg: float
    quarter_turns: int
    fiducials_found: int


@dataclass(frozen=True, slots=True)
class PageReading:
    """Everything found on one side of paper that carries a signed token of this vote."""

    token: Token
    registration: RegistrationQuality
    boxes: tuple[BoxReading, ...]
    strikes: tuple[StrikeFinding, ...] = ()
    writings: tuple[WritingFinding, ...] = ()
    seal: SealFinding | None = None
    review: tuple[ReviewReason, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetRejection:
    """A side of paper that could not be read, with why.

    Attributes:
        token: what the code said, where it could be read.
        details: name and value pairs for the message, such as the areas searched.
    """

    reason: RejectionReason
    details: tuple[tuple[str, str], ...] = ()
    token: Token | None = None


SheetResult = PageReading | SheetRejection


@dataclass(frozen=True, slots=True)
class BallotReading:
    """The facts of one ballot over all its pages.

    Attributes:
        pages: readings in page order, one per page number.
        missing_pages: 1-based numbers of printed pages that were not scanned.
    """

    serial: str
    style: str
    pages: tuple[PageReading, ...]
    missing_pages: tuple[int, ...] = ()
    review: tuple[ReviewReason, ...] = ()

    @property
    def boxes(self) -> tuple[BoxReading, ...]:
        return tuple(box for page in self.pages for box in page.boxes)

    @property
    def strikes(self) -> tuple[StrikeFinding, ...]:
        return tuple(strike for page in self.pages for strike in page.strikes)

    @property
    def writings(self) -> tuple[WritingFinding, ...]:
        return tuple(writing for page in self.pages for writing in page.writings)
