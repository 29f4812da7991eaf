from __future__ import annotations

import io

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont

from ballot_layout.fonts import REQUIRED_CHARACTERS, bundled_fonts, check_coverage, font_face, user_fonts
from records.errors import LayoutError


def test_bundled_fonts_cover_vietnamese() -> None:
    check_coverage(bundled_fonts(), (REQUIRED_CHARACTERS,))
    assert {"Ậ", "ợ", "Ỹ", "đ", "Ư", "ẵ"} <= set(REQUIRED_CHARACTERS)


def test_a_users_font_serves_both_weights() -> None:
    data = bundled_fonts().regular
    fonts = user_fonts(data)
    assert fonts.regular == fonts.bold == data


def test_a_font_without_a_vietnamese_letter_is_refused_with_its_name() -> None:
    font = TTFont(io.BytesIO(bundled_fonts().regular))
    for tag in ("GPOS", "GSUB", "GDEF", "BASE", "DSIG"):
        del font[tag]
    cutter = subset.Subsetter()
    cutter.populate(text=REQUIRED_CHARACTERS.replace("ợ", ""))
    cutter.subset(font)
    out = io.BytesIO()
    font.save(out)
    with pytest.raises(LayoutError) as caught:
        user_fonts(out.getvalue())
    assert caught.value.message_id == "font_missing_characters"
    assert caught.value.details["characters"] == "ợ (U+1EE3)"


@pytest.mark.parametrize("data", [b"", b"not a font", bundled_fonts().regular[:300]])
def test_what_is_no_font_is_refused(data: bytes) -> None:
    with pytest.raises(LayoutError, match="font_unreadable"):
        user_fonts(data)


def test_widths_and_ink() -> None:
    face = font_face(bundled_fonts().regular)
    assert face.width_em("Tín nhiệm") == pytest.approx(sum(face.width_em(letter) for letter in "Tín nhiệm"))
    left, bottom, right, top = face.ink_em("Ấp")
    assert 0 <= left < right <= face.width_em("Ấp")
    assert bottom < -0.1
    assert top > 0.8
    assert face.ink_em("  ") == (0, 0, 0, 0)
