"""Gallery: phenomena as the simulator's strata draw them, one scan each, with the seed chosen by eye."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from records.reading import RejectionReason
from sample_scans.encoding import FileFormat, encode
from sample_scans.gallery.build import Entry, origin_text
from sample_scans.gallery.expected import Expected, expected_ballot
from sample_scans.gallery.votes import GalleryVote
from sample_scans.phenomena import PHENOMENA, simulate_phenomenon
from sample_scans.settings import ColourMode

_JPEG_QUALITY = 60
_DPI = 150


@dataclass(frozen=True, slots=True)
class PhenomenonCase:
    """One scan; `verdicts` and `weak` as in `Case`."""

    name: str
    phenomenon: str
    seed: int
    dpi: int = _DPI
    verdicts: tuple[str, ...] = ()
    weak: bool = True
    jpeg_quality: int = _JPEG_QUALITY


PHENOMENON_CASES = (
    PhenomenonCase("mark-on-line", "mark-on-line", 1, verdicts=("review",)),
    PhenomenonCase("mark-corrected-circled", "corrected-circled", 2),
    PhenomenonCase("two-crosses-circled", "two-crosses-one-circled", 1),
    PhenomenonCase("fold-row", "fold-through-boxes", 4),
    PhenomenonCase("streak-column", "streak-down-boxes", 3, dpi=200),
    PhenomenonCase("neighbour-stroke", "neighbour-stroke", 1),
    PhenomenonCase("bleed-marks", "bleed-of-marks", 3),
    PhenomenonCase("seal-on-box", "stamp-on-box", 1),
    PhenomenonCase("toner-spots", "toner-spots", 2),
    PhenomenonCase("hair-on-box", "hair-over-box", 2, dpi=200),
    PhenomenonCase("strike-rows", "strike-rows", 1),
    PhenomenonCase("large-cross-at-name", "large-cross-at-name", 1),
    PhenomenonCase("back-remark", "writing-back", 1),
    PhenomenonCase("writing-faint", "writing-pencil", 4, dpi=200),
    PhenomenonCase("fine-600", "dpi-600", 3, dpi=600, jpeg_quality=30),
    PhenomenonCase("one-bit", "one-bit", 2, dpi=200),
    PhenomenonCase("cast-warm", "colour-cast", 1),
    PhenomenonCase("cast-cold", "colour-cast", 3),
    PhenomenonCase("printer-104", "scale-large", 2),
    PhenomenonCase("seal-black", "seal-black", 1),
    PhenomenonCase("seal-elsewhere", "seal-elsewhere", 1, verdicts=("review", "valid")),
    PhenomenonCase("seal-on-table", "seal-on-table", 1, verdicts=("review", "valid")),
)


def phenomenon_entries(vote: GalleryVote, first_free: int) -> Iterator[Entry]:
    """Ballots of `vote` from number `first_free` on are used."""
    for number, case in enumerate(PHENOMENON_CASES):
        yield phenomenon_entry(vote, case, first_free + number)


def phenomenon_entry(vote: GalleryVote, case: PhenomenonCase, ballot: int) -> Entry:
    made = simulate_phenomenon(case.phenomenon, vote.sheet(ballot), case.seed, dpi=case.dpi)
    if made.settings.mode is ColourMode.BINARY:
        data, suffix = encode(made.image, FileFormat.TIFF, case.dpi), "tif"
    else:
        data, suffix = encode(made.image, FileFormat.JPEG, case.dpi, case.jpeg_quality), "jpg"
    truths = () if made.truth is None else (made.truth,)
    expected = (
        Expected(expected_ballot(truths, case.verdicts, case.weak))
        if truths
        else Expected(rejections=tuple(RejectionReason(reason) for reason in made.rejections))
    )
    return Entry(
        case.name,
        f"{case.name}.{suffix}",
        data,
        PHENOMENA[case.phenomenon].shows,
        f"phenomenon {case.phenomenon}, " + origin_text(case.seed, made.settings),
        vote.vote.id,
        expected,
        truths,
        made.image,
    )
