"""Makes the pictures of the desk anew: those of the guide, and the golden ones of the tests.

Run from the project's folder: `python docs/desk_pictures.py`. Look at what changed before keeping it.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests" / "kiemphieu" / "desk")]

import screen_pictures  # noqa: E402
from desk_afternoon import (  # noqa: E402
    CHROMIUM_FLAGS,
    WINDOW,
    Afternoon,
    chromium,
    served_desk,
)
from PIL import Image  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

PICTURES = HERE / "desk"
_COLOURS = 64
_WIDTH = 1000


def keep(name: str, page: Page) -> None:
    """A screen as the guide shows it, and as the tests compare it."""
    if name not in screen_pictures.LIVE:
        screen_pictures.save(name, screen_pictures.picture(page))
    shown = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    height = round(shown.height * _WIDTH / shown.width)
    small = shown.resize((_WIDTH, height), Image.Resampling.LANCZOS).quantize(_COLOURS)
    small.save(PICTURES / f"{name}.png", optimize=True)


def main() -> int:
    found = chromium()
    if found is None:
        sys.stderr.write("chromium is not installed (apt-get install chromium)\n")
        return 1
    for folder in (PICTURES, screen_pictures.GOLDEN):
        folder.mkdir(exist_ok=True)
        for old in folder.glob("*.png"):
            if old.stem not in screen_pictures.LIVE:
                old.unlink()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as play:
        root, work = Path(place, "kiemphieu"), Path(place, "work")
        work.mkdir()
        browser = play.chromium.launch(executable_path=found, args=list(CHROMIUM_FLAGS))
        page = browser.new_context(viewport=WINDOW, locale="vi-VN").new_page()
        with served_desk(root) as start:
            Afternoon(page, root, work, keep).run(start)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
