"""Pages from templates: everything is escaped, and a value that is missing is an error and no gap."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def environment() -> Environment:
    """The templates of the package."""
    return Environment(
        loader=PackageLoader("kiemphieu.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(template: str, values: Mapping[str, Any]) -> str:
    """A page as HTML."""
    return environment().get_template(template).render(values)
