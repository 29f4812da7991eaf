from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from records.reading import BoxState
from sample_scans import gallery
from sample_scans.gallery.votes import GalleryVote, one_page_vote
from sample_scans.mark_shapes import MarkKind
from sample_scans.phenomena import PHENOMENA, simulate_phenomenon
from sample_scans.phenomenon import Group

SHOWN = {
    scan["name"]
    for scan in json.loads((Path(gallery.__file__).parent / "manifest.json").read_text())["scans"]
}


@cache
def _vote() -> GalleryVote:
    return one_page_vote()


@pytest.mark.parametrize("name", list(PHENOMENA))
def test_the_gallery_shows_it(name: str) -> None:
    assert PHENOMENA[name].gallery
    assert set(PHENOMENA[name].gallery) <= SHOWN


@pytest.mark.parametrize("name", list(PHENOMENA))
def test_it_is_simulated_and_differs_from_a_plain_ballot(name: str) -> None:
    made = simulate_phenomenon(name, _vote().sheet(0), 3, other=_vote().sheet(1), dpi=100)
    assert made.image.dtype == np.uint8
    assert min(made.image.shape[:2]) > 500
    assert (made.truth is None) == bool(made.rejections)
    if made.truth is None:
        return
    marks = {box.mark for box in made.truth.boxes if box.mark is not None}
    states = {box.state for box in made.truth.boxes}
    group = PHENOMENA[name].group
    assert (BoxState.CORRECTED in states) == name.startswith("corrected")
    assert bool(made.truth.strikes) == (group in (Group.STRUCK, Group.NOT_STRUCK))
    assert bool(made.truth.struck_officials) <= (group is Group.STRUCK)
    assert bool(made.truth.writings) == (group is Group.WRITING)
    assert made.truth.seal == (name != "seal-missing")
    if group in (Group.NO_WRITING, Group.SHEET, Group.SEAL, Group.WRITING):
        assert marks <= {kind for kind in MarkKind if kind.startswith("cross")}
    lines = {box.official for box in made.truth.boxes if box.mark is not None}
    assert len(lines) == 7


def test_the_same_seed_makes_the_same_scan() -> None:
    first, second = (
        simulate_phenomenon("fold-through-boxes", _vote().sheet(0), 5, dpi=100) for _ in range(2)
    )
    assert first.truth == second.truth
    assert np.array_equal(first.image, second.image)
    third = simulate_phenomenon("fold-through-boxes", _vote().sheet(0), 6, dpi=100)
    assert third.image.tobytes() != first.image.tobytes()


@pytest.mark.parametrize("seed", range(6))
def test_a_long_stroke_ends_in_an_empty_box(seed: int) -> None:
    made = simulate_phenomenon("neighbour-stroke", _vote().sheet(0), seed, dpi=100)
    assert made.truth is not None
    reached = [box for box in made.truth.boxes if box.mark is MarkKind.NEIGHBOUR_STROKE]
    assert reached
    assert all(box.state is BoxState.EMPTY for box in reached)
