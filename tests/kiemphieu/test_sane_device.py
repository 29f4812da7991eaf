"""What `scanimage` says, understood."""

from __future__ import annotations

import subprocess

import pytest

from kiemphieu.sane_device import Trouble, list_devices, reason_of
from records.errors import InputError


def test_what_scanimage_says_is_understood() -> None:
    assert reason_of(6, "scanimage: sane_read: Document feeder jammed\n").trouble is Trouble.JAMMED
    assert reason_of(6, "").trouble is Trouble.JAMMED
    assert reason_of(1, "scanimage: open of device x failed: Invalid argument").trouble is Trouble.NO_DEVICE
    assert (
        reason_of(1, "scanimage: open of device x failed: Access to resource has been denied").trouble
        is Trouble.ACCESS_DENIED
    )
    assert reason_of(1, "scanimage: no SANE devices found").trouble is Trouble.NO_DEVICE
    assert reason_of(77, "something new").trouble is Trouble.OTHER


def test_a_scanner_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*words: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("scanimage", 120)

    monkeypatch.setattr("kiemphieu.sane_device.subprocess.run", hang)
    monkeypatch.setattr("kiemphieu.sane_device.shutil.which", lambda name: name)
    with pytest.raises(InputError, match="sane_no_answer"):
        list_devices()
