"""A small printed vote with a clean scan of each ballot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiemphieu.demo import DPI, _drawn, _sheets
from kiemphieu.folder import VoteFolder, create_folder, load_layout, load_vote
from kiemphieu.printing import PrintOrder, print_ballots
from sample_scans.campaign import STRAIGHTFORWARD, simulate_sheet
from sample_scans.encoding import FileFormat, encode
from sample_scans.strata import Stratum

VOTE_TOML = """\
format = 1
[vote]
id = "{vote}"
body = "Ban Dân tộc tỉnh Khánh Hòa"
parent_body = "UBND tỉnh Khánh Hòa"
title = "Phiếu tín nhiệm"
subject = "Đối với chức danh, chức vụ lãnh đạo, quản lý"
place = "Khánh Hòa"
date = 2023-07-20
rules = "qd96"
[attendance]
summoned = 5
present = 4
[[official]]
id = "o1"
name = "Nguyễn Văn An"
position = "Trưởng ban"
[[official]]
id = "o2"
name = "Trần Thị Bình"
position = "Phó Trưởng ban"
"""
BALLOTS = 4
SEED = 11


@dataclass(frozen=True)
class SampleVote:
    """A printed vote and a clean scan of each of its ballots, by serial."""

    folder: VoteFolder
    scans: dict[str, Path]

    @property
    def root(self) -> str:
        return str(self.folder.root)

    @property
    def scan_folder(self) -> Path:
        return next(iter(self.scans.values())).parent


def make_vote(path: Path, vote: str = "bdt-2023", seed: int = SEED) -> SampleVote:
    folder = create_folder(path)
    folder.vote_file.write_text(VOTE_TOML.format(vote=vote), encoding="utf-8")
    report = print_ballots(folder, PrintOrder(BALLOTS, seed=seed))
    layout = load_layout(folder, "")
    assert layout is not None
    assert load_vote(folder).id == vote
    scans = path.parent / f"{path.name}-scans"
    scans.mkdir()
    paths = {}
    for number, sheet in enumerate(_sheets(report.pdf, layout), start=1):
        scan = simulate_sheet(_drawn(report.pdf, layout, sheet), STRAIGHTFORWARD, Stratum.CLEAN, seed)
        paths[sheet.serial] = scans / f"scan-{number:04}.jpg"
        paths[sheet.serial].write_bytes(encode(scan.image, FileFormat.JPEG, DPI, 90))
    return SampleVote(folder, paths)
