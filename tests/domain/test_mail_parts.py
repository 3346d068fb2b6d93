"""What a mail carries is listed part by part, and taken out as it was put in."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.mail import MAX_PARTS
from tocsin.domain.mail_parts import read_content


def message() -> EmailMessage:
    """Made by the standard library: text, HTML with a picture, and two files."""
    made = EmailMessage()
    made["Subject"] = "Grüße"
    made.set_content("All is well.\n")
    made.add_alternative("<p>All is <b>well</b>.</p>\n", subtype="html")
    made.add_attachment(b"\x89PNG\x00\xff", maintype="image", subtype="png", filename="Kurve ü.png")
    made.add_attachment("a,b\n1,2\n", subtype="csv", filename="report.csv")
    return made


def test_parts_are_found_and_decoded() -> None:
    """Texts to read first, then the files, with their names and bytes."""
    content = read_content(message().as_bytes())

    assert [part.kind for part in content.parts] == ["text/plain", "text/html", "image/png", "text/csv"]
    assert content.head.startswith("Subject: ")
    plain, html = content.first("text/plain"), content.first("text/html")
    assert plain is not None
    assert html is not None
    assert (plain.text.strip(), html.text.strip()) == ("All is well.", "<p>All is <b>well</b>.</p>")
    picture, table = content.files
    assert (picture.name, picture.octets) == ("Kurve ü.png", b"\x89PNG\x00\xff")
    assert (table.name, table.octets, table.number) == ("report.csv", b"a,b\n1,2\n", 4)


def test_file_that_is_text_is_not_read_along() -> None:
    """An attached text is a file; the message itself says nothing then."""
    made = EmailMessage()
    made.add_attachment("log\n", filename="job.log")
    content = read_content(made.as_bytes())

    assert content.first("text/plain") is None
    assert [part.name for part in content.files] == ["job.log"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (b'Content-Disposition: attachment; filename="../../etc/passwd"', "_.._etc_passwd"),
        (b"Content-Disposition: attachment; filename=a.txt; size=3", "a.txt"),
        (b"Content-Disposition: attachment; filename*=utf-8''%e2%82%ac.txt", "€.txt"),
        (b'Content-Disposition: attachment; filename="=?utf-8?q?=C3=BC?="', "ü"),
        (b"Content-Type: application/pdf; name=bill.pdf", "bill.pdf"),
        (b'Content-Disposition: attachment; filename="a\x01b|c"', "a_b_c"),
        (b"Content-Disposition: attachment; filename=" + b"x" * 300, "x" * 100),
        (b"Content-Disposition: attachment", ""),
    ],
)
def test_names_of_files_are_harmless(header: bytes, name: str) -> None:
    """Folders, control characters and quotes are taken out; what can be decoded is."""
    [part] = read_content(header + b"\n\nx").parts

    assert part.name == name


def test_message_of_too_many_parts_is_cut() -> None:
    """A hostile mail keeps nobody busy."""
    part = b"--x\n\ny\n"
    content = read_content(b"Content-Type: multipart/mixed; boundary=x\n\n" + part * 10_000)

    assert len(content.parts) < MAX_PARTS


@given(st.binary(max_size=300))
def test_no_message_fails(raw: bytes) -> None:
    """Whatever bytes came as a mail, there is at least one part, and all of its bytes."""
    content = read_content(raw)

    assert len(content.parts) >= 1
