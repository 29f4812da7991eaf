"""Tokens: what is written reads back, and nothing else raises anything but TokenFormatError."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from records.token import (
    MAX_ID_BYTES,
    SERIAL_ALPHABET,
    SERIAL_BITS,
    SIGNATURE_BYTES,
    SignedToken,
    Token,
    TokenFormatError,
    TokenKind,
    base45_decode,
    base45_encode,
    grouped_serial,
    parse_token,
    serial_from_int,
    serial_to_int,
    token_body,
    token_text,
)

QR_ALPHANUMERIC = string.digits + string.ascii_uppercase + " $%*+-./:"
ids = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=MAX_ID_BYTES)
signatures = st.binary(min_size=SIGNATURE_BYTES, max_size=SIGNATURE_BYTES)
SIGNATURE = bytes(range(SIGNATURE_BYTES))
TOKEN = Token(TokenKind.BALLOT, "bdt-2023", "", 1, 2, b"\x01\x02\x03\x04\x05\x06\x07\x08", "0123456789AB")


@st.composite
def tokens(draw):
    pages = draw(st.integers(1, 255))
    return Token(
        kind=draw(st.sampled_from(TokenKind)),
        vote=draw(ids),
        style=draw(st.just("") | ids),
        page=draw(st.integers(1, pages)),
        pages=pages,
        layout_prefix=draw(st.binary(min_size=8, max_size=8)),
        serial=serial_from_int(draw(st.integers(0, 2**SERIAL_BITS - 1))),
    )


@given(tokens(), signatures)
def test_a_token_reads_back_equal(token, signature):
    body = token_body(token)
    text = token_text(body, signature)
    assert set(text) <= set(QR_ALPHANUMERIC)
    assert parse_token(text) == SignedToken(token, body, signature)


def damaged(text: str, position: int, character: str) -> str:
    place = position % len(text)
    return text[:place] + character + text[place + 1 :]


@given(
    st.text(max_size=300)
    | st.text(alphabet=QR_ALPHANUMERIC, max_size=300)
    | st.binary(max_size=200).map(base45_encode)
    | st.builds(
        damaged,
        st.builds(lambda token, signature: token_text(token_body(token), signature), tokens(), signatures),
        st.integers(0, 500),
        st.characters(),
    )
)
def test_any_text_is_a_token_or_a_token_format_error(text):
    try:
        signed = parse_token(text)
    except TokenFormatError:
        return
    # What was accepted spells exactly the text that was read: no two texts for one token.
    assert token_text(token_body(signed.token), signed.signature) == text


@given(st.binary(max_size=64))
def test_arbitrary_bytes_round_trip_in_base45(data):
    assert base45_decode(base45_encode(data)) == data


@pytest.mark.parametrize(
    ("data", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581")]
)
def test_base45_examples_of_rfc_9285(data, text):
    assert base45_encode(data) == text
    assert base45_decode(text) == data


@pytest.mark.parametrize("text", ["a", "A", "GGW", "::", "AB\n"])
def test_base45_refuses(text):
    with pytest.raises(TokenFormatError):
        base45_decode(text)


@given(st.integers(0, 2**SERIAL_BITS - 1))
def test_serials_round_trip(number):
    serial = serial_from_int(number)
    assert serial_to_int(serial) == number
    assert set(serial) <= set(SERIAL_ALPHABET)
    assert grouped_serial(serial).replace(" ", "") == serial
    assert [len(group) for group in grouped_serial(serial).split()] == [4, 4, 4]


@pytest.mark.parametrize("number", [-1, 2**SERIAL_BITS])
def test_a_serial_number_out_of_range_is_refused(number):
    with pytest.raises(ValueError, match="out of range"):
        serial_from_int(number)


@given(st.text(max_size=14))
def test_a_serial_is_twelve_characters_of_the_alphabet(text):
    assume(len(text) != 12 or not set(text) <= set(SERIAL_ALPHABET))
    with pytest.raises(ValueError):  # noqa: PT011 - either of two reasons
        serial_to_int(text)


def body_with(index: int, value: int) -> bytes:
    body = bytearray(token_body(TOKEN))
    body[index] = value
    return bytes(body)


@pytest.mark.parametrize(
    "body",
    [
        body_with(0, 2),
        body_with(1, 3),
        body_with(2, 0),
        body_with(2, 3),
        body_with(12, 0xF0),
        body_with(21, ord("B")),
        body_with(21, 0xFF),
        body_with(20, 200),
        token_body(TOKEN) + b"x",
        token_body(TOKEN)[:-1],
        token_body(TOKEN)[:10],
        b"",
    ],
    ids=[
        "format",
        "kind",
        "page 0",
        "page past the end",
        "serial of 64 bits",
        "capital in the vote",
        "vote not ASCII",
        "id past the end",
        "bytes left over",
        "no style",
        "half a head",
        "empty",
    ],
)
def test_a_body_out_of_form_is_refused(body):
    with pytest.raises(TokenFormatError):
        parse_token(token_text(body, SIGNATURE))


def test_what_cannot_be_written_is_refused():
    with pytest.raises(ValueError, match="signature"):
        token_text(token_body(TOKEN), b"short")
    long_id = Token(TokenKind.BALLOT, "v" * 33, "", 1, 1, bytes(8), "0" * 12)
    with pytest.raises(ValueError, match="longer"):
        token_body(long_id)
