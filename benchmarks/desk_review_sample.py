"""A vote of many ballots for the desk's review: some really scanned with doubtful marks, the others rows."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path

from benchmarks.votes import made_up_official
from kiemphieu.demo import blank_sheet, printed_sheets, scan_jpeg
from kiemphieu.folder import VoteFolder, create_folder, load_layout, load_vote
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.scanning import scan_paths
from kiemphieu.store import PageRecord
from kiemphieu.vote_store import open_vote_store
from records.layout import Layout
from records.reading import (
    BoxReading,
    BoxState,
    MarkScores,
    PageReading,
    RegistrationQuality,
    SealFinding,
    SealState,
)
from records.token import Token, TokenKind
from sample_scans.campaign import Mix, simulate_sheet
from sample_scans.strata import Stratum

SEED = 8
DOUBTFUL = Mix(
    other_mark_line=0.04,
    corrected_line=0.03,
    misplaced_line=0.015,
    doubtful_strike_ballot=0.2,
    writing_ballot=0.0,
)
_QUALITY = RegistrationQuality(0.0512, 0.1043, 40, 300.12, 299.83, 0.31, 0, 4)

_VOTE = """\
format = 1
[vote]
id = "{vote}"
body = "Ban Dân tộc tỉnh Khánh Hòa"
parent_body = "UBND tỉnh Khánh Hòa"
title = "Phiếu tín nhiệm"
subject = "Đối với chức danh, chức vụ lãnh đạo, quản lý"
place = "Khánh Hòa"
date = 2023-07-20
rules = "qd96"
[attendance]
summoned = {ballots}
present = {ballots}
[decisions]
two_person = {two_person}
"""


def make_review_vote(
    place: Path, ballots: int = 500, scanned: int = 40, officials: int = 10, two_person: bool = True
) -> VoteFolder:
    """The vote; `scanned` of its ballots were really read, the others are plain rows."""
    folder = create_folder(place)
    people = "".join(
        f'[[official]]\nid = "{one.id}"\nname = "{one.name}"\nposition = "{one.position}"\n'
        for one in map(made_up_official, range(officials))
    )
    text = _VOTE.format(vote=place.name, ballots=ballots, two_person=str(two_person).lower())
    folder.vote_file.write_text(text + people, encoding="utf-8")
    printed = print_ballots(folder, PrintOrder(ballots, seed=SEED))
    layout = load_layout(folder, "")
    if layout is None:
        raise FileNotFoundError(folder.layout(""))
    scans = folder.root / "scans"
    scans.mkdir()
    sheets = list(printed_sheets(printed.pdf, layout))
    for number, sheet in enumerate(sheets[:scanned], start=1):
        scan = simulate_sheet(blank_sheet(printed.pdf, layout, sheet), DOUBTFUL, Stratum.FEEDER, SEED)
        (scans / f"scan-{number:04}.jpg").write_bytes(scan_jpeg(scan))
    scan_paths(folder, [scans], 1)
    store = open_vote_store(folder, load_vote(folder))
    store.record_pages([_plain_page(layout, sheet.serial) for sheet in sheets[scanned:]])
    store.close_pages()
    store.close()
    return folder


def _plain_page(layout: Layout, serial: str) -> PageRecord:
    rng = random.Random(serial)
    boxes = []
    for official in layout.officials:
        chosen = rng.choice(layout.levels).id
        for place in layout.pages[0].boxes:
            if place.official != official:
                continue
            marked = place.level == chosen
            scores = MarkScores(*(round(rng.random(), 4) for _ in range(19))) if marked else MarkScores()
            state = BoxState.CROSS if marked else BoxState.EMPTY
            boxes.append(BoxReading(official, place.level, state, scores, place.rect if marked else None))
    prefix = bytes.fromhex(layout.sha256)[:8]
    token = Token(TokenKind.BALLOT, layout.vote, "", 1, len(layout.pages), prefix, serial)
    seal = SealFinding(SealState.PRESENT, 0.21) if layout.pages[0].seal is not None else None
    reading = PageReading(token, replace(_QUALITY), tuple(boxes), seal=seal)
    digest = hashlib.sha256(serial.encode()).hexdigest()
    return PageRecord(digest, ".jpg", f"page-{serial}.jpg", 0, reading, "0" * 64)
