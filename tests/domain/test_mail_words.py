"""Bytes of a mail as text, in whatever they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.mail_words import decode_body, decode_header, decode_text


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (b"plain", "plain"),
        (b"=?UTF-8?B?QsOkY2t1cA==?=", "Bäckup"),
        (b"=?utf-8?q?B=C3=A4ck_up?=", "Bäck up"),
        (b"Re: =?iso-8859-1?Q?B=E4ckup?= failed", "Re: Bäckup failed"),
        (b"=?utf-8?b?QsOk?= \t =?utf-8?q?ckup?= x", "Bäckup x"),
        (b"=?utf-8?b?QsM=?= =?utf-8?b?pGNrdXA=?=", "Bäckup"),
        (b"=?windows-1251?b?zvjo4ergIQ==?=", "Ошибка!"),
        (b"=?koi8-u?b?9MXT1CCmpw==?=", "Тест ії"),
        (b"=?iso-2022-jp?B?GyRCPDpHVBsoQg==?=", "失敗"),
        (b"=?gb2312?B?yqew3A==?=", "失败"),
        (b"=?utf-8*en?q?ok?=", "ok"),
        (b"=?x-unknown?q?B=C3=A4?=", "Bä"),
        (b"=?us-ascii?q?B=E4?=", "Bä"),
        (b"=?utf-8?b?QsO?= bad", "B\N{REPLACEMENT CHARACTER} bad"),
        (b"=?utf-8?b?!!!?=", ""),
        (b"=?utf-8?q?=ZZ=?=", "=ZZ"),
        (b"=?utf-8?x?a?=", "=?utf-8?x?a?="),
        (b"=?utf-8?q?unclosed", "=?utf-8?q?unclosed"),
        (b"B\xc3\xa4 =?utf-8?q?=C3=A4?= \xe4", "Bä ä ä"),
    ],
)
def test_header_is_decoded(header: bytes, text: str) -> None:
    """Encoded words of RFC 2047 in any charset, joined where they belong together; what is none stays."""
    assert decode_header(header) == text


@pytest.mark.parametrize(
    ("data", "encoding", "decoded"),
    [
        (b"QsOk\nY2t1cA==\n", b"base64", "Bäckup".encode()),
        (b"Q s*O\xffk Y2t1cA", b"base64", "Bäckup".encode()),
        (b"QUJDR", b"base64", b"ABC"),
        (b"QUI=\n-- \na list's footer", b"base64", b"AB"),
        (b"", b"base64", b""),
        (b"B=C3=A4ck=\nup=", b"quoted-printable", "Bäckup".encode()),
        (b"\xff=41", b"8bit", b"\xff=41"),
        (b"\xff=41", b"", b"\xff=41"),
    ],
)
def test_body_is_decoded(data: bytes, encoding: bytes, decoded: bytes) -> None:
    """Rubbish in between is skipped."""
    assert decode_body(data, encoding) == decoded


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"\xe4", "ISO-8859-1", "ä"),
        (b"\x80", "windows-1252", "€"),
        (b"\xc3\xa4\xff", "utf-8", "ä\N{REPLACEMENT CHARACTER}"),
        (b"\xff\xfea\x00", "utf-16", "a"),
        (b"\xc3\xa4", "", "ä"),
        (b"\xe4", "", "ä"),
        (b"\xe4", "x" * 1000, "ä"),
        (b"a", "zlib", "a"),
        (b"\xff", "base64", "\N{REPLACEMENT CHARACTER}"),
        (rb"\x41", "unicode-escape", r"\x41"),
        (b"a\xff", "idna", "aÿ"),
        (b"a", "undefined", "a"),
        (b"a", "..\0/ä", "a"),
    ],
)
def test_text_is_decoded(data: bytes, charset: str, text: str) -> None:
    """In what it says, or in what it seems to be; Python's codecs that are no charsets don't count."""
    assert decode_text(data, charset) == text


@given(st.binary(max_size=300), st.sampled_from(["utf-7", "utf-16", "utf-32", "hz", "iso-2022-kr", "big5", "cp037"]))
def test_no_bytes_are_wrong_in_any_charset(data: bytes, charset: str) -> None:
    """Those that mean nothing are replaced."""
    assert isinstance(decode_text(data, charset), str)
    assert isinstance(decode_header(b"=?%s?q?%s?=" % (charset.encode(), data)), str)
