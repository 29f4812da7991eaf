from __future__ import annotations

import io
import itertools
from dataclasses import replace

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from sample_votes import LEVELS, batch_pdf, page_images, sample_ballots, sample_form, sample_vote

from ballot_layout.codes import code_modules
from ballot_layout.drawing import Text, Typesetter
from ballot_layout.fonts import bundled_fonts
from ballot_layout.form import Form, make_form
from ballot_layout.masthead import MOTTO, NATIONAL_HEADING, PARTY_HEADING, date_line
from ballot_layout.pdf import write_reference_pdf
from records.canonical import canonical_json
from records.errors import LayoutError
from records.geometry import Rect
from records.layout import LayoutPage, layout_from_json, layout_to_json
from records.token import parse_token
from records.vote import BallotStyle, Level, Official

SIZES = [(1, "A4"), (12, "A4"), (60, "A4"), (1, "A5"), (12, "A5"), (60, "A5")]


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}-{size[1]}")
def form(request: pytest.FixtureRequest) -> Form:
    return sample_form(*request.param)


def texts_of(form: Form, page: int = 0) -> list[str]:
    return [shape.text for shape in form.pages[page].primitives if isinstance(shape, Text)]


def all_rects(page: LayoutPage) -> list[Rect]:
    rects = [box.rect for box in page.boxes] + [name.rect for name in page.names]
    return [*rects, page.qr, page.serial, *page.fiducials, *([page.seal] if page.seal else [])]


def test_every_official_has_a_box_for_every_level_in_order(form: Form) -> None:
    boxes = [(box.official, box.level) for page in form.layout.pages for box in page.boxes]
    people = len(boxes) // len(LEVELS)
    assert boxes == [(f"o{n + 1}", level.id) for n in range(people) for level in LEVELS]
    names = [name.official for page in form.layout.pages for name in page.names]
    assert names == [f"o{n + 1}" for n in range(people)]


def test_no_rectangles_of_the_layout_collide(form: Form) -> None:
    for page in form.layout.pages:
        for one, other in itertools.combinations(all_rects(page), 2):
            assert one.intersection_mm2(other) == 0, (page.page, one, other)


def test_boxes_stand_free_of_everything_printed(form: Form) -> None:
    setter = Typesetter(form.fonts)
    for page, drawn in zip(form.layout.pages, form.pages, strict=True):
        inks = [setter.ink_rect(shape) for shape in drawn.primitives if isinstance(shape, Text)]
        for box in page.boxes:
            free = box.rect.inflated(0.15 + 4.0 - 1e-3)
            assert all(free.intersection_mm2(ink) == 0 for ink in inks)


def test_gaps_between_boxes(form: Form) -> None:
    for page in form.layout.pages:
        for one, other in itertools.pairwise(page.boxes):
            if one.official == other.official:
                assert other.rect.x_mm - one.rect.right_mm >= 10.0
            else:
                assert other.rect.y_mm - one.rect.bottom_mm >= 4.0


def test_fiducials_are_where_the_brief_puts_them_with_quiet_margins(form: Form) -> None:
    layout = form.layout
    right, low = layout.width_mm - 13, layout.height_mm - 13
    for page in layout.pages:
        assert page.fiducials == (
            Rect(8, 8, 5, 5),
            Rect(right, 8, 5, 5),
            Rect(8, low, 5, 5),
            Rect(right, low, 5, 5),
        )
    [blank] = page_images(write_reference_pdf(form), 150)[:1]
    for mark in layout.pages[0].fiducials:
        assert crop(blank, mark.inflated(-0.3), 150).max() < 30
        ring = crop(blank, mark.inflated(3.0), 150).copy()
        inner = slice(int(2.7 / 25.4 * 150), int(8.3 / 25.4 * 150) + 1)
        ring[inner, inner] = 255
        assert ring.min() > 225


def crop(image: np.ndarray, rect: Rect, dpi: int) -> np.ndarray:
    scale = dpi / 25.4
    return image[
        round(rect.y_mm * scale) : round(rect.bottom_mm * scale),
        round(rect.x_mm * scale) : round(rect.right_mm * scale),
    ]


@pytest.mark.parametrize(("people", "paper"), [(5, "A4"), (5, "A5")])
def test_outlines_are_drawn_where_the_layout_says(people: int, paper: str) -> None:
    form, dpi = sample_form(people, paper), 600
    [image] = page_images(write_reference_pdf(form), dpi)
    for box in form.layout.pages[0].boxes:
        window = 255.0 - crop(image, box.rect.inflated(1.5), dpi)
        scale = dpi / 25.4
        for profile, start in ((window.mean(axis=0), box.rect.x_mm), (window.mean(axis=1), box.rect.y_mm)):
            half = len(profile) // 2
            origin = round((start - 1.5) * scale) / scale
            for part, expected in ((slice(0, half), start), (slice(half, None), start + box.rect.width_mm)):
                weights = np.where(profile > 60, profile, 0)[part]
                places = (np.arange(len(profile))[part] + 0.5) / scale + origin
                assert weights.sum() > 0
                assert abs((weights * places).sum() / weights.sum() - expected) < 0.1
        assert crop(image, box.rect.inflated(-0.5), dpi).min() == 255


