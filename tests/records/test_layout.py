"""layout.json reads back equal, carries its own hash, and is refused when anything is off."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import LayoutError
from records.geometry import Rect
from records.layout import (
    BoxPlace,
    Layout,
    LayoutPage,
    NamePlace,
    layout_digest,
    layout_from_json,
    layout_to_json,
    sealed_layout,
)
from records.vote import Level

lengths = st.floats(0, 300, allow_nan=False).map(lambda value: round(value, 3))
rects = st.builds(Rect, lengths, lengths, lengths, lengths)
words = st.text(max_size=8)


def pages(number: int) -> st.SearchStrategy[LayoutPage]:
    return st.builds(
        LayoutPage,
        page=st.just(number),
        boxes=st.lists(st.builds(BoxPlace, words, words, rects), max_size=3).map(tuple),
        names=st.lists(st.builds(NamePlace, words, rects), max_size=3).map(tuple),
        seal=st.none() | rects,
        qr=rects,
        serial=rects,
        fiducials=st.lists(rects, max_size=4).map(tuple),
    )


layouts = st.builds(
    Layout,
    vote=words,
    width_mm=lengths,
    height_mm=lengths,
    levels=st.lists(st.builds(Level, words, words), max_size=3).map(tuple),
    pages=st.integers(0, 2).flatmap(lambda number: st.tuples(*(pages(page + 1) for page in range(number)))),
    form=words,
    style=st.just("") | words,
).map(sealed_layout)

BOX = Rect(120.0, 90.0, 7.0, 7.0)
LAYOUT = sealed_layout(
    Layout(
        vote="bdt-2023",
        width_mm=210.0,
        height_mm=297.0,
        levels=(Level("high", "Tín nhiệm cao"), Level("low", "Tín nhiệm thấp")),
        pages=(
            LayoutPage(
                page=1,
                boxes=(BoxPlace("o2", "high", BOX), BoxPlace("o2", "low", BOX), BoxPlace("o1", "high", BOX)),
                names=(NamePlace("o2", BOX),),
                seal=None,
                qr=Rect(164.0, 12.0, 28.0, 28.0),
                serial=Rect(164.0, 41.0, 28.0, 4.0),
                fiducials=(Rect(8.0, 8.0, 5.0, 5.0),),
            ),
        ),
        form="ab" * 32,
    )
)


@given(layouts)
def test_a_layout_reads_back_equal(layout):
    text = json.dumps(layout_to_json(layout), ensure_ascii=False)
    assert layout_from_json(text) == layout
    assert layout_from_json(text.encode()) == layout


def test_the_keys_of_the_contract():
    data = layout_to_json(LAYOUT)
    assert (data["format"], data["vote"], data["paper"]) == (1, "bdt-2023", {"width": 210.0, "height": 297.0})
    assert data["levels"][0] == {"id": "high", "label": "Tín nhiệm cao"}
    side = data["pages"][0]
    assert side["boxes"][0] == {"official": "o2", "level": "high", "x": 120.0, "y": 90.0, "w": 7.0, "h": 7.0}
    assert side["names"] == [{"official": "o2", "x": 120.0, "y": 90.0, "w": 7.0, "h": 7.0}]
    assert "seal" not in side
    assert "group" not in data
    assert layout_to_json(replace(LAYOUT, style="g1"))["group"] == "g1"


def test_officials_and_pages_by_number():
    assert LAYOUT.officials == ("o2", "o1")
    assert LAYOUT.page(1) is LAYOUT.pages[0]
    with pytest.raises(KeyError):
        LAYOUT.page(2)


def test_the_hash_covers_everything_else():
    data = layout_to_json(LAYOUT)
    assert layout_digest(replace(LAYOUT, sha256="x")) == LAYOUT.sha256
    changes = {
        "vote": "bdt-2024",
        "form": "cd" * 32,
        "group": "g1",
        "paper": {"width": 148.0, "height": 210.0},
        "levels": [],
        "pages": [],
    }
    for key, value in changes.items():
        with pytest.raises(LayoutError, match="layout_hash"):
            layout_from_json(json.dumps({**data, key: value}))


def test_a_moved_box_breaks_the_hash():
    data = layout_to_json(LAYOUT)
    data["pages"][0]["boxes"][0]["x"] += 0.001
    with pytest.raises(LayoutError, match="layout_hash") as caught:
        layout_from_json(json.dumps(data))
    assert caught.value.details["found"] == LAYOUT.sha256


@pytest.mark.parametrize("text", ["", "[]", "3", "null", '{"format": 1}', "{", '"x"', b"\xff\xfe"])
def test_what_is_no_layout_is_refused(text):
    with pytest.raises(LayoutError, match="layout_unreadable"):
        layout_from_json(text)


def test_another_format_is_refused_as_such():
    with pytest.raises(LayoutError, match="layout_format"):
        layout_from_json(json.dumps({**layout_to_json(LAYOUT), "format": 2}))


@pytest.mark.parametrize("key", ["vote", "sha256", "form", "paper", "levels", "pages"])
def test_a_missing_field_is_refused(key):
    data = layout_to_json(LAYOUT)
    del data[key]
    with pytest.raises(LayoutError, match="layout_unreadable"):
        layout_from_json(json.dumps(data))


def test_a_negative_size_is_refused():
    data = layout_to_json(LAYOUT)
    data["pages"][0]["qr"]["w"] = -1
    with pytest.raises(LayoutError, match="layout_unreadable"):
        layout_from_json(json.dumps(data))


@pytest.mark.parametrize(
    "number",
    ["Infinity", "-Infinity", "NaN", "1e999", "1" + "0" * 400, "1" * 5000],
    ids=["inf", "-inf", "nan", "1e999", "400-digits", "5000-digits"],
)
@pytest.mark.parametrize("place", ['"width": 210.0', '"page": 1', '"w": 28.0'], ids=["width", "page", "w"])
def test_a_number_without_a_finite_value_is_refused(place, number):
    text = json.dumps(layout_to_json(LAYOUT))
    changed = text.replace(place, f"{place.split(':', maxsplit=1)[0]}: {number}", 1)
    assert changed != text
    with pytest.raises(LayoutError, match=r"layout_(unreadable|hash)"):
        layout_from_json(changed)


@pytest.mark.parametrize("opening", ["[", '{"a":'], ids=["lists", "objects"])
def test_brackets_nested_without_end_are_refused(opening):
    with pytest.raises(LayoutError, match="layout_unreadable"):
        layout_from_json(opening * 200_000)


@pytest.mark.parametrize("depth", [300, 900, 970, 1000, 5000])
@pytest.mark.parametrize("field", ["format", "vote", "form", "levels"])
def test_a_deeply_nested_field_is_refused(field, depth):
    text = json.dumps({**layout_to_json(LAYOUT), field: "here"})
    with pytest.raises(LayoutError):
        layout_from_json(text.replace('"here"', "[" * depth + "]" * depth))


@pytest.mark.parametrize("field", ["vote", "form", "group", "sha256"])
def test_a_word_that_is_no_text_is_refused(field):
    with pytest.raises(LayoutError, match="layout_unreadable"):
        layout_from_json(json.dumps({**layout_to_json(LAYOUT), field: 3}))


def test_half_a_character_is_refused():
    with pytest.raises(LayoutError, match="layout_unreadable"):
        layout_from_json(json.dumps({**layout_to_json(LAYOUT), "vote": "\ud800"}))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(layout_to_json(LAYOUT))), json_values)
def test_any_value_in_any_field_is_a_layout_or_a_layout_error(key, value):
    data = {**layout_to_json(LAYOUT), key: value}
    try:
        layout = layout_from_json(json.dumps(data))
    except LayoutError:
        return
    assert layout == LAYOUT
