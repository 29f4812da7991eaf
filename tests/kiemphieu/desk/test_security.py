"""What the desk refuses: each case is refused, logged, and the desk goes on."""

from __future__ import annotations

import asyncio
import inspect
import io
import logging
import re
import resource
import struct
import sys
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlencode

import pytest
from desk_samples import HOST, ORIGIN, DeskUnderTest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message

from kiemphieu.desk.app import make_app, screens
from kiemphieu.desk.roles import Role
from kiemphieu.desk.sessions import COOKIE
from records.canonical import sha256_hex

PACKAGE = Path(__file__).parents[3] / "kiemphieu" / "desk"
CANARY = "canary-7f3a-not-of-this-desk"
OPEN_TO_ALL = {"/sign-in", "/first-members", "/sign-out", "/language"}
"""Posts that an observer may send: they bear on no vote."""
TRAVERSALS = (
    "..",
    "../../secret.txt",
    "..%2f..%2fsecret.txt",
    "%2e%2e%2f%2e%2e%2fsecret.txt",
    "..%5c..%5csecret.txt",
    "%2fetc%2fpasswd",
    "%00",
    "....//....//secret.txt",
    ".desk",
    "bdt-2023%2fkeys%2fballot.key",
)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
GOOD = {"vote": "bdt-2023"}
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


def routes(method: str) -> list[str]:
    return [route.path for screen in screens() for route in screen.routes if method in (route.methods or ())]


def filled(path: str, name: str = "", value: str = "") -> str:
    """The address of a route with that value for one parameter and harmless ones for the others."""
    return _PARAMETER.sub(lambda found: value if found[1] == name else GOOD.get(found[1], "1"), path)


@cache
def uploading() -> tuple[str, ...]:
    """The posts whose handlers stand in a module that reads files."""
    found = []
    for route in (route for screen in screens() for route in screen.routes):
        closure = [cell.cell_contents for cell in route.endpoint.__closure__ or ()]
        handlers = [one for one in closure if inspect.isfunction(one)]
        modules = {sys.modules[one.__module__] for one in handlers}
        if "POST" in route.methods and any("form.files(" in inspect.getsource(one) for one in modules):
            found.append(route.path)
    return tuple(found)


def names_read(what: str) -> list[str]:
    """Every name of a query or form field that a screen asks for, from the program's text."""
    texts = (path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py"))
    return sorted({name for text in texts for name in re.findall(rf'{what}\(\s*"([a-z_0-9-]+)"', text)})


def still_running(desk: DeskUnderTest) -> None:
    assert desk.client(Role.OBSERVER).get("/votes/bdt-2023").status_code == 200


@pytest.fixture
def canary(desk) -> str:
    desk.vote()
    (desk.folder.parent / "secret.txt").write_text(CANARY)
    return CANARY


def scope_of(method: str, path: str, headers: dict[str, str]) -> dict[str, object]:
    """A request as the server hands it on: a client would tidy up its path first."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "server": ("127.0.0.1", 8123),
        "client": ("127.0.0.1", 50000),
    }


async def asked(app: ASGIApp, path: str, cookie: str, query: str = "") -> tuple[int, str]:
    """What a page says to an address that nobody has tidied up; the browser leaves at once, also a stream."""
    sent: list[Message] = []
    coming = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        return next(coming, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        sent.append(message)

    scope = scope_of("GET", path, {"host": HOST, "cookie": f"{COOKIE}={cookie}"})
    await app(scope | {"query_string": query.encode()}, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], body.decode("utf-8", "replace")


def leaks(text: str) -> bool:
    return any(word in text for word in (CANARY, "root:x:0:0", "PRIVATE KEY", "$argon2id$"))


def outside(desk: DeskUnderTest) -> dict[str, str]:
    """What lies beside the desk's folder."""
    base = desk.folder.parent
    files = (path for path in base.rglob("*") if path.is_file() and not path.is_relative_to(desk.folder))
    return {str(path): sha256_hex(path.read_bytes()) for path in files}


def test_without_a_session_every_page_and_post_is_refused(desk, canary, caplog):
    stranger = desk.stranger()
    with caplog.at_level(logging.WARNING, "kiemphieu.desk"):
        for method in ("GET", "POST"):
            for path in routes(method):
                answer = stranger.request(method, filled(path))
                assert answer.status_code == 403, (method, path)
                assert "Ban Dân tộc" not in answer.text
    assert len(caplog.records) >= len(routes("GET")) + len(routes("POST"))
    still_running(desk)


def test_with_a_session_and_nobody_signed_in_every_vote_is_closed(desk, canary):
    visitor = desk.visitor()
    for method in ("GET", "POST"):
        for path in routes(method):
            if "{vote}" in path:
                answer = visitor.request(method, filled(path))
                assert answer.status_code == 303, (method, path)
                assert answer.headers["location"].startswith("/sign-in")


def test_a_used_or_invented_start_address_is_refused_and_logged(desk, canary, caplog):
    word = desk.desk.starts.issue()
    assert desk.stranger().get("/start", params={"key": word}).status_code == 303
    for key in (word, "", "x", "../members.json", "\0", "a" * 5000):
        caplog.clear()
        with caplog.at_level(logging.WARNING, "kiemphieu.desk"):
            thief = desk.stranger()
            assert thief.get("/start", params={"key": key}).status_code == 403
        assert COOKIE not in thief.cookies
        assert "desk_start_used" in caplog.text
        assert key == "x" or not key or key not in caplog.text
    assert (desk.desk.own / "members.json").is_file()
    still_running(desk)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "localhost:8123", "127.0.0.1:8124", f"{HOST}.evil.example", ""]
)
def test_another_host_is_refused_and_logged(desk, canary, caplog, host):
    client = desk.client()
    with caplog.at_level(logging.WARNING, "kiemphieu.desk"):
        for method in ("GET", "POST"):
            answer = client.request(method, "/", headers={"host": host})
            assert answer.status_code == 421
            assert "Ban Dân tộc" not in answer.text
    assert "desk_wrong_host" in caplog.text
    still_running(desk)


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"origin": f"https://{HOST}"}, {}],
    ids=["foreign", "null", "other scheme", "none"],
)
def test_a_post_from_elsewhere_is_refused_on_every_route(desk, canary, caplog, headers):
    signed_in = desk.client()
    client = TestClient(signed_in.app, base_url=ORIGIN, follow_redirects=False)
    client.cookies.set(COOKIE, signed_in.cookies[COOKIE])
    with caplog.at_level(logging.WARNING, "kiemphieu.desk"):
        for path in routes("POST"):
            assert client.post(filled(path), headers=headers).status_code == 403, path
    assert caplog.text.count("desk_foreign_origin") >= len(routes("POST"))
    still_running(desk)


