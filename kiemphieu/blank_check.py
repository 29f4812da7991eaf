"""`blank-check`: scans of ballots without a mark prove that nothing is read where nothing is.

Real ballots that were not handed out yet will do, and so will test ballots. Nothing is recorded: the pages
are read as `scan` reads them and forgotten. Only what was found is drawn, as `readings --explain` draws it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from kiemphieu.ballots import BallotEntry, Standing
from kiemphieu.deck_expected import DeckFolder
from kiemphieu.deck_printing import deck_names
from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.explain_draw import PX_PER_MM
from kiemphieu.explain_findings import Finding, FindingKind, page_findings
from kiemphieu.explain_head import panel_head
from kiemphieu.explain_page import Pixels, lay_scan
from kiemphieu.explain_sheet import annotated_page
from kiemphieu.explain_words import Words
from kiemphieu.explained import SHORT_HASH, Reread
from kiemphieu.folder import VoteFolder, free_name, load_profile, load_vote, vote_rules
from kiemphieu.intake import FileProblem, PageRef, file_problem, find_pages, load_page
from kiemphieu.messages import Language, translate
from kiemphieu.page_file import decode_page
from kiemphieu.page_worker import ReaderSetup, reading_context
from kiemphieu.scanning import reader_setup
from kiemphieu.store import PageRecord
from kiemphieu.vote_store import open_vote_store
from records.canonical import sha256_hex
from records.errors import InputError, PageFileError
from records.reading import (
    BoxState,
    PageReading,
    RejectionReason,
    ReviewReason,
    SealState,
    SheetRejection,
)
from records.rules import RuleSet
from records.token import TokenKind
from records.vote import Vote
from scanner.image import MM_PER_INCH
from scanner.interpret import interpret_ballot
from scanner.sheet import ReadingContext, read_sheet
from tally.validity import Issued, rule_ballot

Progress = Callable[[int, int], None]
BoxKey = tuple[str, str, str]
"""Group, official, level."""
_CROP_PX_PER_MM = 16.0
_ASKED = frozenset({FindingKind.STRIKE, FindingKind.WRITING, FindingKind.BESIDE})


@dataclass(frozen=True, slots=True)
class BoxInk:
    """The most ink that was found in one box over all pages, and in which file; 0 where there was none."""

    style: str
    official: str
    level: str
    ink_mm2: float
    source: str


@dataclass(frozen=True, slots=True)
class BlankFinding:
    """Something read where nothing is.

    Attributes:
        index: 0-based place of the page in its file.
        what: a box's state, `strike`, `writing`, `seal`, or why the page could not be read.
        crop: a picture of it; None of a page that could not be laid over its form.
    """

    source: str
    index: int
    what: str
    official: str = ""
    level: str = ""
    crop: Path | None = None


@dataclass(frozen=True, slots=True)
class BlankReport:
    """What was found.

    Attributes:
        pages: read as pages of ballots; backs and problems are not among them.
        backs: empty sides.
        boxes: every box of every form that was met, in print order.
        unseen: group and number of the printed pages of which there was no scan.
        pictures: the folder with the annotated pages; None where nothing was found.
    """

    vote: Vote
    pages: int
    backs: int
    boxes: tuple[BoxInk, ...]
    unseen: tuple[tuple[str, int], ...]
    findings: tuple[BlankFinding, ...]
    problems: tuple[FileProblem, ...]
    pictures: Path | None

    @property
    def clean(self) -> bool:
        return not self.findings


def check_blanks(
    folder: VoteFolder, paths: Sequence[Path], lang: Language, progress: Progress | None = None
) -> BlankReport:
    """Reads scans of unmarked ballots and keeps none of them.

    Raises:
        InputError: neither ballots nor a test deck were printed, or there is no page among `paths`.
        StoreError: a record cannot be read, or the pictures cannot be written.
    """
    vote = load_vote(folder)
    check = _Check(vote, vote_rules(vote), _contexts(folder, vote), folder, lang)
    own = (folder.pages, folder.ballots, folder.keys, folder.reports, folder.tests)
    found = tuple(find_pages(paths, leave_out=own))
    refs = [one for one in found if isinstance(one, PageRef)]
    problems = [one for one in found if isinstance(one, FileProblem)]
    for done, ref in enumerate(refs, start=1):
        problem = check.take(ref)
        if problem is not None:
            problems.append(problem)
        if progress is not None:
            progress(done, len(refs))
    if not check.pages and not check.findings:
        raise _nothing(lang, paths, problems)
    return check.report(tuple(problems))


def _nothing(lang: Language, paths: Sequence[Path], problems: Sequence[FileProblem]) -> InputError:
    """Why no page was read: what is wrong with the first file, where that is the reason."""
    if not problems:
        return InputError("blank_check_nothing", paths=", ".join(map(str, paths)))
    first = problems[0]
    reason = translate(first.message_id, lang, **dict(first.details))
    return InputError("blank_check_bad_file", scan=first.source, reason=reason)


def _contexts(folder: VoteFolder, vote: Vote) -> tuple[ReadingContext, ...]:
    """How real ballots are read, where there are any, and how the test ballots of each deck are."""
    contexts = []
    with closing(open_vote_store(folder, vote)) as store:
        if store.forms():
            contexts.append(reading_context(folder, store, reader_setup(folder, vote)))
    apart = replace(vote, store_url="")
    for name in reversed(deck_names(folder)):
        deck = DeckFolder(folder, name)
        if not deck.expected.exists():
            continue
        with closing(open_vote_store(deck.record, apart)) as store:
            profile = load_profile(folder, vote)
            setup = ReaderSetup(deck.record.root.resolve(), vote.id, "", TokenKind.TEST, profile=profile)
            contexts.append(reading_context(deck.record, store, setup))
    if not contexts:
        raise InputError("nothing_printed", path=str(folder.root))
    return tuple(contexts)


_OTHER_FORM = frozenset({RejectionReason.TEST_BALLOT, RejectionReason.UNKNOWN_LAYOUT})


class _Check:
    """Takes one page after the other."""

    def __init__(
        self,
        vote: Vote,
        rules: RuleSet,
        contexts: tuple[ReadingContext, ...],
        folder: VoteFolder,
        lang: Language,
    ) -> None:
        self._vote = vote
        self._rules = rules
        self._contexts = contexts
        self._folder = folder
        self._words = Words(
            lang,
            {official.id: official.name for official in vote.officials},
            {level.id: level.label for level in rules.levels},
            dict(rules.faults),
        )
        self._pictures: Path | None = None
        self._boxes: dict[BoxKey, BoxInk] = {}
        self._seen: set[tuple[str, int]] = set()
        self._wanted = {
            (form.layout.style, page.layout.page)
            for context in contexts
            for form in context.forms
            for page in form.pages
        }
        self._backs = 0
        self.pages = 0
        self.findings: list[BlankFinding] = []

    def take(self, ref: PageRef) -> FileProblem | None:
        """Reads one page; what is wrong with its file comes back."""
        try:
            page = load_page(ref)
            pixels = decode_page(page)
        except PageFileError as error:
            return file_problem(ref.source, error)
        for context in self._contexts:
            result = read_sheet(pixels, context)
            if not isinstance(result, SheetRejection) or result.reason not in _OTHER_FORM:
                break
        if isinstance(result, SheetRejection):
            if result.reason is RejectionReason.BLANK_PAGE:
                self._backs += 1
            else:
                self.findings.append(BlankFinding(ref.source, ref.index, result.reason.value))
            return None
        record = PageRecord(sha256_hex(page.data), page.suffix, ref.source, ref.index, result, "")
        self._take_reading(ref, record, result, pixels, context)
        return None

    def _take_reading(
        self,
        ref: PageRef,
        record: PageRecord,
        reading: PageReading,
        pixels: Pixels,
        context: ReadingContext,
    ) -> None:
        self.pages += 1
        style = reading.token.style
        self._seen.add((style, reading.token.page))
        for box in reading.boxes:
            key = style, box.official, box.level
            before = self._boxes.get(key)
            if before is None or box.scores.ink_mm2 > before.ink_mm2:
                ink = round(box.scores.ink_mm2, 2)
                self._boxes[key] = BoxInk(*key, ink, ref.source if ink else "")
        if ReviewReason.WEAK_REGISTRATION in reading.review:
            reason = ReviewReason.WEAK_REGISTRATION.value
            self.findings.append(BlankFinding(ref.source, ref.index, reason))
        self._take_findings(ref, record, reading, pixels, context)

    def _take_findings(
        self,
        ref: PageRef,
        record: PageRecord,
        reading: PageReading,
        pixels: Pixels,
        context: ReadingContext,
    ) -> None:
        form = next(f for f in context.forms if f.layout_prefix == reading.token.layout_prefix)
        entry = self._entry(record, reading)
        asked = [
            finding
            for finding in page_findings(reading, form.layout.page(reading.token.page), entry)
            if _is_asked(finding)
        ]
        scan = lay_scan(pixels, context) if asked else None
        if scan is None:
            self.findings += [_found(ref, finding, None) for finding in asked]
            return
        crops = [scan.crop(finding.place, _CROP_PX_PER_MM) for finding in asked]
        head = panel_head(self._vote, entry, record, self._words, Reread.SAME, (), ())
        canvas = annotated_page(scan, reading, asked, crops, head, self._words)
        stem = record.sha256[:SHORT_HASH]
        folder = self._picture_folder()
        _write_png(folder / f"{stem}.png", canvas.image, PX_PER_MM)
        for finding, crop in zip(asked, crops, strict=True):
            path = folder / f"{stem}-{finding.name}.png"
            _write_png(path, Image.fromarray(crop), _CROP_PX_PER_MM)
            self.findings.append(_found(ref, finding, path))

    def _entry(self, record: PageRecord, reading: PageReading) -> BallotEntry:
        """The page as a ballot of its own, for the words of its picture."""
        ruling = rule_ballot(interpret_ballot((reading,)), self._rules, Issued.ISSUED)
        return BallotEntry(
            ruling.serial,
            ruling.style,
            Standing.RULED,
            ruling.verdict,
            ruling.faults,
            ruling.review,
            ruling.lines,
            (record,),
        )

    def _picture_folder(self) -> Path:
        if self._pictures is None:
            with disk_errors(self._folder.reports):
                self._pictures = free_name(self._folder.reports / "blank-check")
                self._pictures.mkdir(parents=True)
        return self._pictures

    def report(self, problems: tuple[FileProblem, ...]) -> BlankReport:
        return BlankReport(
            vote=self._vote,
            pages=self.pages,
            backs=self._backs,
            boxes=tuple(self._boxes_in_order()),
            unseen=tuple(sorted(self._wanted - self._seen)),
            findings=tuple(self.findings),
            problems=problems,
            pictures=self._pictures,
        )

    def _boxes_in_order(self) -> Iterator[BoxInk]:
        for official in self._vote.officials:
            for level in self._rules.levels:
                box = self._boxes.get((official.style, official.id, level.id))
                if box is not None:
                    yield box


def _is_asked(finding: Finding) -> bool:
    """Whether a finding says that something is where nothing is.

    A ballot may have its stamp already or not yet; only ink in its zone that is neither is asked about.
    """
    if finding.kind is FindingKind.BOX:
        return finding.state is not BoxState.EMPTY
    return finding.kind in _ASKED or finding.state is SealState.UNCLEAR


def _found(ref: PageRef, finding: Finding, crop: Path | None) -> BlankFinding:
    what = finding.state.value if finding.kind is FindingKind.BOX else finding.kind.value
    return BlankFinding(ref.source, ref.index, what, finding.official or "", finding.level or "", crop)


def _write_png(path: Path, picture: Image.Image, px_per_mm: float) -> None:
    dpi = px_per_mm * MM_PER_INCH
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=(dpi, dpi), compress_level=3)
    write_atomic(path, out.getvalue())
