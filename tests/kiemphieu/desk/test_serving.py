"""The desk as a process: it binds to this machine, lets one browser in, and a second start finds it."""

from __future__ import annotations

import datetime
import ipaddress
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from desk_samples import QUICK, started

from kiemphieu.desk.desk import open_desk
from kiemphieu.desk.guard import Place
from kiemphieu.desk.people import MOST_FAILURES, People
from kiemphieu.desk.roles import Role
from kiemphieu.desk.running import announce, held, origin_of_holder
from kiemphieu.desk.shortcut import write_shortcut
from kiemphieu.folder import load_vote
from kiemphieu.messages import Language
from kiemphieu.vote_store import open_vote_store
from records.errors import InputError
from records.journal import EventKind


@pytest.fixture
def serving(tmp_path):
    process, address = started(tmp_path / "votes")
    yield process, address, tmp_path / "votes"
    process.kill()
    process.wait()


def test_a_browser_comes_in_by_the_address_and_a_second_start_lets_another_in(serving):
    process, address, root = serving
    again, other = started(root)
    assert again.wait(20) == 0
    assert urlsplit(other).netloc == urlsplit(address).netloc
    for where in (address, other):
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        with opener.open(where, timeout=20) as answer:
            assert answer.status == 200
            assert urlsplit(answer.url).path == "/sign-in"
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(where, timeout=20)  # noqa: S310
        with caught.value as refused:
            assert refused.code == 403
    assert process.poll() is None


def test_it_is_reached_on_this_machine_only(serving):
    _, address, _ = serving
    port = urlsplit(address).port
    assert port is not None
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for host in others - {"127.0.0.1"}:
        with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
            socket.create_connection((host, port), timeout=2)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(address.replace("127.0.0.1", "localhost"), timeout=20)  # noqa: S310
    with caught.value as refused:
        assert refused.code == 421


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_it_ends_by_a_signal_and_says_so_no_longer(serving):
    process, _, root = serving
    assert (root / ".desk" / "serving.json").is_file()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) in {0, 130}
    assert not (root / ".desk" / "serving.json").exists()


def test_a_desk_that_was_killed_is_no_hindrance(serving):
    process, address, root = serving
    process.kill()
    process.wait()
    assert (root / ".desk" / "serving.json").is_file()
    again, other = started(root)
    try:
        assert again.poll() is None
        assert urlsplit(other).query != urlsplit(address).query
    finally:
        again.kill()
        again.wait()


def test_one_desk_holds_a_folder(tmp_path):
    with held(tmp_path) as first:
        assert first
        with held(tmp_path) as second:
            assert not second
        with pytest.raises(InputError) as caught:
            origin_of_holder(tmp_path, patience_s=0.0)
        assert caught.value.message_id == "desk_held"
        announce(tmp_path, "https://desk:1")
        assert origin_of_holder(tmp_path) == "https://desk:1"
    with held(tmp_path) as first:
        assert first
        assert not (tmp_path / "serving.json").exists()


