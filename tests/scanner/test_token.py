from __future__ import annotations

import base64
from dataclasses import replace

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from numpy.typing import NDArray
from scanner_sheets import code_picture, geometry_of, scan, sheet_of, signed_text, token_of

from ballot_layout.tokens import generate_keys
from benchmarks.votes import PrintedVote
from records.errors import KeyFileError
from records.token import parse_token, token_text
from sample_scans.settings import ScanSettings
from scanner import token as token_module
from scanner.token import FoundCode, find_codes, load_public_key, signature_holds

TURNS = pytest.mark.parametrize("turns", range(4))


def page_scan(
    vote: PrintedVote, turns: int, dpi: int = 150, **more: float
) -> tuple[NDArray[np.uint8], object]:
    sheet = sheet_of(vote)
    settings = ScanSettings(dpi=dpi, quarter_turns=turns, **more)
    geometry = geometry_of(sheet, settings)
    rect = sheet.place.qr
    corners = [
        (rect.x_mm, rect.y_mm),
        (rect.right_mm, rect.y_mm),
        (rect.right_mm, rect.bottom_mm),
        (rect.x_mm, rect.bottom_mm),
    ]
    return scan(sheet.paper, sheet, settings), geometry.image_points(corners)


@TURNS
@pytest.mark.parametrize("skew", [0.0, 4.0])
def test_a_code_has_its_own_corners_however_the_page_lies(vote: PrintedVote, turns: int, skew: float) -> None:
    image, truth = page_scan(vote, turns, skew_deg=skew, margin_mm=5.0)
    [code] = find_codes(image, image)
    assert code.text == signed_text(token_of(vote))
    assert np.abs(code.corners - truth).max() < 3.0
    with pytest.raises(ValueError, match="read-only"):
        code.corners[0, 0] = 0


@TURNS
@pytest.mark.parametrize("skew", [0.0, 3.0, -3.0])
def test_both_decoders_agree(vote: PrintedVote, turns: int, skew: float) -> None:
    if token_module._pyzbar_decode() is None:
        pytest.skip("libzbar is not installed: apt-get install libzbar0")
    image, _ = page_scan(vote, turns, skew_deg=skew, margin_mm=5.0)
    [first] = token_module._find_with_zxing(image, 1.0)
    [second] = token_module._find_with_pyzbar(image, 1.0)
    assert first.text == second.text
    assert np.abs(first.corners - second.corners).max() <= 2.5


def test_the_second_decoder_is_asked_where_the_first_sees_nothing(
    vote: PrintedVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    if token_module._pyzbar_decode() is None:
        pytest.skip("libzbar is not installed: apt-get install libzbar0")
    image, truth = page_scan(vote, 0)
    monkeypatch.setattr(token_module, "_find_with_zxing", lambda _image, _factor: ())
    [code] = find_codes(image, image)
    assert parse_token(code.text).token == token_of(vote)
    assert np.abs(code.corners - truth).max() < 3.0


def test_without_libzbar_a_page_without_code_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_module, "_pyzbar_decode", lambda: None)
    blank = np.full((600, 600), 255, np.uint8)
    assert find_codes(blank, blank) == ()


def test_a_code_seen_only_in_the_fine_image_is_placed_in_the_coarse_one() -> None:
    fine = np.full((1200, 1200), 255, np.uint8)
    fine[200:440, 600:840] = code_picture("A" * 150, 240)
    blank = np.full((600, 600), 255, np.uint8)
    [code] = find_codes(blank, fine)
    assert isinstance(code, FoundCode)
    expected = np.array([(300, 100), (420, 100), (420, 220), (300, 220)])
    assert np.abs(code.corners - expected).max() < 2


def test_all_codes_on_a_page_are_found() -> None:
    page = np.full((800, 900), 255, np.uint8)
    page[100:300, 100:300] = code_picture("ONE", 200)
    page[100:300, 600:800] = code_picture("TWO", 200)
    assert {code.text for code in find_codes(page, page)} == {"ONE", "TWO"}


def test_the_committees_signature_holds(vote: PrintedVote) -> None:
    key = load_public_key(vote.context.public_key)
    assert signature_holds(parse_token(signed_text(token_of(vote))), key)


def test_a_token_signed_by_another_key_is_no_ballot(vote: PrintedVote) -> None:
    key = load_public_key(vote.context.public_key)
    assert not signature_holds(parse_token(signed_text(token_of(vote), key_seed=9)), key)


def test_a_changed_token_is_no_ballot(vote: PrintedVote) -> None:
    """Any byte of the body or of the signature, changed by one bit."""
    key = load_public_key(vote.context.public_key)
    signed = parse_token(signed_text(token_of(vote)))
    for index in range(len(signed.body)):
        body = bytearray(signed.body)
        body[index] ^= 1
        assert not signature_holds(replace(signed, body=bytes(body)), key), index
    for index in range(len(signed.signature)):
        signature = bytearray(signed.signature)
        signature[index] ^= 0x10
        assert not signature_holds(replace(signed, signature=bytes(signature)), key), index


def test_an_invented_signature_is_no_ballot(vote: PrintedVote) -> None:
    key = load_public_key(vote.context.public_key)
    body = parse_token(signed_text(token_of(vote))).body
    for signature in (bytes(64), b"\xff" * 64):
        assert not signature_holds(parse_token(token_text(body, signature)), key)


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"no key",
        b"\xff\xfe\x00",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        generate_keys(bytes(32))[0],
        generate_keys(bytes(32))[1][:-40],
    ],
    ids=["empty", "text", "bytes", "no DER", "private", "truncated"],
)
def test_an_unusable_key_is_named_as_such(pem: bytes) -> None:
    with pytest.raises(KeyFileError) as raised:
        load_public_key(pem)
    assert raised.value.message_id == "public_key_unreadable"


def test_a_key_of_an_unknown_algorithm_is_named_as_such() -> None:
    der = bytes.fromhex("300b300506032b0601030200ff")
    pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n"
    with pytest.raises(KeyFileError):
        load_public_key(pem)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_key_of_another_kind_is_named_as_such(kind: str) -> None:
    private = (
        ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
    )
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(KeyFileError) as raised:
        load_public_key(pem)
    assert raised.value.message_id == "public_key_type"


def test_a_faint_code_is_still_read(vote: PrintedVote) -> None:
    image, _ = page_scan(vote, 0, 200)
    faint = cv2.addWeighted(image, 0.25, np.full_like(image, 255), 0.75, 0.0)
    [code] = find_codes(faint, faint)
    assert parse_token(code.text).token == token_of(vote)
