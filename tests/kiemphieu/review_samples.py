"""Pages with doubtful findings, put into the record of a small printed vote without any scan."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from kiemphieu.folder import VoteFolder, load_layout, load_vote
from kiemphieu.store import PageRecord
from kiemphieu.vote_store import open_vote_store
from records.canonical import sha256_hex
from records.geometry import Rect
from records.layout import Layout
from records.reading import (
    BoxReading,
    BoxState,
    Certainty,
    MarkScores,
    PageReading,
    RegistrationQuality,
    ReviewReason,
    SealFinding,
    SealState,
    StrikeFinding,
    WritingFinding,
    WritingScores,
)
from records.token import Token, TokenKind

QUALITY = RegistrationQuality(0.05, 0.1, 40, 300.1, 299.8, 0.3, 0, 4)
MEMBERS = {"m1": "Lê Văn Cường", "m2": "Vũ Thị Giang", "m3": "Trần Thị Bích"}


def layout_of(folder: VoteFolder) -> Layout:
    layout = load_layout(folder, "")
    assert layout is not None
    return layout


def serials_of(folder: VoteFolder) -> list[str]:
    store = open_vote_store(folder, load_vote(folder))
    try:
        return sorted(store.issued())
    finally:
        store.close()


def page_of(folder: VoteFolder, serial: str, choice: str = "high", tag: str = "") -> PageRecord:
    """A ballot with a cross in the `choice` column of every line."""
    layout = layout_of(folder)
    boxes = tuple(
        BoxReading(
            place.official,
            place.level,
            BoxState.CROSS if place.level == choice else BoxState.EMPTY,
            MarkScores(ink_mm2=4.0, cross_fit=0.9) if place.level == choice else MarkScores(),
            place.rect if place.level == choice else None,
        )
        for place in layout.pages[0].boxes
    )
    token = Token(TokenKind.BALLOT, layout.vote, "", 1, 1, bytes.fromhex(layout.sha256)[:8], serial)
    seal = SealFinding(SealState.PRESENT, 0.2) if layout.pages[0].seal is not None else None
    reading = PageReading(token, QUALITY, boxes, seal=seal)
    digest = hashlib.sha256(f"{serial}{tag}".encode()).hexdigest()
    return PageRecord(digest, ".jpg", f"{serial}{tag}.jpg", 0, reading, "0" * 64)


def with_box(page: PageRecord, official: str, level: str, state: BoxState, fit: float = 0.5) -> PageRecord:
    assert isinstance(page.result, PageReading)
    boxes = tuple(
        replace(
            box,
            state=state,
            scores=MarkScores(ink_mm2=5.0, cross_fit=fit),
            evidence=box.evidence or Rect(150, 120, 7, 7),
        )
        if (box.official, box.level) == (official, level)
        else box
        for box in page.result.boxes
    )
    return replace(page, result=replace(page.result, boxes=boxes))


def with_strike(
    page: PageRecord, folder: VoteFolder, official: str, certainty: Certainty = Certainty.DOUBTFUL
) -> PageRecord:
    assert isinstance(page.result, PageReading)
    name = next(name for name in layout_of(folder).pages[0].names if name.official == official)
    ink = Rect(name.rect.x_mm, name.rect.centre_mm[1], name.rect.width_mm / 3, 1.0)
    strike = StrikeFinding(official, certainty, ink, 0.4, ink.width_mm)
    return replace(page, result=replace(page.result, strikes=(strike,)))


def with_writing(
    page: PageRecord,
    ink: Rect,
    reason: ReviewReason = ReviewReason.DOUBTFUL_WRITING,
    certainty: Certainty = Certainty.DOUBTFUL,
) -> PageRecord:
    assert isinstance(page.result, PageReading)
    found = WritingFinding(certainty, ink, 3.0, reason, WritingScores(ink_mm2=3.0))
    return replace(page, result=replace(page.result, writings=(found,)))


def beside_box(folder: VoteFolder, official: str) -> Rect:
    """Some ink to the right of an official's first box."""
    box = next(box for box in layout_of(folder).pages[0].boxes if box.official == official)
    return Rect(box.rect.right_mm + 1, box.rect.y_mm, 4, 4)


def record(folder: VoteFolder, *pages: PageRecord) -> None:
    store = open_vote_store(folder, load_vote(folder))
    try:
        store.record_pages(pages)
        store.close_pages()
    finally:
        store.close()


def with_line(page: PageRecord, official: str, *crossed: str) -> PageRecord:
    """The page with crosses in those boxes of a line and no others; none leaves it empty."""
    assert isinstance(page.result, PageReading)
    for box in page.result.boxes:
        if box.official == official:
            state = BoxState.CROSS if box.level in crossed else BoxState.EMPTY
            page = with_box(page, official, box.level, state)
    return page


def with_picture(page: PageRecord, folder: VoteFolder, scan: Path) -> PageRecord:
    """The page with a scan as its image."""
    image = scan.read_bytes()
    found = replace(page, sha256=sha256_hex(image))
    folder.pages.mkdir(exist_ok=True)
    (folder.pages / f"{found.sha256}{found.suffix}").write_bytes(image)
    return found


def invalid_vote(folder: VoteFolder) -> list[str]:
    """A ballot with a struck name, one with words, one with a double and an empty line, and a plain one."""
    serials = serials_of(folder)
    spoiled = with_line(page_of(folder, serials[2]), "o1", "high", "low")
    record(
        folder,
        page_of(folder, serials[3]),
        with_line(spoiled, "o2"),
        with_writing(page_of(folder, serials[1]), Rect(20, 250, 30, 8), certainty=Certainty.CERTAIN),
        with_strike(page_of(folder, serials[0]), folder, "o1", Certainty.CERTAIN),
    )
    return serials


def doubtful_vote(folder: VoteFolder) -> list[str]:
    """Four ballots: an unclear mark, a doubtful strike, writing, and one that is plain; their serials."""
    serials = serials_of(folder)
    record(
        folder,
        # Not in order of serial: the queue must be.
        page_of(folder, serials[3]),
        with_writing(page_of(folder, serials[2]), Rect(20, 250, 30, 8)),
        with_strike(page_of(folder, serials[1]), folder, "o1"),
        with_box(page_of(folder, serials[0]), "o2", "high", BoxState.UNCLEAR),
    )
    return serials