def test_an_observer_posts_nothing_that_bears_on_a_vote(desk, canary, caplog):
    observer = desk.client(Role.OBSERVER)
    with caplog.at_level(logging.WARNING, "kiemphieu.desk"):
        for path in routes("POST"):
            if path not in OPEN_TO_ALL:
                assert observer.post(filled(path)).status_code == 403, path
    assert "refused POST" in caplog.text
    still_running(desk)


def test_an_auditor_changes_no_vote(desk, canary):
    auditor = desk.client(Role.AUDITOR)
    for path in routes("POST"):
        if path not in OPEN_TO_ALL and not re.search(r"(^|/)audit(/|$)", path):
            assert auditor.post(filled(path)).status_code == 403, path


@pytest.mark.parametrize("role", [Role.HEAD, Role.AUDITOR])
def test_no_parameter_of_an_address_leads_out_of_the_folder(desk, canary, role):
    client, before = desk.client(role), outside(desk)
    cookie, tried = client.cookies[COOKIE], 0
    for path in routes("GET"):
        for name in _PARAMETER.findall(path):
            for value in TRAVERSALS:
                status, text = asyncio.run(asked(client.app, filled(path, name, value), cookie))
                assert status < 500, (path, value)
                assert not leaks(text), (path, value)
                tried += 1
    for name in ("static", "font"):
        for value in TRAVERSALS:
            status, _ = asyncio.run(asked(client.app, f"/{name}/{value}", cookie))
            assert status == 404
    assert tried > 100
    assert outside(desk) == before


def test_no_query_of_a_page_leads_out_of_the_folder(desk, canary):
    client, names = desk.client(), names_read(r"query\.get")
    assert names
    for path in routes("GET"):
        for value in ("../../secret.txt", "/etc/passwd", "\0", "9" * 40, "'\"><script>"):
            query = urlencode(dict.fromkeys(names, value))
            status, text = asyncio.run(asked(client.app, filled(path), client.cookies[COOKIE], query))
            assert status < 500, (path, value)
            assert not leaks(text)
            assert "'\"><script>" not in text


@pytest.mark.parametrize("value", ["../../secret.txt", "\0", "<script>"])
def test_no_field_of_a_form_leads_out_of_the_folder(desk, canary, value):
    before, client = outside(desk), desk.client(Role.HEAD)
    names = names_read(r"form\.(?:text|all|number)")
    assert len(names) > 5
    fields = dict.fromkeys(names, value)
    for path in routes("POST"):
        if path in OPEN_TO_ALL | {"/rehearsal"}:
            continue
        answer = client.post(filled(path), data=fields)
        assert answer.status_code < 500, path
        assert not leaks(answer.text), path
        assert "<script>" not in answer.text, path
        for name in _PARAMETER.findall(path):
            for traversal in TRAVERSALS[1:4]:
                assert client.post(filled(path, name, traversal), data=fields).status_code < 500, path
    desk.desk.jobs.stop_all(20)
    assert outside(desk) == before


def test_the_name_of_an_upload_is_no_path(desk, canary):
    before, client = outside(desk), desk.client()
    for path in uploading():
        for name in ("../../evil.png", "..\\..\\evil.png", "/srv/evil.png", "a\0b.png"):
            sent = [(field, (name, b"junk")) for field in names_read(r"form\.files")]
            assert client.post(filled(path), files=sent).status_code < 500, path
    desk.desk.jobs.stop_all(20)
    assert outside(desk) == before
    assert not list(desk.desk.uploads.iterdir())


