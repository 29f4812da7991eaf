"""Which version of the program this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """As installed; `0` where the program runs from a folder that was never installed."""
    try:
        return version("kiemphieu")
    except PackageNotFoundError:
        return "0"