def test_a_taken_port_is_told(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        words = [sys.executable, "-m", "kiemphieu", "desk", str(tmp_path), "--no-browser", "--port", port]
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 3
    assert port in done.stderr


@pytest.mark.parametrize(
    ("platform", "suffix"), [("linux", ".desktop"), ("win32", ".cmd"), ("darwin", ".command")]
)
def test_the_icon_starts_this_program_over_the_folder(tmp_path, platform, suffix):
    votes = tmp_path / "our $5 votes"
    path = write_shortcut(tmp_path, votes, Language.ENGLISH, platform)
    assert path.name == f"Counting desk{suffix}"
    text = path.read_text(encoding="utf-8")
    assert sys.executable in text
    assert "kiemphieu" in text
    if platform == "darwin":
        script = text.replace("exec ", "printf '%s\\n' ")
        shown = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
        assert str(votes) in shown.stdout.splitlines()
    if platform == "linux":
        assert "our \\\\$5 votes" in text


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    paths = folder / "desk.pem", folder / "desk.key"
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def refused(*options: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "kiemphieu", "desk", *options, "--no-browser", "--lang", "en"]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603


def test_other_stations_need_tls_and_members(tmp_path):
    pem, key = (str(path) for path in certificate(tmp_path))
    votes = tmp_path / "votes"
    without = refused(str(votes), "--lan", "127.0.0.1")
    assert without.returncode == 2
    assert "--certificate" in without.stderr
    nobody = refused(str(votes), "--lan", "127.0.0.1", "--certificate", pem, "--key", key)
    assert nobody.returncode == 3
    assert "Nobody has a PIN" in nobody.stderr
    People(open_desk(votes, Place(frozenset())).own / "members.json").add("An", Role.HEAD)
    broken = refused(str(votes), "--lan", "127.0.0.1", "--certificate", key, "--key", pem)
    assert broken.returncode == 3
    assert "cannot be used" in broken.stderr


def test_other_stations_are_served_over_tls_with_a_cookie_for_tls_only(tmp_path):
    pem, key = certificate(tmp_path)
    votes = tmp_path / "votes"
    People(open_desk(votes, Place(frozenset())).own / "members.json").add("An", Role.HEAD)
    words = ("--lan", "127.0.0.1", "--certificate", str(pem), "--key", str(key))
    process, address = started(votes, *words)
    try:
        assert address.startswith("https://127.0.0.1:")
        jar = CookieJar()
        trusting = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(pem)))
        opener = urllib.request.build_opener(trusting, urllib.request.HTTPCookieProcessor(jar))
        with opener.open(address, timeout=20) as answer:
            assert answer.status == 200
            assert "An" in answer.read().decode()
        assert [cookie.secure for cookie in jar] == [True]
        again, other = started(votes)
        assert again.wait(30) == 0
        assert urlsplit(other)[:2] == urlsplit(address)[:2]
        taken = refused(str(votes), *words)
        assert taken.returncode == 3
        assert "serves this folder already" in taken.stderr
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(address, timeout=20)  # noqa: S310  nobody vouches for the certificate
    finally:
        process.kill()
        process.wait()


def renewed(root: Path, member: str, *options: str) -> subprocess.CompletedProcess[str]:
    return refused(str(root), "--renew-pin", member, *options)


def test_a_command_on_the_machine_renews_a_pin_and_the_journals_say_so(desk):
    folder, root = desk.vote(), desk.folder
    people = People(root / ".desk" / "members.json", hasher=QUICK)
    head = next(one for one in people.members() if one.role is Role.HEAD)
    for _ in range(MOST_FAILURES):
        people = People(root / ".desk" / "members.json", hasher=QUICK)  # a new start forgets the wait
        with pytest.raises(InputError):
            people.check(head.id, "not it")
    assert people.is_locked(head.id)
    unknown = renewed(root, "head-9")
    assert unknown.returncode == 3
    assert f"{head.id} ({head.name})" in unknown.stderr
    done = renewed(root, head.id, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["member"], said["unnoted"]) == (head.id, [])
    assert People(root / ".desk" / "members.json").check(head.id, said["pin"]) == head
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        (act,) = [entry.content for entry in store.journal(EventKind.DESK_ACTED)]
    whom = [{"member": head.id, "role": "head"}]
    assert act == {"action": "pin_renewed", "whom": whom, "way": "machine"}
    assert (
        "PIN renewed for head-1 by a command on the machine"
        in desk.client(Role.MEMBER).get("/votes/bdt-2023/close").text
    )
    again = renewed(root, head.id)
    assert re.search(rf"New PIN of {head.name} \({head.id}\): \d{{6}}\.", again.stdout)
    assert not re.search(r"\d{6}", again.stderr)


def test_no_pin_is_renewed_beside_a_running_desk_or_where_there_is_none(serving, tmp_path):
    _, _, root = serving
    People(root / ".desk" / "members.json").add("An", Role.HEAD)
    before = (root / ".desk" / "members.json").read_bytes()
    running = renewed(root, "head-1")
    assert running.returncode == 3
    assert "is running" in running.stderr
    assert (root / ".desk" / "members.json").read_bytes() == before
    nothing = renewed(tmp_path / "elsewhere", "head-1")
    assert nothing.returncode == 3
    assert "Nobody has a PIN" in nothing.stderr
    assert not (tmp_path / "elsewhere").exists()
