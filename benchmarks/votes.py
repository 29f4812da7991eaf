"""A printed vote in memory: what every benchmark starts from."""

from __future__ import annotations

import datetime
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from ballot_layout.fonts import bundled_fonts
from ballot_layout.form import Form, make_form
from ballot_layout.pdf import PrintedBallot, write_batch_pdf, write_reference_pdf
from ballot_layout.tokens import ballot_tokens, draw_serials, generate_keys, load_private_key, sign_token
from records.token import TokenKind
from records.vote import Official, PaperSize, PrintSettings, Vote
from sample_scans.stroke_library import StrokeLibrary, stroke_library
from sample_scans.voter import Sheet
from scanner.forms import REFERENCE_PX_PER_MM, prepare_form
from scanner.sheet import ReadingContext
from tally.rules import load_rule_set

PAPER_DPI = 300
_FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Võ", "Đặng", "Bùi", "Hồ", "Ngô", "Dương", "Lý", "Huỳnh"]
_MIDDLE = ["Văn", "Thị", "Hoàng", "Minh", "Thị Hương", "Quốc", "Đức", "Sỹ", "Thanh", "Hữu", "Ngọc", "Tấn"]
_GIVEN = ["An", "Bích", "Cường", "Đức", "Giang", "Hùng", "Khánh", "Long", "Mỹ", "Nghĩa", "Phượng", "Quyền"]
_POSITIONS = (
    "Chủ tịch UBND tỉnh",
    "Phó Chủ tịch UBND tỉnh",
    "Giám đốc Sở Tài chính",
    "Giám đốc Sở Nội vụ",
    "Chánh Văn phòng UBND tỉnh",
    "Giám đốc Sở Kế hoạch và Đầu tư",
    "Giám đốc Sở Y tế",
    "Giám đốc Sở Giáo dục và Đào tạo",
    "Chánh Thanh tra tỉnh",
    "Giám đốc Sở Tư pháp",
    "Giám đốc Sở Công Thương",
    "Giám đốc Sở Xây dựng",
)


@dataclass(frozen=True)
class PrintedVote:
    """A vote with its form, its printed batch and what is needed to read it."""

    vote: Vote
    form: Form
    serials: tuple[str, ...]
    batch_pdf: bytes
    context: ReadingContext
    key: Ed25519PrivateKey

    def sheets(self) -> Iterator[Sheet]:
        """Every page of the batch as blank paper, in print order."""
        return (self.sheet(index) for index in range(len(self.serials) * len(self.form.layout.pages)))

    def sheet(self, index: int) -> Sheet:
        """The page at `index` in print order as blank paper; only this one is drawn."""
        pages = self.form.layout.pages
        with pdfium.PdfDocument(self.batch_pdf) as document:
            rendered = document[index].render(scale=PAPER_DPI / 72).to_numpy()
            paper = np.ascontiguousarray(rendered[:, :, :3])
        return Sheet(
            paper=paper,
            px_per_mm=PAPER_DPI / 25.4,
            place=pages[index % len(pages)],
            serial=self.serials[index // len(pages)],
        )

    def reprinted(self, serials: tuple[str, ...]) -> PrintedVote:
        """The same vote with a batch of other serials."""
        return replace(self, serials=serials, batch_pdf=_batch_pdf(self.form, serials, self.key))


def print_vote(officials: int, count: int, paper: PaperSize = PaperSize.A4, seed: int = 1) -> PrintedVote:
    """A vote on `officials` people with `count` ballots; the same seed gives the same ballots."""
    rules = load_rule_set("qd96")
    vote = Vote(
        id="benchmark",
        body="Ban Dân tộc tỉnh Khánh Hòa",
        parent_body="UBND tỉnh Khánh Hòa",
        title="Phiếu tín nhiệm",
        subject="Đối với chức danh, chức vụ lãnh đạo, quản lý",
        place="Khánh Hòa",
        date=datetime.date(2023, 7, 20),
        rules="qd96",
        officials=tuple(made_up_official(index) for index in range(officials)),
        printing=PrintSettings(paper=paper),
    )
    form = make_form(vote, "", rules.levels, bundled_fonts())
    private, public = generate_keys(bytes([seed % 256]) * 32)
    key = load_private_key(private)
    rng = np.random.default_rng(seed)
    serials = draw_serials(count, frozenset(), lambda bits: int.from_bytes(rng.bytes(8)) >> (64 - bits))
    prepared = prepare_form(form.layout, render_grey(write_reference_pdf(form)))
    context = ReadingContext(vote.id, public, (prepared,))
    return PrintedVote(vote, form, serials, _batch_pdf(form, serials, key), context, key)


def _batch_pdf(form: Form, serials: tuple[str, ...], key: Ed25519PrivateKey) -> bytes:
    batch = io.BytesIO()
    ballots = (
        PrintedBallot(
            serial,
            tuple(sign_token(token, key) for token in ballot_tokens(form.layout, serial, TokenKind.BALLOT)),
        )
        for serial in serials
    )
    write_batch_pdf(form, ballots, batch)
    return batch.getvalue()


def render_grey(pdf: bytes) -> list[NDArray[np.uint8]]:
    """Every page of a PDF in grey at the reader's reference resolution."""
    scale = REFERENCE_PX_PER_MM * 25.4 / 72
    return [
        np.ascontiguousarray(page.render(scale=scale, grayscale=True).to_numpy().squeeze())
        for page in pdfium.PdfDocument(pdf)
    ]


def shared_strokes() -> StrokeLibrary | None:
    """The recorded pen strokes beside the project, or None where they are not at hand."""
    root = Path(os.environ.get("KIEMPHIEU_SHARED", Path(__file__).parents[1].parent / "shared"))
    path = root / "data" / "strokes.jsonl.gz"
    return stroke_library(path.read_bytes()) if path.is_file() else None


def made_up_official(index: int) -> Official:
    """A person to be rated; the first 144 all have names of their own."""
    name = " ".join(
        (
            _FAMILY[index % len(_FAMILY)],
            _MIDDLE[(index * 5 + index // 12) % len(_MIDDLE)],
            _GIVEN[(index * 7 + index // 12) % len(_GIVEN)],
        )
    )
    return Official(f"o{index + 1}", name, _POSITIONS[index % len(_POSITIONS)])
