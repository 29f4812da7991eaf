"""What an operator asks of a scanner, put into the words of the device at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kiemphieu.sane_device import DeviceOption
from records.errors import UsageError

DEFAULT_DPI = 300


class ScanMode(StrEnum):
    GRAY = "gray"
    COLOR = "color"
    LINEART = "lineart"


class PaperSource(StrEnum):
    FEEDER = "feeder"
    FLATBED = "flatbed"
    DUPLEX = "duplex"


# Drivers call one thing by many names; the first word that a choice holds decides. "Gray[Error Diffusion]" of
# Brother's driver is dots of black and white.
_MODE_WORDS = {
    ScanMode.GRAY: ("true gray", "gray", "grey"),
    ScanMode.COLOR: ("color", "colour", "rgb"),
    ScanMode.LINEART: ("lineart", "binary", "black & white", "black and white", "monochrome"),
}
_SOURCE_WORDS = {
    PaperSource.FEEDER: ("adf", "feeder", "automatic", "simplex"),
    PaperSource.FLATBED: ("flatbed", "platen", "normal", "bed"),
    PaperSource.DUPLEX: ("duplex", "both sides"),
}


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """What to scan and how.

    Attributes:
        mode: None takes grey where the device knows it; black and white loses faint marks.
        source: None takes the feeder where there is one.
        count: pages at most; None goes on to the end of the paper.
        extra: more settings of the device, name and value.
    """

    device: str
    resolution_dpi: int = DEFAULT_DPI
    mode: ScanMode | None = None
    source: PaperSource | None = None
    count: int | None = None
    extra: tuple[tuple[str, str], ...] = ()

    def is_single(self, options: Mapping[str, DeviceOption]) -> bool:
        """Whether sheets are laid on the glass one by one."""
        return self.source is PaperSource.FLATBED or (
            self.source is None and "source" in options and _feeder(options["source"]) is None
        )


def arguments(settings: ScanSettings, options: Mapping[str, DeviceOption]) -> tuple[str, ...]:
    """The words of the command line, after the device.

    Raises:
        UsageError: the device cannot do what was asked; the message lists what it can.
    """
    return (
        *_source(settings, options),
        *_mode(settings, options),
        *_resolution(settings, options),
        *_extra(settings, options),
    )


def _source(settings: ScanSettings, options: Mapping[str, DeviceOption]) -> Iterator[str]:
    known, wanted = options.get("source"), settings.source
    if wanted is PaperSource.DUPLEX:
        yield from _duplex(options)
    elif wanted is not None:
        yield f"--source={_choice('source', wanted.value, known, _SOURCE_WORDS[wanted])}"
    elif known is not None and known.active and (feeder := _feeder(known)) is not None:
        yield f"--source={feeder}"


def _duplex(options: Mapping[str, DeviceOption]) -> Iterator[str]:
    words = _SOURCE_WORDS[PaperSource.DUPLEX]
    known = options.get("source")
    both = None if known is None else _match(known, words)
    if both is not None:
        yield f"--source={both}"
        return
    if known is not None and (feeder := _feeder(known)) is not None:
        yield f"--source={feeder}"
    for name in ("adf-mode", "duplex", "ald-duplex", "adf-duplex"):
        option = options.get(name)
        if option is not None:
            yield f"--{name}={_match(option, (*words, 'yes')) or 'yes'}"
            return
    raise _not_offered("source", PaperSource.DUPLEX.value, known)


def _mode(settings: ScanSettings, options: Mapping[str, DeviceOption]) -> Iterator[str]:
    known, wanted = options.get("mode"), settings.mode
    if wanted is not None:
        yield f"--mode={_choice('mode', wanted.value, known, _MODE_WORDS[wanted])}"
    elif known is not None and known.active:
        grey = _match(known, _MODE_WORDS[ScanMode.GRAY])
        if grey is not None:
            yield f"--mode={grey}"


def _resolution(settings: ScanSettings, options: Mapping[str, DeviceOption]) -> Iterator[str]:
    known = options.get("resolution")
    if known is None or not known.active:
        return
    dpi = str(settings.resolution_dpi)
    if known.choices and dpi not in known.choices:
        raise _not_offered("resolution", dpi, known)
    yield f"--resolution={dpi}"


def _extra(settings: ScanSettings, options: Mapping[str, DeviceOption]) -> Iterator[str]:
    for name, value in settings.extra:
        if name not in options:
            raise _not_offered(name, value, None)
        yield from ((f"-{name}", value) if len(name) == 1 else (f"--{name}={value}",))


def _feeder(option: DeviceOption) -> str | None:
    one_side = [choice for choice in option.choices if "duplex" not in choice.lower()]
    return _match(
        DeviceOption(option.name, tuple(one_side), option.active), _SOURCE_WORDS[PaperSource.FEEDER]
    )


def _choice(name: str, wanted: str, known: DeviceOption | None, words: tuple[str, ...]) -> str:
    both_sides = wanted == PaperSource.FEEDER.value and known is not None
    found = (_feeder(known) if both_sides else _match(known, words)) if known is not None else None
    if found is None:
        raise _not_offered(name, wanted, known)
    return found


def _match(option: DeviceOption, words: tuple[str, ...]) -> str | None:
    for word in words:
        for choice in option.choices:
            if word in choice.lower():
                return choice
    return None


def _not_offered(name: str, wanted: str, known: DeviceOption | None) -> UsageError:
    choices = ", ".join(known.choices) if known is not None else ""
    return UsageError(
        "sane_not_offered" if choices else "sane_no_such_option", name=name, value=wanted, choices=choices
    )
