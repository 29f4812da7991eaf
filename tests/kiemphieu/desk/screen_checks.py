"""What every screen is examined for in a real browser: looks, axe, width, complaints, requests elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import screen_pictures
from axe_playwright_python.sync_playwright import Axe
from desk_afternoon import WINDOW, come_to_rest
from playwright.sync_api import ConsoleMessage, Page, Request

_AXE = Axe()
_REFUSED_ON_PURPOSE = "Failed to load resource: the server responded with a status of 4"
"""What the browser says of a page that complains of a form: the page is what was asked for."""


@dataclass
class Examined:
    """What was found on the screens of a walk.

    Attributes:
        screens: by name, the share of each that differs from its golden picture.
        unreadable: axe's reports, by name and language.
        wide: screens that scroll sideways on a small laptop, at 100 or 200 %.
        complaints: of the browser's console.
        outside: requests that left this machine.
        paths: of the pages that were examined.
        english: names of those examined in English too; what only a form leads to is not.
    """

    screens: dict[str, float] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    wide: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    english: set[str] = field(default_factory=set)

    def look(self, name: str, page: Page) -> None:
        """Examines a screen, and the same address in English in a window of its own."""
        self.paths.add(urlsplit(page.url).path)
        if name not in screen_pictures.LIVE:
            self.screens[name] = screen_pictures.difference(name, screen_pictures.picture(page))
        self._examine(name, page)
        if name not in screen_pictures.LIVE:
            self._look_in_english(name, page)

    def _look_in_english(self, name: str, page: Page) -> None:
        if page.request.get(page.url, max_redirects=0).status != 200:
            return
        _choose(page, "en")
        other = page.context.new_page()
        try:
            other.set_viewport_size(WINDOW)
            self.watch(other)
            other.goto(page.url)
            if other.locator("html").get_attribute("lang") == "en":
                come_to_rest(other)
                self._examine(f"{name} in English", other)
                self.english.add(name)
        finally:
            other.close()
            _choose(page, "vi")

    def _examine(self, name: str, page: Page) -> None:
        try:
            for zoom in (1, 2):
                page.set_viewport_size({key: size // zoom for key, size in WINDOW.items()})
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    self.wide.append(f"{name} at {zoom}00 %")
        finally:
            page.set_viewport_size(WINDOW)
        found = _AXE.run(page, options={"resultTypes": ["violations"]})
        if found.violations_count:
            self.unreadable[name] = found.generate_report()

    def watch(self, page: Page) -> None:
        """Listens to what the browser says of a page, and to what the page asks for."""
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._said(page, message))
        page.on("request", self._request)

    def _said(self, page: Page, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        about = message.location.get("url", "")
        if message.text.startswith(_REFUSED_ON_PURPOSE) and about == page.url:
            return
        self.complaints.append(f"{page.url}: {message.text} ({about})")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.hostname != "127.0.0.1":
            self.outside.append(request.url)


def _choose(page: Page, lang: str) -> None:
    """The language of the browser's session, without leaving the page."""
    address = urlsplit(page.url)
    origin = f"{address.scheme}://{address.netloc}"
    form = {"lang": lang, "next": "/"}
    page.request.post(f"{origin}/language", form=form, headers={"Origin": origin}, max_redirects=0)