def test_the_screens_that_take_files_are_found():
    assert {"/audit/import", "/audit/scanners", "/votes/{vote}/audit/rescans"} <= set(uploading())
    assert len(uploading()) > 5


def test_two_gigabytes_declared_are_refused_unread(desk, canary, caplog):
    client = desk.client()
    with caplog.at_level(logging.WARNING, "kiemphieu.desk"):
        answer = client.post("/audit/import", content=b"x", headers={"content-length": str(2 << 30)})
    assert answer.status_code == 413
    assert "desk_too_large" in caplog.text
    still_running(desk)


def test_two_gigabytes_streamed_are_cut_off_at_the_limit(desk, canary, caplog):
    limit, signed_in = 3_000_000, desk.client()
    app = make_app(desk.desk, most_bytes=limit)
    taken, sent = 0, []
    head = (
        b'--b\r\ncontent-disposition: form-data; name="package"; filename="x.tar"\r\n'
        b"content-type: application/x-tar\r\n\r\n"
    )

    async def receive() -> Message:
        nonlocal taken
        body = head if taken == 0 else bytes(1 << 20)
        taken += len(body)
        assert taken < 2 << 30, "all of it was read"
        return {"type": "http.request", "body": body, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {
        "host": HOST,
        "origin": ORIGIN,
        "cookie": f"{COOKIE}={signed_in.cookies[COOKIE]}",
        "content-type": "multipart/form-data; boundary=b",
        "transfer-encoding": "chunked",
    }
    scope = scope_of("POST", "/audit/import", headers)
    with caplog.at_level(logging.WARNING, "kiemphieu.desk"):
        asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 413
    assert taken <= limit + (2 << 20)
    assert "desk_too_large" in caplog.text
    assert not list(desk.desk.uploads.iterdir())
    still_running(desk)


def files_of(desk: DeskUnderTest) -> Iterator[Path]:
    return (path for path in desk.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(("data", "mark"), [(SVG, b"<svg"), (HTML, b"<script")], ids=["svg", "html"])
@pytest.mark.parametrize("name", ["scan.png", "scan.svg", "scan.jpg"])
def test_an_svg_or_html_posing_as_an_image_is_nowhere_kept(desk, canary, data, mark, name, caplog):
    client = desk.client()
    with caplog.at_level(logging.WARNING, "kiemphieu.desk"):
        for path in uploading():
            sent = [(field, (name, data, "image/png")) for field in names_read(r"form\.files")]
            assert client.post(filled(path), files=sent, data={"name": "x"}).status_code < 500, path
    for job in desk.desk.jobs.running():
        assert job.wait(60)
    kept = [path for path in files_of(desk) if mark in path.read_bytes()]
    assert kept == []
    assert "refused POST" in caplog.text
    still_running(desk)


def tiff_bomb(width: int = 200_000, height: int = 200_000) -> bytes:
    """A TIFF of a few bytes that says it is 40 gigapixels."""
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, 16),
    ]
    start = 8 + 16
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<2sHI", b"II", 42, start) + bytes(16) + table + bytes(4)


def endless_tiff() -> bytes:
    """A TIFF whose list of pages ends where it began."""
    table = struct.pack("<H", 1) + struct.pack("<HHII", 256, 4, 1, 10)
    return struct.pack("<2sHI", b"II", 42, 8) + table + struct.pack("<I", 8)


def pdf_bomb(side: int = 60_000) -> bytes:
    """A PDF of some kilobytes whose one picture is 3.6 gigapixels."""
    picture = zlib.compress(bytes(1 << 20), 9) * 8
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 14400 14400]/Contents 4 0 R"
        b"/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length 30>>stream\nq 14400 0 0 14400 0 0 cm /I Do Q\nendstream",
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (side, side, len(picture), picture),
    ]
    out, places = io.BytesIO(b""), []
    out.write(b"%PDF-1.7\n")
    for number, text in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, text))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [("bomb.tif", tiff_bomb()), ("endless.tif", endless_tiff()), ("bomb.pdf", pdf_bomb())],
    ids=["tiff", "endless tiff", "pdf"],
)
def test_a_bomb_fills_no_memory_and_is_told(desk, canary, name, data):
    client, folder = desk.client(), desk.desk.votes()[0]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in uploading():
        sent = [(field, (name, data)) for field in names_read(r"form\.files")]
        answer = client.post(filled(path), files=sent, data={"name": "x", "sheets": "1"})
        assert answer.status_code < 500, path
        job = desk.desk.jobs.of(folder)
        assert job is None or job.wait(60), path
    answer = client.post(
        "/votes/bdt-2023/audit/rescans", files={"scans": (name, data)}, data={"name": "bombs"}
    )
    assert answer.status_code in {303, 400}
    job = desk.desk.jobs.of(folder)
    assert job is not None
    assert job.wait(60)
    assert "could not be opened" in client.get("/votes/bdt-2023/audit/rescans/bombs").text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000, "kilobytes"
    still_running(desk)
