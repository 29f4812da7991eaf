from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import pytest

from scanner import options as options_module
from scanner.options import ReaderOptions

DEFAULT = ReaderOptions()
NAMES = [
    (group.name, field.name) for group in fields(DEFAULT) for field in fields(getattr(DEFAULT, group.name))
]


def changed(value: object) -> object:
    if isinstance(value, tuple):
        return (*value[:-1], changed(value[-1]))
    if is_dataclass(value) and not isinstance(value, type):
        name = fields(value)[0].name
        return replace(value, **{name: changed(getattr(value, name))})
    assert isinstance(value, int | float)
    return value + 1


@pytest.mark.parametrize(("group", "name"), NAMES, ids=[".".join(name) for name in NAMES])
def test_every_option_is_part_of_the_digest(group: str, name: str) -> None:
    """A result tells which options made it; no option may change unnoticed."""
    part = getattr(DEFAULT, group)
    other = replace(DEFAULT, **{group: replace(part, **{name: changed(getattr(part, name))})})
    assert other.digest() != DEFAULT.digest()


def test_equal_options_have_equal_digests() -> None:
    assert ReaderOptions().digest() == DEFAULT.digest()
    assert len(DEFAULT.digest()) == 64
    assert int(DEFAULT.digest(), 16) > 0


def test_the_readers_version_is_part_of_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = DEFAULT.digest()
    monkeypatch.setattr(options_module, "READER_VERSION", options_module.READER_VERSION + 1)
    assert DEFAULT.digest() != before


def test_options_cannot_be_changed_in_place() -> None:
    for group in fields(DEFAULT):
        part = getattr(DEFAULT, group.name)
        assert is_dataclass(part)
        with pytest.raises(AttributeError):
            setattr(part, fields(part)[0].name, 1)


def test_limits_stand_in_their_order() -> None:
    """What is doubtful begins before what is certain; otherwise findings would vanish."""
    assert DEFAULT.registration.weak_residual_mm < DEFAULT.registration.max_residual_mm
    assert DEFAULT.strikes.doubtful_length_mm < DEFAULT.strikes.certain_length_mm
    assert DEFAULT.seal.absent_coverage < DEFAULT.seal.present_coverage
    assert DEFAULT.writing.speck_ink_mm2 < DEFAULT.writing.certain_ink_mm2
    assert DEFAULT.ink.min_darkness < DEFAULT.ink.max_darkness
    assert DEFAULT.marks.speck_size_mm < DEFAULT.marks.min_size_mm
    assert DEFAULT.marks.window_mm < DEFAULT.marks.reach_mm
    assert DEFAULT.image.min_side_px < DEFAULT.image.max_side_px
