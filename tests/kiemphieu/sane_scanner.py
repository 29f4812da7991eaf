"""SANE's own simulated scanners, in a configuration of their own, for tests that feed pages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from printed_votes import SampleVote

SCANIMAGE = shutil.which("scanimage")
FEEDER = Path(__file__).with_name("sheet_feeder.py")

needs_sane = pytest.mark.skipif(
    SCANIMAGE is None and os.environ.get("CI") != "true",
    reason="scanimage is not installed (apt-get install sane-utils): tests of real SANE backends skip",
)


@dataclass(frozen=True)
class Scanner:
    """The program, with SANE's simulated scanners and, in `bin`, a feeder for one of them."""

    root: Path
    environment: dict[str, str]

    @property
    def tray(self) -> Path:
        return self.root / "tray"

    def start(self, *words: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "kiemphieu", "acquire", *map(str, words), "--lang", "en"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        return subprocess.Popen(command, env=self.environment, text=True, **pipes)  # noqa: S603

    def run(self, *words: object) -> tuple[int, str, str]:
        process = self.start(*words)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def json(self, *words: object) -> tuple[int, Any]:
        code, out, _ = self.run(*words, "--json")
        return code, json.loads(out)

    def feed(self, vote: SampleVote) -> list[str]:
        """Lays the sample's sheets into the tray."""
        for path in sorted(vote.scan_folder.iterdir()):
            with Image.open(path) as image:
                image.save(self.tray / f"{path.stem}.pgm")
        return sorted(path.name for path in self.tray.glob("*.pgm"))


def make_scanner(root: Path) -> Scanner:
    for name in ("config", "bin", "tray", "tray/out"):
        (root / name).mkdir(parents=True)
    (root / "config" / "dll.conf").write_text("test\npnm\n", encoding="ascii")
    stand_in = root / "bin" / "scanimage"
    stand_in.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FEEDER}" "$@"\n', encoding="utf-8")
    stand_in.chmod(0o755)
    environment = {
        **os.environ,
        "SANE_CONFIG_DIR": str(root / "config"),
        "KIEMPHIEU_TRAY": str(root / "tray"),
        "KIEMPHIEU_REAL_SCANIMAGE": SCANIMAGE or "",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    return Scanner(root, environment)


def with_feeder(scanner: Scanner) -> Scanner:
    """The feeder in place of `scanimage`."""
    path = f"{scanner.root / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return Scanner(scanner.root, {**scanner.environment, "PATH": path})
