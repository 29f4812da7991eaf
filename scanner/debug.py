"""A place for a stage to put its pictures, when someone wants to see them."""

from __future__ import annotations

from typing import Any, Protocol

from numpy.typing import NDArray


class DebugWriter(Protocol):
    """Receives named pictures: uint8, (height, width) grey or (height, width, 3) BGR."""

    def save(self, name: str, image: NDArray[Any]) -> None: ...
