"""A page image becomes a reading: the stages in their order.

Whatever is wrong with the paper or the image comes back as a `SheetRejection`; nothing a page or its code
holds raises out of here.

    image -> code -> signature, vote, layout -> registration -> ink -> boxes -> strikes -> seal -> writing
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from numpy.typing import NDArray

from records.reading import PageReading, RejectionReason, ReviewReason, SheetRejection, SheetResult
from records.token import SignedToken, Token, TokenFormatError, TokenKind, parse_token
from scanner.blank import is_blank
from scanner.debug import DebugWriter
from scanner.debug_pictures import draw_reading, draw_registration
from scanner.diagnostics import PageDiagnostics, measure_page
from scanner.forms import PreparedForm, PreparedPage
from scanner.image import MM_PER_INCH, ScanImage, make_scan_image, smoothed, to_grey
from scanner.ink import PageInk, find_ink
from scanner.marks import read_boxes
from scanner.options import ReaderOptions
from scanner.prior import ScannerPrior
from scanner.registration import Registration, register_page
from scanner.seal import find_seal
from scanner.strikes import find_strikes
from scanner.token import FoundCode, find_codes, load_public_key, signature_holds
from scanner.writing import find_writing

# What a stage may raise on an image nobody thought of; such a sheet goes to a person.
_STAGE_FAULTS = (cv2.error, ArithmeticError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True)
class ReadingContext:
    """Everything besides the image that a reading depends on.

    Attributes:
        vote: the vote's id.
        public_key: PEM of the Ed25519 key that signed the ballots.
        forms: every form printed for the vote.
        kind: ballots, or test ballots; the two never mix.
        options: the reader's options.
        scanner: what is known of the scanner.
        fitted: the options with what the scanner needs.

    Raises:
        KeyFileError: the key cannot be used.
    """

    vote: str
    public_key: bytes
    forms: tuple[PreparedForm, ...]
    kind: TokenKind = TokenKind.BALLOT
    options: ReaderOptions = field(default_factory=ReaderOptions)
    scanner: ScannerPrior | None = None
    key: Ed25519PublicKey = field(init=False, repr=False, compare=False)
    fitted: ReaderOptions = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", load_public_key(self.public_key))
        fitted = self.options if self.scanner is None else self.scanner.fitted(self.options)
        object.__setattr__(self, "fitted", fitted)

    def digest(self) -> str:
        """SHA-256 (hex) that names all but the vote: the reader, its options, the scanner's profile."""
        if self.scanner is None:
            return self.options.digest()
        return hashlib.sha256(f"{self.options.digest()} {self.scanner.sha256}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class IdentifiedCode:
    """A code of this vote with the form it names."""

    code: FoundCode
    token: Token
    form: PreparedForm


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A sheet as read, with what it says of the scanner; None where it was not laid over a form."""

    result: SheetResult
    diagnostics: PageDiagnostics | None = None


def read_sheet(
    image: NDArray[np.uint8], context: ReadingContext, debug: DebugWriter | None = None
) -> SheetResult:
    """As `read_and_measure_sheet`, without the diagnostics."""
    return read_and_measure_sheet(image, context, debug).result


def read_and_measure_sheet(
    image: NDArray[np.uint8], context: ReadingContext, debug: DebugWriter | None = None
) -> ReadSheet:
    """Reads one side of one sheet.

    Args:
        image: the page as scanned, uint8, (height, width) grey or (height, width, 3) BGR, any of four
            orientations.
        context: vote, key, forms and options.
        debug: receives pictures of what was found, where given.
    """
    try:
        return _read_sheet(image, context, debug)
    except _STAGE_FAULTS as error:
        text = f"{type(error).__name__}: {error}"
        return ReadSheet(SheetRejection(RejectionReason.INTERNAL_ERROR, (("error", text),)))


def _read_sheet(image: NDArray[np.uint8], context: ReadingContext, debug: DebugWriter | None) -> ReadSheet:
    options = context.fitted
    sides = sorted(image.shape[:2])
    if sides[0] < options.image.min_side_px or sides[1] > options.image.max_side_px:
        size = f"{image.shape[1]} × {image.shape[0]}"
        return ReadSheet(SheetRejection(RejectionReason.PAGE_IMAGE, (("size_px", size),)))
    scan = page_scan(image, context)
    codes = find_codes(scan.coarse, scan.detail)
    if not codes:
        blank = is_blank(scan, _page_sizes(context), options)
        return ReadSheet(SheetRejection(RejectionReason.BLANK_PAGE if blank else RejectionReason.NO_CODE))
    identified = identify_code(codes, context)
    if isinstance(identified, SheetRejection):
        return ReadSheet(identified)
    return _read_page(scan, identified, context, debug)


def page_scan(image: NDArray[np.uint8], context: ReadingContext) -> ScanImage:
    """The page ready for measuring, with the tones that its scanner should have given it.

    Raises:
        ValueError: no page image.
    """
    scanner = context.scanner
    grey = to_grey(image) if scanner is None else scanner.toned(scanner.lit(to_grey(scanner.balanced(image))))
    return make_scan_image(grey, _page_sizes(context), context.options.image)


def _page_sizes(context: ReadingContext) -> list[tuple[float, float]]:
    return [form.page_size_mm for form in context.forms]


def identify_code(codes: Sequence[FoundCode], context: ReadingContext) -> IdentifiedCode | SheetRejection:
    """Which page of which ballot the codes on an image name; every other answer is a rejection."""
    tokens: list[tuple[FoundCode, SignedToken]] = []
    for code in codes:
        try:
            tokens.append((code, parse_token(code.text)))
        except TokenFormatError:
            continue  # some other QR code on the paper
    if not tokens:
        return SheetRejection(RejectionReason.FOREIGN_CODE)
    if len({signed.token for _, signed in tokens}) > 1:
        serials = ", ".join(sorted({signed.token.serial for _, signed in tokens}))
        return SheetRejection(RejectionReason.SEVERAL_SHEETS, (("serials", serials),))
    code, signed = tokens[0]
    token = signed.token
    if token.vote != context.vote:
        return SheetRejection(RejectionReason.OTHER_VOTE, (("vote", token.vote),))
    if not signature_holds(signed, context.key):
        return SheetRejection(RejectionReason.BAD_SIGNATURE, (("claimed_serial", token.serial),))
    if token.kind is not context.kind:
        return SheetRejection(RejectionReason.TEST_BALLOT, (), token)
    for form in context.forms:
        if (form.layout_prefix, form.layout.style, len(form.pages)) == (
            token.layout_prefix,
            token.style,
            token.pages,
        ):
            return IdentifiedCode(code, token, form)
    return SheetRejection(RejectionReason.UNKNOWN_LAYOUT, (("layout", token.layout_prefix.hex()),), token)


@dataclass(frozen=True, slots=True)
class LaidPage:
    """A page laid over its form, with its ink measured: what every reading of the page starts from."""

    scan: ScanImage
    page: PreparedPage
    registration: Registration
    ink: PageInk


def lay_page(
    scan: ScanImage, identified: IdentifiedCode, context: ReadingContext, debug: DebugWriter | None = None
) -> LaidPage | SheetRejection:
    """Registers an identified page and finds its ink, or says why that cannot be done.

    Args:
        scan: of the page, from `page_scan`.
        identified: what its code names.
        context: as for the reading.
        debug: receives a picture of the registration, where given.
    """
    options, scanner = context.fitted, context.scanner
    form, token = identified.form, identified.token
    page = form.pages[token.page - 1]
    registration = register_page(
        scan, identified.code.corners, page, form.page_size_mm, options.registration, scanner
    )
    if registration is not None and debug is not None:
        debug.save("registration", draw_registration(scan, registration))
    if registration is None or not _fits(registration, options):
        return SheetRejection(RejectionReason.NOT_REGISTERED, _registration_details(registration), token)
    streaks = () if scanner is None else scanner.streaks
    ink = find_ink(scan, registration.transform, page, form.page_size_mm, options, streaks)
    if ink.is_too_noisy(options.ink):
        # A dithered scan is grey again once smoothed; codes and registration do without.
        scan = smoothed(scan, options.ink.smoothing_mm * registration.quality.dpi_y / MM_PER_INCH)
        ink = find_ink(scan, registration.transform, page, form.page_size_mm, options, streaks)
    if ink.is_too_noisy(options.ink):
        return SheetRejection(RejectionReason.PAGE_IMAGE, (("noise", f"{ink.noise / 255:.2f}"),), token)
    return LaidPage(scan, page, registration, ink)


def _read_page(
    scan: ScanImage, identified: IdentifiedCode, context: ReadingContext, debug: DebugWriter | None
) -> ReadSheet:
    options, form = context.fitted, identified.form
    laid = lay_page(scan, identified, context, debug)
    if isinstance(laid, SheetRejection):
        # The code of the front may be read where it shines through; nothing is printed where it seems to be.
        sizes = _page_sizes(context)
        if laid.reason is RejectionReason.NOT_REGISTERED and is_blank(scan, sizes, options):
            return ReadSheet(SheetRejection(RejectionReason.BLANK_PAGE))
        return ReadSheet(laid)
    scan, page, ink = laid.scan, laid.page, laid.ink
    transform, quality = laid.registration.transform, laid.registration.quality
    marks = read_boxes(scan, transform, page, ink, options.marks)
    strikes = find_strikes(scan, transform, page, ink, options.strikes)
    seal = find_seal(page, form.seal_source, ink, options.seal)
    writings = find_writing(
        scan, transform, page.layout, form.page_size_mm, ink, marks, strikes, seal, options.writing
    )
    weak = quality.residual_mm > options.registration.weak_residual_mm
    reading = PageReading(
        token=identified.token,
        registration=quality,
        boxes=tuple(mark.reading for mark in marks),
        strikes=strikes,
        writings=writings,
        seal=seal.finding,
        review=(ReviewReason.WEAK_REGISTRATION,) if weak else (),
    )
    if debug is not None:
        debug.save("ink", ink.unprinted)
        debug.save("reading", draw_reading(ink.darkness, reading, page.layout))
    return ReadSheet(reading, _diagnostics(laid))


def _diagnostics(laid: LaidPage) -> PageDiagnostics | None:
    """What the page says of the scanner; nothing of that may cost a reading."""
    try:
        return measure_page(laid.scan, laid.registration, laid.ink, laid.page.layout)
    except _STAGE_FAULTS:
        return None


def _fits(registration: Registration, options: ReaderOptions) -> bool:
    limits = options.registration
    return (
        registration.patch_share >= limits.min_patch_share
        and registration.quality.residual_mm <= limits.max_residual_mm
    )


def _registration_details(registration: Registration | None) -> tuple[tuple[str, str], ...]:
    if registration is None:
        return ()
    return (
        ("residual_mm", f"{registration.quality.residual_mm:.2f}"),
        ("patches_found", f"{registration.patch_share:.0%}"),
        ("fiducials_found", str(registration.quality.fiducials_found)),
    )