def test_name_rectangles_bound_the_printed_text() -> None:
    form, dpi = sample_form(8), 300
    [image] = page_images(write_reference_pdf(form), dpi)
    for name in form.layout.pages[0].names:
        inside = crop(image, name.rect, dpi) < 128
        assert inside.any(axis=1)[:5].any()
        assert inside.any(axis=1)[-5:].any()
        assert inside.any(axis=0)[:5].any()
        assert inside.any(axis=0)[-5:].any()


@pytest.mark.parametrize("dpi", [150, 300])
@pytest.mark.parametrize("paper", ["A4", "A5"])
@pytest.mark.parametrize("vote_id", ["bdt-2023", "x" * 32])
def test_printed_codes_decode_to_their_tokens(dpi: int, paper: str, vote_id: str) -> None:
    form = sample_form(15, paper, id=vote_id)
    ballots = sample_ballots(form, 2)
    images = page_images(batch_pdf(form, ballots), dpi)
    expected = [(ballot.serial, code) for ballot in ballots for code in ballot.codes]
    assert len(images) == len(expected) == 2 * len(form.layout.pages)
    for image, (serial, code) in zip(images, expected, strict=True):
        [found] = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
        assert found.text == code
        assert parse_token(found.text).token.serial == serial


def test_modules_are_half_a_millimetre_or_more() -> None:
    for paper in ("A4", "A5"):
        for size in (1, 8, 32):
            form = sample_form(1, paper, id="a" * size)
            code = sample_ballots(form, 1)[0].codes[0]
            assert form.layout.pages[0].qr.width_mm / code_modules(len(code)) >= 0.5 - 1e-9


def test_code_stands_in_the_same_place_with_its_quiet_zone_free(form: Form) -> None:
    setter = Typesetter(form.fonts)
    places = {(page.qr, page.serial) for page in form.layout.pages}
    assert len(places) == 1
    qr = form.layout.pages[0].qr
    quiet = qr.inflated(4 * qr.width_mm / 41 - 1e-2)
    for page, drawn in zip(form.layout.pages, form.pages, strict=True):
        inks = [setter.ink_rect(shape) for shape in drawn.primitives if isinstance(shape, Text)]
        assert all(quiet.intersection_mm2(rect) == 0 for rect in (*inks, *page.fiducials, page.serial))


def test_all_that_is_printed_stays_on_the_paper(form: Form) -> None:
    setter = Typesetter(form.fonts)
    paper = Rect(0, 0, form.layout.width_mm, form.layout.height_mm).inflated(-8)
    for drawn in form.pages:
        for shape in drawn.primitives:
            if isinstance(shape, Text):
                ink = setter.ink_rect(shape)
                assert paper.contains(ink.x_mm, ink.y_mm)
                assert paper.contains(ink.right_mm, ink.bottom_mm)


def test_layout_json_round_trip(form: Form) -> None:
    assert layout_from_json(canonical_json(layout_to_json(form.layout))) == form.layout


def test_other_words_give_another_layout() -> None:
    one, other = sample_form(subject="Đối với lãnh đạo"), sample_form(subject="Đối với lãnh đạọ")
    assert one.layout.pages == other.layout.pages
    assert one.layout.form != other.layout.form
    assert one.layout.sha256 != other.layout.sha256
    assert sample_form().layout == sample_form().layout


def test_texts_of_the_form() -> None:
    texts = texts_of(sample_form(12))
    for line in (
        NATIONAL_HEADING,
        MOTTO,
        "UBND TỈNH KHÁNH HÒA",
        "PHIẾU TÍN NHIỆM",
        "STT",
        "Họ và tên",
        "Trang 1/1",
    ):
        assert line in texts
    assert "Khánh Hòa, ngày 20 tháng 7 năm 2023" in texts
    assert any("một trong 3 ô" in line for line in texts)


def test_one_official_needs_no_number() -> None:
    texts = texts_of(sample_form(1))
    assert "STT" not in texts
    assert "1" not in texts


def test_header_row_and_page_number_on_every_page() -> None:
    form = sample_form(60)
    for index in range(len(form.pages)):
        texts = texts_of(form, index)
        assert "STT" in texts
        assert f"Trang {index + 1}/{len(form.pages)}" in texts


@pytest.mark.parametrize(
    ("body", "party"),
    [
        ("Ban Thường vụ Tỉnh uỷ Khánh Hòa", True),
        ("Chi bộ Văn phòng", True),
        ("Hội đồng nhân dân tỉnh", False),
    ],
)
def test_a_party_body_has_the_party_heading(body: str, party: bool) -> None:
    texts = texts_of(sample_form(2, body=body, parent_body=""))
    assert (PARTY_HEADING in texts) is party
    assert (NATIONAL_HEADING in texts) is not party


