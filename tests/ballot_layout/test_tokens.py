from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
import zxingcpp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_public_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_votes import KEY, PRIVATE_PEM, PUBLIC_PEM, sample_form

from ballot_layout.codes import code_modules, code_runs
from ballot_layout.tokens import ballot_tokens, draw_serials, generate_keys, load_private_key, sign_token
from records.errors import KeyFileError
from records.token import SERIAL_LENGTH, Token, TokenKind, parse_token, serial_from_int

IDS = st.text("abcxyz019-", min_size=1, max_size=32)
TOKENS = st.builds(
    Token,
    kind=st.sampled_from(TokenKind),
    vote=IDS,
    style=st.just("") | IDS,
    page=st.integers(1, 9),
    pages=st.integers(9, 255),
    layout_prefix=st.binary(min_size=8, max_size=8),
    serial=st.integers(0, 2**60 - 1).map(serial_from_int),
)


def public_key() -> Ed25519PublicKey:
    key = load_pem_public_key(PUBLIC_PEM)
    assert isinstance(key, Ed25519PublicKey)
    return key


@settings(max_examples=60, deadline=None)
@given(TOKENS)
def test_a_signed_token_reads_back_and_verifies(token: Token) -> None:
    signed = parse_token(sign_token(token, KEY))
    assert signed.token == token
    public_key().verify(signed.signature, signed.body)


@settings(max_examples=30, deadline=None)
@given(TOKENS, st.integers(0, 10_000))
def test_a_changed_body_does_not_verify(token: Token, place: int) -> None:
    signed = parse_token(sign_token(token, KEY))
    body = bytearray(signed.body)
    body[place % len(body)] ^= 1
    with pytest.raises(InvalidSignature):
        public_key().verify(signed.signature, bytes(body))


@settings(max_examples=30, deadline=None)
@given(TOKENS)
def test_every_code_of_one_vote_and_style_has_one_size(token: Token) -> None:
    text = sign_token(token, KEY)
    runs = code_runs(text)
    side = code_modules(len(text))
    assert runs[0] == (0, 0, 7)
    assert all(x >= 0 and x + length <= side and 0 <= y < side and length > 0 for x, y, length in runs)


@settings(max_examples=30, deadline=None)
@given(TOKENS)
def test_the_runs_are_the_dark_modules_row_by_row(token: Token) -> None:
    text = sign_token(token, KEY)
    side = code_modules(len(text))
    drawn = np.full((side, side), 255, np.uint8)
    runs = code_runs(text)
    for column, row, length in runs:
        assert (drawn[row, max(0, column - 1) : column + length] == 255).all(), (
            "light stands between two runs"
        )
        drawn[row, column : column + length] = 0
    assert list(runs) == sorted(runs, key=lambda run: (run[1], run[0]))
    [found] = zxingcpp.read_barcodes(
        np.kron(np.pad(drawn, 4, constant_values=255), np.ones((4, 4), np.uint8))
    )
    assert found.text == text


def test_keys_from_a_seed_are_the_same_and_others_are_not() -> None:
    assert generate_keys(b"s" * 32) == generate_keys(b"s" * 32)
    assert len({generate_keys()[0], generate_keys()[0], generate_keys(b"s" * 32)[0]}) == 3
    with pytest.raises(ValueError, match="32"):
        generate_keys(b"short")


def test_key_files_that_cannot_be_used() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    plain = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyFileError, match="key_not_ed25519"):
        load_private_key(plain)
    locked = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    for pem in (b"", b"\x00\xff", PUBLIC_PEM, PRIVATE_PEM[:60], locked):
        with pytest.raises(KeyFileError, match="key_unreadable"):
            load_private_key(pem)


def test_serials_are_new_and_each_once() -> None:
    numbers: Iterator[int] = iter([5, 5, 7, 7, 9, 11])
    taken = {serial_from_int(7)}
    drawn = draw_serials(3, taken, lambda bits: next(numbers))
    assert drawn == tuple(map(serial_from_int, (5, 9, 11)))


def test_serials_of_a_batch() -> None:
    drawn = draw_serials(5000, (), random.Random(3).getrandbits)
    assert len(set(drawn)) == 5000
    assert all(len(serial) == SERIAL_LENGTH for serial in drawn)
    assert list(drawn) != sorted(drawn)
    assert draw_serials(0, (), random.Random(3).getrandbits) == ()


def test_a_stuck_random_source_ends() -> None:
    with pytest.raises(ValueError, match="1 new serials of 2"):
        draw_serials(2, (), lambda bits: 42)


def test_a_ballot_has_a_token_for_each_page() -> None:
    layout = sample_form(30).layout
    tokens = ballot_tokens(layout, "K7Q2ABCDEFGH", TokenKind.TEST)
    assert [token.page for token in tokens] == [1, 2, 3]
    assert {token.pages for token in tokens} == {3}
    assert {token.layout_prefix.hex() for token in tokens} == {layout.sha256[:16]}
    assert {token.kind for token in tokens} == {TokenKind.TEST}
