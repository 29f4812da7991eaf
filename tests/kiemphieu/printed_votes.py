"""A small printed vote with a clean scan of each ballot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kiemphieu.demo import DPI, blank_sheet, printed_sheets
from kiemphieu.folder import VoteFolder, create_folder, load_layout, load_vote
from kiemphieu.printing import PrintOrder, print_ballots
from sample_scans.campaign import STRAIGHTFORWARD, simulate_sheet
from sample_scans.encoding import FileFormat, encode
from sample_scans.strata import Stratum
from sample_scans.truth import Truth

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
    truth: dict[str, Truth] = field(default_factory=dict)

    @property
    def root(self) -> str:
        return str(self.folder.root)

    @property
    def scan_folder(self) -> Path:
        return next(iter(self.scans.values())).parent


def make_vote(path: Path, vote: str = "bdt-2023", seed: int = SEED) -> SampleVote:
    return make_vote_of(path, VOTE_TOML.format(vote=vote), {"": BALLOTS}, seed)


def make_vote_of(path: Path, toml: str, ballots: Mapping[str, int], seed: int = SEED) -> SampleVote:
    """A vote of any vote.toml, with so many ballots of each group printed and scanned.

    `truth` of the result says what was marked, by serial.
    """
    folder = create_folder(path)
    folder.vote_file.write_text(toml, encoding="utf-8")
    load_vote(folder)
    scans = path.parent / f"{path.name}-scans"
    scans.mkdir()
    paths, truth = {}, {}
    for style, count in ballots.items():
        report = print_ballots(folder, PrintOrder(count, style=style, seed=seed + len(paths)))
        layout = load_layout(folder, style)
        assert layout is not None
        for sheet in printed_sheets(report.pdf, layout):
            scan = simulate_sheet(
                blank_sheet(report.pdf, layout, sheet), STRAIGHTFORWARD, Stratum.CLEAN, seed
            )
            paths[sheet.serial] = scans / f"scan-{len(paths) + 1:04}.jpg"
            paths[sheet.serial].write_bytes(encode(scan.image, FileFormat.JPEG, DPI, 90))
            truth[sheet.serial] = scan.truth
    return SampleVote(folder, paths, truth)
