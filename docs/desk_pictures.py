"""Makes the pictures of the desk anew: those of the guide, and the golden ones of the tests.

Run from the project's folder: `python docs/desk_pictures.py`. Look at what changed before keeping it.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent / "tests" / "kiemphieu"
sys.path[:0] = [str(one) for one in (HERE.parent, TESTS, TESTS / "desk", TESTS.parent / "scanner")]

import screen_pictures  # noqa: E402
from desk_afternoon import CHROMIUM_FLAGS, Afternoon, chromium, served_desk  # noqa: E402
from desk_browser import reached, window  # noqa: E402
from desk_samples import new_desk  # noqa: E402
from desk_scenes import Scenes  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from printed_votes import make_vote  # noqa: E402

from kiemphieu.messages import Language  # noqa: E402

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
        browser = play.chromium.launch(executable_path=found, args=list(CHROMIUM_FLAGS))
        _afternoon(browser, Path(place, "afternoon"))
        _other_screens(browser, Path(place, "others"))
        browser.close()
    return 0


def _afternoon(browser: Browser, place: Path) -> None:
    root, work = place / "kiemphieu", place / "work"
    work.mkdir(parents=True)
    with served_desk(root) as start:
        Afternoon(window(browser), root, work, keep).run(start)


def _other_screens(browser: Browser, place: Path) -> None:
    work = place / "work"
    work.mkdir(parents=True)
    sample = make_vote(place / "sample" / "bdt-2023")
    other = make_vote(place / "other" / "vote", vote="other-2023", seed=99)
    desk = new_desk(place / "kiemphieu", sample, Language.VIETNAMESE)
    with reached(desk) as at:
        Scenes(window(browser), desk, at, work, min(other.scans.values()), keep).run()


if __name__ == "__main__":
    sys.exit(main())
