"""`python -m sample_scans.gallery [--gallery FOLDER] [--contact-sheet FILE]`: makes the gallery anew."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from sample_scans.gallery.build import CASES, Entry, case_entries, manifest, vote_files
from sample_scans.gallery.contact_sheet import contact_sheet
from sample_scans.gallery.phenomenon_cases import PHENOMENON_CASES, phenomenon_entries
from sample_scans.gallery.special import special_entries
from sample_scans.gallery.votes import BALLOTS, one_page_vote, two_page_vote

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the gallery of sample scans anew.")
    parser.add_argument("--gallery", type=Path, default=HERE)
    parser.add_argument("--contact-sheet", type=Path, default=HERE.parents[1] / "docs" / "gallery.png")
    arguments = parser.parse_args()
    vote, two_pages = one_page_vote(), two_page_vote()
    scans = arguments.gallery / "scans"
    shutil.rmtree(scans, ignore_errors=True)
    scans.mkdir(parents=True)
    entries: list[Entry] = []
    made = (
        *case_entries(vote),
        *special_entries(vote, two_pages, len(CASES)),
        *phenomenon_entries(vote, BALLOTS - len(PHENOMENON_CASES)),
    )
    for entry in made:
        (scans / entry.file).write_bytes(entry.data)
        entries.append(entry)
    for path, data in (*vote_files(vote), *vote_files(two_pages)):
        target = arguments.gallery / "votes" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (arguments.gallery / "manifest.json").write_bytes(manifest(tuple(entries)))
    arguments.contact_sheet.write_bytes(contact_sheet(tuple(entries)))
    size = sum(len(entry.data) for entry in entries)
    sys.stderr.write(f"{len(entries)} scans, {size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