def test_date_line_follows_the_decree() -> None:
    vote = sample_vote()
    assert date_line("Huế", vote.date.replace(month=2, day=3)) == "Huế, ngày 03 tháng 02 năm 2023"
    assert date_line("Huế", vote.date.replace(month=3, day=13)) == "Huế, ngày 13 tháng 3 năm 2023"


def test_only_the_style_asked_for_is_printed_with_its_title() -> None:
    people = (Official("a", "Lê A", "Chủ tịch", "hdnd"), Official("b", "Lê B", "Giám đốc", "ubnd"))
    vote = sample_vote(
        styles=(BallotStyle("hdnd", "Khối Hội đồng"), BallotStyle("ubnd", "Khối Ủy ban")), officials=people
    )
    form = make_form(vote, "ubnd", LEVELS, bundled_fonts())
    assert form.layout.style == "ubnd"
    assert form.layout.officials == ("b",)
    assert "Khối Ủy ban" in texts_of(form)
    assert "Lê A" not in texts_of(form)


def test_long_texts_wrap_and_the_row_grows() -> None:
    people = (
        Official("a", "Nguyễn " * 5 + "An", "Phó Chủ tịch Hội đồng nhân dân " * 6),
        Official("b", "Lê B", "Ủy viên"),
    )
    form = sample_form(officials=people)
    first, second = form.layout.pages[0].names
    assert first.rect.height_mm > 20 > second.rect.height_mm
    assert form.layout.pages[0].boxes[3].rect.y_mm - form.layout.pages[0].boxes[0].rect.y_mm > 15.5


@pytest.mark.parametrize(
    ("fields", "message_id"),
    [
        ({"officials": (Official("a", "N" * 60, "x"),)}, "layout_word_too_wide"),
        ({"officials": (Official("a", "Lê A", "dài " * 900),)}, "layout_row_too_tall"),
        ({"officials": ()}, "layout_no_officials"),
        ({"people": 61}, "layout_too_many_officials"),
        ({"id": "x" * 33}, "layout_bad_id"),
        ({"officials": (Official("a", "Lê 漢", "x"),)}, "font_missing_characters"),
    ],
)
def test_what_cannot_be_set_is_refused(fields: dict[str, object], message_id: str) -> None:
    with pytest.raises(LayoutError) as caught:
        sample_form(**fields)  # type: ignore[arg-type]
    assert caught.value.message_id == message_id
    if message_id == "layout_word_too_wide":
        assert caught.value.details["place"] == "official a: name"


def test_too_many_levels() -> None:
    levels = tuple(Level(f"l{n}", "Mức") for n in range(9))
    with pytest.raises(LayoutError, match="layout_too_many_levels"):
        make_form(sample_vote(), "", levels, bundled_fonts())


def png(width: int = 60, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (width, height), (200, 0, 0, 255)).save(out, "PNG")
    return out.getvalue()


def test_a_seal_image_fills_its_zone_keeping_its_proportions() -> None:
    form = make_form(sample_vote(20), "", LEVELS, bundled_fonts(), png())
    first, second = page_images(write_reference_pdf(form), 100)
    seal = form.layout.pages[0].seal
    assert seal is not None
    assert form.layout.pages[1].seal is None
    middle = Rect(seal.x_mm + 0.5, seal.centre_mm[1] - 8.5, seal.width_mm - 1, 17)
    assert crop(first, middle, 100).max() < 150
    assert crop(first, Rect(seal.x_mm, seal.bottom_mm - 8, seal.width_mm, 8), 100).min() == 255
    assert crop(second, middle, 100).mean() > 200
    assert form.layout.form != sample_form(20).layout.form


@pytest.mark.parametrize(
    ("data", "message_id"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "seal_image_empty"),
        (b"", "seal_image_kind"),
        (b"GIF89a", "seal_image_kind"),
        (png()[:60], "seal_image_unreadable"),
        (png(6000, 6000), "seal_image_too_large"),
    ],
)
def test_a_seal_image_that_cannot_be_used_is_refused(data: bytes, message_id: str) -> None:
    with pytest.raises(LayoutError, match=message_id):
        make_form(sample_vote(), "", LEVELS, bundled_fonts(), data)


def test_the_free_seal_zone_holds_no_more_than_the_bodys_name() -> None:
    form = sample_form(2)
    setter = Typesetter(form.fonts)
    seal = form.layout.pages[0].seal
    assert seal is not None
    inside = [
        s.text
        for s in form.pages[0].primitives
        if isinstance(s, Text) and seal.intersection_mm2(setter.ink_rect(s))
    ]
    assert inside == ["UBND TỈNH KHÁNH HÒA", "BAN DÂN TỘC TỈNH KHÁNH HÒA"]


def test_a4_and_a5_say_the_same() -> None:
    one, other = sample_vote(4), sample_vote(4, "A5")
    assert replace(other, printing=one.printing) == one
    words = [" ".join(texts_of(sample_form(4, paper))).split() for paper in ("A4", "A5")]
    assert sorted(words[0]) == sorted(words[1])
