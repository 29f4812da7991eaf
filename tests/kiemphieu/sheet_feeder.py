"""A document feeder for SANE's `pnm` backend, which by itself gives one page: stands in for `scanimage`.

Sheets lie as picture files in the folder that KIEMPHIEU_TRAY names, and leave it for its folder `out` when
they are scanned. A file named as one of the backend's statuses holds the number of the sheet at which the
feeder stops, once; that sheet stays. Every page and every error comes from the real `scanimage` and the real
backend; only the loop over pages of `--batch` is this script's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

REAL = os.environ.get("KIEMPHIEU_REAL_SCANIMAGE", "/usr/bin/scanimage")
STATUSES = ("jammed", "coveropen", "ioerror", "nomem", "accessdenied")


def real(*words: str) -> int:
    return subprocess.run([REAL, *words], check=False).returncode  # noqa: S603


def page_number(words: list[str]) -> int:
    return next(int(word.partition("=")[2]) for word in words if word.startswith("--batch-start="))


def due_status(tray: Path, sheet: int) -> str | None:
    """The status to give at this sheet; given once."""
    for status in STATUSES:
        plan = tray / status
        if plan.exists() and int(plan.read_text(encoding="ascii")) == sheet:
            plan.unlink()
            return status
    return None


def hang(tray: Path) -> None:
    """As a driver that does not get its scanner closed, where a file `hang` asks for that."""
    if (tray / "hang").exists():
        time.sleep(600)


def main() -> int:
    words = sys.argv[1:]
    if not any(word.startswith("--batch=") for word in words):
        return real(*words)
    tray = Path(os.environ["KIEMPHIEU_TRAY"])
    plain = [word for word in words if not word.startswith(("--batch-start", "--batch-count"))]
    number, sheet = page_number(words), 0
    while sheets := sorted(tray.glob("*.p?m")):
        sheet += 1
        picture = sheets[0]
        status = due_status(tray, sheet)
        simulated = [f"--status-{status}=yes"] if status else []
        one = [f"--batch-start={number}", "--batch-count=1"]
        code = real(*plain, f"--filename={picture}", *simulated, *one)
        if code:
            hang(tray)
            return code
        picture.rename(tray / "out" / picture.name)
        number += 1
        time.sleep(float(os.environ.get("KIEMPHIEU_TRAY_PAUSE", "0")))
    print("scanimage: sane_start: Document feeder out of documents", file=sys.stderr)  # noqa: T201
    return 0 if sheet else real(*plain, "--status-nodocs=yes", f"--batch-start={number}", "--batch-count=1")


if __name__ == "__main__":
    sys.exit(main())
