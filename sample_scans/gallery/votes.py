"""The two made-up votes that the gallery's ballots belong to, and their printed sheets."""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass, replace

import numpy as np

from ballot_layout.fonts import bundled_fonts
from ballot_layout.form import Form, make_form
from ballot_layout.pdf import PrintedBallot, write_batch_pdf
from ballot_layout.tokens import ballot_tokens, draw_serials, generate_keys, load_private_key, sign_token
from records.token import TokenKind
from records.vote import Attendance, Level, Official, PaperSize, PrintSettings, Vote
from sample_scans.encoding import render_pdf_page
from sample_scans.pens import WORKING_DPI, WORKING_PX_PER_MM
from sample_scans.voter import Sheet

LEVELS = (
    Level("high", "Tín nhiệm cao"),
    Level("medium", "Tín nhiệm"),
    Level("low", "Tín nhiệm thấp"),
)
_PEOPLE = (
    ("Nguyễn Văn An", "Trưởng ban"),
    ("Trần Thị Bích Hằng", "Phó Trưởng ban"),
    ("Lê Quang Dũng", "Phó Trưởng ban"),
    ("Hoàng Minh Đức", "Chánh Văn phòng"),
    ("Phạm Thị Hồng Nhung", "Chánh Thanh tra"),
    ("Võ Thị Kim Oanh", "Trưởng phòng Chính sách"),
    ("Đặng Quốc Khánh", "Trưởng phòng Tuyên truyền"),
    ("Bùi Thanh Tùng", "Phó Chánh Văn phòng"),
    ("Đỗ Thị Thu Hà", "Phó Chánh Thanh tra"),
    ("Hồ Sỹ Hùng", "Phó Trưởng phòng"),
)
BALLOTS = 80


@dataclass(frozen=True, slots=True)
class GalleryVote:
    """One vote with everything needed to print and to check its ballots.

    Attributes:
        key_seed: 32 bytes; the gallery's keys are no secret.
        serials: of the ballots printed, in the order of the batch.
        pdf: the batch.
    """

    vote: Vote
    form: Form
    key_seed: bytes
    public_pem: bytes
    serials: tuple[str, ...]
    pdf: bytes

    def sheet(self, ballot: int, page: int = 1) -> Sheet:
        """The printed page `page` (1-based) of ballot number `ballot` (0-based)."""
        pages = len(self.form.pages)
        paper = render_pdf_page(self.pdf, ballot * pages + page - 1, WORKING_DPI)
        return Sheet(paper, WORKING_PX_PER_MM, self.form.layout.page(page), self.serials[ballot])


def one_page_vote() -> GalleryVote:
    """Seven officials on one A5 page."""
    return _gallery_vote("mau", 7, bytes([7]) * 32, BALLOTS)


def two_page_vote() -> GalleryVote:
    """Ten officials on two A5 pages: another vote, with a key of its own."""
    return _gallery_vote("mau-hai-trang", 10, bytes([11]) * 32, 3)


def printed_as_test(vote: GalleryVote) -> GalleryVote:
    """The same vote's form printed as test ballots."""
    serials, pdf = _batch(vote.form, vote.key_seed, 1, TokenKind.TEST)
    return GalleryVote(vote.vote, vote.form, vote.key_seed, vote.public_pem, serials, pdf)


def forged_ballots(vote: GalleryVote) -> GalleryVote:
    """The same form with codes that another key signed."""
    serials, pdf = _batch(vote.form, bytes([99]) * 32, 1, TokenKind.BALLOT)
    return GalleryVote(vote.vote, vote.form, vote.key_seed, vote.public_pem, serials, pdf)


def other_layout(vote: GalleryVote) -> GalleryVote:
    """The same vote under the same key, printed on a form with one official less."""
    shorter = replace(vote.vote, officials=vote.vote.officials[:-1])
    form = make_form(shorter, "", LEVELS, bundled_fonts())
    serials, pdf = _batch(form, vote.key_seed, 1, TokenKind.BALLOT)
    return GalleryVote(shorter, form, vote.key_seed, vote.public_pem, serials, pdf)


def _gallery_vote(vote_id: str, people: int, key_seed: bytes, ballots: int) -> GalleryVote:
    vote = Vote(
        id=vote_id,
        body="Ban Dân tộc tỉnh Mẫu",
        parent_body="UBND tỉnh Mẫu",
        title="Phiếu tín nhiệm",
        subject="Đối với chức danh, chức vụ lãnh đạo, quản lý",
        place="Mẫu",
        date=datetime.date(2026, 7, 20),
        rules="qd96",
        officials=tuple(Official(f"o{i + 1}", *_PEOPLE[i]) for i in range(people)),
        attendance=Attendance(summoned=90, present=85),
        printing=PrintSettings(paper=PaperSize.A5),
    )
    form = make_form(vote, "", LEVELS, bundled_fonts())
    _, public_pem = generate_keys(key_seed)
    serials, pdf = _batch(form, key_seed, ballots, TokenKind.BALLOT)
    return GalleryVote(vote, form, key_seed, public_pem, serials, pdf)


def _batch(form: Form, key_seed: bytes, count: int, kind: TokenKind) -> tuple[tuple[str, ...], bytes]:
    key = load_private_key(generate_keys(key_seed)[0])
    rng = np.random.default_rng([*key_seed[:4], kind, count])
    serials = draw_serials(count, (), lambda bits: int(rng.integers(1 << bits)))
    ballots = (
        PrintedBallot(serial, tuple(sign_token(t, key) for t in ballot_tokens(form.layout, serial, kind)))
        for serial in serials
    )
    out = io.BytesIO()
    write_batch_pdf(form, ballots, out)
    return serials, out.getvalue()


def vote_toml(vote: Vote) -> str:
    """The contract's vote.toml of a gallery vote."""
    attendance = vote.attendance or Attendance(0, 0)
    head = f"""format = 1
[vote]
id = "{vote.id}"
body = "{vote.body}"
parent_body = "{vote.parent_body}"
title = "{vote.title}"
subject = "{vote.subject}"
place = "{vote.place}"
date = {vote.date.isoformat()}
rules = "{vote.rules}"
[attendance]
summoned = {attendance.summoned}
present = {attendance.present}
[print]
paper = "{vote.printing.paper.value}"
"""
    people = "".join(
        f'[[official]]\nid = "{o.id}"\nname = "{o.name}"\nposition = "{o.position}"\n' for o in vote.officials
    )
    return head + people
