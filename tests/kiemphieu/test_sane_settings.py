"""What an operator asks for in the words of scanners that call it by other names."""

from __future__ import annotations

from typing import Any

import pytest

from kiemphieu.sane_device import DeviceOption
from kiemphieu.sane_settings import PaperSource, ScanMode, ScanSettings, arguments
from records.errors import UsageError


def test_scanners_call_one_thing_by_many_names() -> None:
    def option(name: str, *choices: str) -> dict[str, DeviceOption]:
        return {name: DeviceOption(name, choices, active=True)}

    brother = option(
        "source",
        "FlatBed",
        "Automatic Document Feeder(left aligned)",
        "Automatic Document Feeder(left aligned,Duplex)",
    ) | option("mode", "Black & White", "Gray[Error Diffusion]", "True Gray", "24bit Color")
    fujitsu = option("source", "ADF Front", "ADF Back", "ADF Duplex") | option("mode", "Lineart", "Gray")
    epson = option("source", "Flatbed", "Automatic Document Feeder") | option("adf-mode", "Simplex", "Duplex")

    def words(options: dict[str, DeviceOption], **settings: Any) -> tuple[str, ...]:
        return arguments(ScanSettings("any", **settings), options)

    left_aligned = "--source=Automatic Document Feeder(left aligned"
    assert words(brother) == (f"{left_aligned})", "--mode=True Gray")
    assert words(brother, source=PaperSource.DUPLEX)[0] == f"{left_aligned},Duplex)"
    assert words(brother, source=PaperSource.FLATBED, mode=ScanMode.LINEART) == (
        "--source=FlatBed",
        "--mode=Black & White",
    )
    assert words(fujitsu) == ("--source=ADF Front", "--mode=Gray")
    assert words(fujitsu, source=PaperSource.DUPLEX) == ("--source=ADF Duplex", "--mode=Gray")
    assert words(epson, source=PaperSource.DUPLEX) == (
        "--source=Automatic Document Feeder",
        "--adf-mode=Duplex",
    )
    with pytest.raises(UsageError, match="sane_not_offered"):
        words(fujitsu, source=PaperSource.FLATBED)
