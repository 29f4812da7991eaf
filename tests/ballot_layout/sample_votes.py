"""Votes, keys and printed pages that several tests of this room share."""

from __future__ import annotations

import datetime
import io
import random

import numpy as np
import pypdfium2

from ballot_layout.fonts import bundled_fonts
from ballot_layout.form import Form, make_form
from ballot_layout.pdf import PrintedBallot, write_batch_pdf
from ballot_layout.tokens import ballot_tokens, draw_serials, generate_keys, load_private_key, sign_token
from records.vote import Level, Official, PaperSize, PrintSettings, Sides, Vote

LEVELS = (Level("high", "Tín nhiệm cao"), Level("medium", "Tín nhiệm"), Level("low", "Tín nhiệm thấp"))
NAMES = ("Nguyễn Văn An", "Trần Thị Bích Ngọc", "Lê Hoàng Phương Uyên", "Đỗ Thùy Linh", "Hồ Ỷ Lan")
POSITIONS = (
    "Trưởng ban",
    "Phó Trưởng ban",
    "Chánh Văn phòng Ủy ban nhân dân tỉnh",
    "Phó Chủ tịch Hội đồng nhân dân tỉnh, Trưởng Ban Kinh tế - Ngân sách",
)
PRIVATE_PEM, PUBLIC_PEM = generate_keys(b"k" * 32)
KEY = load_private_key(PRIVATE_PEM)


def sample_vote(people: int = 3, paper: str = "A4", sides: Sides = Sides.SINGLE, **fields: object) -> Vote:
    values: dict[str, object] = {
        "id": "bdt-2023",
        "body": "Ban Dân tộc tỉnh Khánh Hòa",
        "parent_body": "UBND tỉnh Khánh Hòa",
        "title": "Phiếu tín nhiệm",
        "subject": "Đối với chức danh, chức vụ lãnh đạo, quản lý",
        "place": "Khánh Hòa",
        "date": datetime.date(2023, 7, 20),
        "rules": "qd96",
        "officials": tuple(
            Official(f"o{n + 1}", NAMES[n % len(NAMES)], POSITIONS[n % len(POSITIONS)]) for n in range(people)
        ),
        "printing": PrintSettings(PaperSize(paper), sides),
    }
    return Vote(**{**values, **fields})  # type: ignore[arg-type]


def sample_form(people: int = 3, paper: str = "A4", sides: Sides = Sides.SINGLE, **fields: object) -> Form:
    return make_form(sample_vote(people, paper, sides, **fields), "", LEVELS, bundled_fonts())


def sample_ballots(form: Form, count: int, seed: int = 1) -> list[PrintedBallot]:
    serials = draw_serials(count, (), random.Random(seed).getrandbits)
    return [
        PrintedBallot(serial, tuple(sign_token(token, KEY) for token in ballot_tokens(form.layout, serial)))
        for serial in serials
    ]


def batch_pdf(form: Form, ballots: list[PrintedBallot]) -> bytes:
    out = io.BytesIO()
    write_batch_pdf(form, ballots, out)
    return out.getvalue()


def page_images(pdf: bytes, dpi: int) -> list[np.ndarray]:
    """Each page as uint8 grey, (height, width), 255 white."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [np.array(page.render(scale=dpi / 72, grayscale=True).to_pil()) for page in document]
    finally:
        document.close()
