"""Where everything stands on the printed page: the value behind layout.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from records.canonical import canonical_json, sha256_hex
from records.errors import LayoutError
from records.geometry import Rect, rect_from_json, rect_to_json
from records.vote import DEFAULT_STYLE_ID, Level

LAYOUT_FORMAT = 1


@dataclass(frozen=True, slots=True)
class BoxPlace:
    """The printed square of one level beside one official; `rect` is the outline's centre line."""

    official: str
    level: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class NamePlace:
    """The rectangle of an official's printed name and position text."""

    official: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class LayoutPage:
    """One printed side.

    Attributes:
        page: 1-based.
        boxes: sorted by official in print order, then by level in column order.
        seal: where the stamp belongs; None on pages without one.
        qr: the code's modules without the quiet zone.
        serial: the human-readable serial's line; differs from ballot to ballot.
        fiducials: filled black rectangles, in the order top left, top right, bottom left, bottom right.
    """

    page: int
    boxes: tuple[BoxPlace, ...]
    names: tuple[NamePlace, ...]
    seal: Rect | None
    qr: Rect
    serial: Rect
    fiducials: tuple[Rect, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """All pages of one ballot style.

    Attributes:
        form: SHA-256 (hex) of the drawing program: two forms with other words have other hashes.
        sha256: SHA-256 (hex) over the canonical JSON of everything else in the layout.
    """

    vote: str
    width_mm: float
    height_mm: float
    levels: tuple[Level, ...]
    pages: tuple[LayoutPage, ...]
    form: str
    style: str = DEFAULT_STYLE_ID
    sha256: str = ""

    def page(self, number: int) -> LayoutPage:
        """The page with the 1-based `number`.

        Raises:
            KeyError: the layout has no such page.
        """
        for page in self.pages:
            if page.page == number:
                return page
        raise KeyError(number)

    @property
    def officials(self) -> tuple[str, ...]:
        """Ids in print order."""
        return tuple(dict.fromkeys(box.official for page in self.pages for box in page.boxes))


def sealed_layout(layout: Layout) -> Layout:
    """`layout` with its `sha256` computed."""
    return replace(layout, sha256=layout_digest(layout))


def layout_digest(layout: Layout) -> str:
    data = layout_to_json(layout)
    del data["sha256"]
    return sha256_hex(canonical_json(data))


def layout_to_json(layout: Layout) -> dict[str, Any]:
    """The contract's layout.json as a JSON-ready mapping; `group` appears only with a named style."""
    data: dict[str, Any] = {
        "format": LAYOUT_FORMAT,
        "vote": layout.vote,
        "sha256": layout.sha256,
        "form": layout.form,
        "paper": {"width": layout.width_mm, "height": layout.height_mm},
        "levels": [{"id": level.id, "label": level.label} for level in layout.levels],
        "pages": [_page_to_json(page) for page in layout.pages],
    }
    if layout.style != DEFAULT_STYLE_ID:
        data["group"] = layout.style
    return data


def layout_from_json(text: str | bytes) -> Layout:
    """Reads layout.json and checks its hash.

    Raises:
        LayoutError: not JSON, not this format, a field missing or of another type, a number without a
            finite value, or the hash does not match.
    """
    try:
        layout = _parsed(text)
        computed = layout_digest(layout)
    except _UNREADABLE as error:
        raise LayoutError("layout_unreadable", reason=f"{type(error).__name__}: {error}") from error
    if computed != layout.sha256:
        raise LayoutError("layout_hash", found=layout.sha256, computed=computed)
    return layout


# OverflowError: a number no float can hold. RecursionError: brackets nested too deep. The digest's
# ValueError: Infinity and NaN, which Python's JSON reader lets through.
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


def _parsed(text: str | bytes) -> Layout:
    data = json.loads(text)
    if data["format"] != LAYOUT_FORMAT:
        raise LayoutError("layout_format", found=str(data["format"]), expected=str(LAYOUT_FORMAT))
    return Layout(
        vote=_word(data["vote"]),
        width_mm=float(data["paper"]["width"]),
        height_mm=float(data["paper"]["height"]),
        levels=tuple(Level(_word(level["id"]), _word(level["label"])) for level in data["levels"]),
        pages=tuple(_page_from_json(page) for page in data["pages"]),
        form=_word(data["form"]),
        style=_word(data.get("group", DEFAULT_STYLE_ID)),
        sha256=_word(data["sha256"]),
    )


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got a {type(value).__name__}")
    return value


def _page_to_json(page: LayoutPage) -> dict[str, Any]:
    data: dict[str, Any] = {
        "page": page.page,
        "boxes": [
            {"official": box.official, "level": box.level, **rect_to_json(box.rect)} for box in page.boxes
        ],
        "names": [{"official": name.official, **rect_to_json(name.rect)} for name in page.names],
        "qr": rect_to_json(page.qr),
        "serial": rect_to_json(page.serial),
        "fiducials": [rect_to_json(rect) for rect in page.fiducials],
    }
    if page.seal is not None:
        data["seal"] = rect_to_json(page.seal)
    return data


def _page_from_json(data: Mapping[str, Any]) -> LayoutPage:
    return LayoutPage(
        page=int(data["page"]),
        boxes=tuple(_box_from_json(box) for box in data["boxes"]),
        names=tuple(NamePlace(_word(n["official"]), rect_from_json(n)) for n in data["names"]),
        seal=rect_from_json(data["seal"]) if "seal" in data else None,
        qr=rect_from_json(data["qr"]),
        serial=rect_from_json(data["serial"]),
        fiducials=tuple(rect_from_json(f) for f in data["fiducials"]),
    )


def _box_from_json(data: Mapping[str, Any]) -> BoxPlace:
    return BoxPlace(_word(data["official"]), _word(data["level"]), rect_from_json(data))
