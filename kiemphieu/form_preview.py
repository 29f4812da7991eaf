"""Pictures of the ballot's pages as they would be printed now, for people to look at before anything is."""

from __future__ import annotations

import io
from functools import lru_cache

from ballot_layout.pdf import write_reference_pdf
from kiemphieu.folder import VoteFolder
from kiemphieu.pdf_file import open_pdf
from kiemphieu.printing import vote_form
from records.vote import Vote

PREVIEW_PX_PER_MM = 5.0
"""An A4 page is 1050 pixels wide: sharp at the width it is shown, and at twice that with a zoom."""
_POINTS_PER_MM = 72 / 25.4


@lru_cache(maxsize=8)
def page_pictures(folder: VoteFolder, vote: Vote, definition_sha256: str) -> tuple[bytes, ...]:
    """A PNG of every page of every group's ballot.

    Args:
        folder: of the vote.
        vote: as vote.toml has it.
        definition_sha256: of the vote; with it, a changed seal image or font is drawn anew.

    Raises:
        InputError: the form cannot be set, such as a text that does not fit its place.
    """
    del definition_sha256  # it is for the cache alone
    pictures: list[bytes] = []
    for style in vote.styles:
        pictures += _drawn(write_reference_pdf(vote_form(folder, vote, style.id)))
    return tuple(pictures)


def _drawn(pdf: bytes) -> list[bytes]:
    pictures = []
    with open_pdf(pdf) as document:
        for page in document:
            out = io.BytesIO()
            image = page.render(scale=PREVIEW_PX_PER_MM / _POINTS_PER_MM, grayscale=True).to_pil()
            image.save(out, "PNG")
            pictures.append(out.getvalue())
    return pictures
