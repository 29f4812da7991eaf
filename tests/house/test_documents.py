"""The documents are complete, their links lead somewhere, and what is drawn is up to date."""

from __future__ import annotations

import re
from pathlib import Path

import draw_architecture
import pytest

from records.reading import RejectionReason, ReviewReason

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")


def test_the_architecture_is_drawn_from_the_code_as_it_is():
    text = draw_architecture.DOCUMENT.read_text(encoding="utf-8")
    remedy = f"{draw_architecture.DOCUMENT.name} is out of date: run `{draw_architecture.REMEDY}`"
    # No comparison in the assertion itself: the two texts in full would bury the remedy.
    same = draw_architecture.drawn_document(text) == text
    assert same, remedy


def test_the_drawing_shows_rooms_modules_and_imports():
    part = draw_architecture.drawn_part()
    assert "    scanner --> records" in part
    assert "records --> " not in part
    assert (
        "| `records.layout` | Where everything stands on the printed page: the value behind layout.json. |"
        in part
    )


def test_a_document_without_markers_is_refused():
    with pytest.raises(ValueError, match="lacks"):
        draw_architecture.drawn_document("# The house\n")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file(document):
    for match in LINK.finditer(document.read_text(encoding="utf-8")):
        link = match[1] or match[2]
        if not link.startswith(("http://", "https://", "#")):
            target, _, heading = link.partition("#")
            path = document.parent / target
            assert path.exists(), link
            if heading:
                assert heading in headings(path), link


def headings(path: Path) -> set[str]:
    """The anchors that GitHub makes of a document's headings."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    plain = [re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()) for line in lines]
    return {line.replace(" ", "-") for line in plain}


@pytest.mark.parametrize("section", ["ReviewReason", "RejectionReason"])
def test_every_reason_is_explained_in_both_languages(section):
    reasons = {"ReviewReason": ReviewReason, "RejectionReason": RejectionReason}[section]
    text = (ROOT / "docs" / "review-reasons.md").read_text(encoding="utf-8")
    part = re.split(r"^## ", text, flags=re.MULTILINE)
    chapter = next(chapter for chapter in part if f"`{section}`" in chapter.splitlines()[0])
    explained = dict(re.findall(r"^### `(\w+)`[^\n]*\n(.*?)(?=^### |\Z)", chapter, re.MULTILINE | re.DOTALL))
    assert set(explained) == {reason.value for reason in reasons}
    for reason, words in explained.items():
        assert "**VI.**" in words, reason
        assert "**EN.**" in words, reason


def test_the_readme_names_every_room():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [room for room in draw_architecture.ROOMS if f"`{room}`" not in text] == []
