"""Pages from templates: everything is escaped, and a value that is missing is an error and no gap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from kiemphieu.desk.roles import Member

DRAWN_FOR = "drawn_for"
"""Field of every form that changes something: the id of the member who was shown it.

Members take turns at one browser, and a tab that one of them left open must not decide for the next.
"""
_POST_FORM = re.compile(r'<form [^>]*method="post"[^>]*>')


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
    """A page as HTML, its forms drawn for the `member` among its values."""
    html = environment().get_template(template).render(values)
    member = values.get("member")
    if not isinstance(member, Member):
        return html
    field = f'<input type="hidden" name="{DRAWN_FOR}" value="{member.id}">'
    return _POST_FORM.sub(lambda form: form[0] + field, html)
