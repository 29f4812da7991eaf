"""One small printed vote for all tests of the scanner."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scanner_sheets import a4_vote, a5_vote, scan, sheet_of

from benchmarks.votes import PrintedVote
from sample_scans.voter import Sheet


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    cv2.setNumThreads(1)


@pytest.fixture(scope="session")
def vote() -> PrintedVote:
    """A5, five officials on one page."""
    return a5_vote()


@pytest.fixture(scope="session")
def large_vote() -> PrintedVote:
    """A4, twelve officials on one page."""
    return a4_vote()


@pytest.fixture(scope="session")
def sheet(vote: PrintedVote) -> Sheet:
    return sheet_of(vote)


@pytest.fixture(scope="session")
def clean_scan(sheet: Sheet) -> NDArray[np.uint8]:
    """An unmarked sheet, scanned without any fault; read-only."""
    image = scan(sheet.paper, sheet)
    image.setflags(write=False)
    return image
