"""What a mail says: subject and texts of messages that are well made, badly made, and made to hurt (protocol 1.10)."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.mail import MAX_HEADER, MAX_HTML, Mail, read_mail

PAGE = "<html><head><style>.a {}</style></head><body><h1>Bäckup</h1><script>hide()</script><p>FAILED &amp; gone"


def raw(*lines: str, encoding: str = "utf-8") -> bytes:
    """A message as SMTP carries it."""
    return "\r\n".join(lines).encode(encoding)


@pytest.mark.parametrize("charset", ["utf-8", "cp850"])
@pytest.mark.parametrize("cte", ["8bit", "base64", "quoted-printable"])
def test_plain_mail_is_read_in_any_encoding(charset: str, cte: str) -> None:
    """However it travelled, the words are the same."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "Bäckup: done"
    message.set_content("Größe: 5 GB\nAlles gut\n", charset=charset, cte=cte)
    assert read_mail(message.as_bytes()) == Mail("Bäckup: done", "Größe: 5 GB\nAlles gut\n")


def test_plain_part_comes_before_the_text_of_the_html_part() -> None:
    """Both are looked at; tags, scripts and styles are not."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "Report"
    message.set_content("See the page.\n")
    message.add_alternative(PAGE, subtype="html")
    assert read_mail(message.as_bytes()).text == "See the page.\n\nBäckup FAILED & gone"


def test_html_alone_is_read() -> None:
    """Many programs send nothing else."""
    message = EmailMessage(policy=SMTP)
    message.set_content(PAGE, subtype="html")
    assert read_mail(message.as_bytes()) == Mail("", "Bäckup FAILED & gone")


def test_texts_are_found_among_pictures_and_files() -> None:
    """What is attached is not what the mail says, and of related parts the first is the page."""
    message = EmailMessage(policy=SMTP)
    message.set_content("All well.\n")
    message.add_alternative("<p>All <b>we</b>ll<img src='cid:1'></p>", subtype="html")
    page = message.get_payload(1)
    assert isinstance(page, EmailMessage)
    page.add_related("ERROR in a related text", cid="<1>")
    message.add_attachment("ERROR in a log", filename="job.log")
    message.add_attachment(b"\xff\x00", maintype="image", subtype="png", filename="plot.png")
    assert read_mail(message.as_bytes()).text == "All well.\n\nAll well"


def test_attached_message_is_not_read() -> None:
    """A mail that passes on another says what it says itself."""
    inner = EmailMessage()
    inner.set_content("ERROR")
    message = EmailMessage(policy=SMTP)
    message.set_content("Forwarded.\n")
    message.add_attachment(inner)
    assert read_mail(message.as_bytes()).text == "Forwarded.\n"


MIXED = ["Content-Type: multipart/mixed; boundary=b", ""]
RELATED = ["Content-Type: multipart/related; boundary=b", ""]


@pytest.mark.parametrize(
    ("lines", "subject", "text"),
    [
        ([], "", ""),
        (["Subject: only headers"], "only headers", ""),
        (["", "no headers at all"], "", "no headers at all"),
        (["no headers, no empty line"], "", "no headers, no empty line"),
        (["Subject: x", "The empty line is missing"], "x", "The empty line is missing"),
        (["SUBJECT : x", "", "y"], "x", "y"),
        (["Subject: first", "Subject: second", "", ""], "first", ""),
        (["X-Subject: no", "Subject: folded", " and", "\tfolded", "", ""], "folded and\tfolded", ""),
        (["Content-Type: nonsense", "", "text"], "", "text"),
        (["Content-Type: TEXT/HTML;charset='UTF-8'", "", "<b>t</b>"], "", "t"),
        (["Content-Type: application/pdf", "", "%PDF"], "", ""),
        (["Content-Type: text/plain", "Content-Disposition: Attachment; filename=x", "", "y"], "", ""),
        (["Content-Transfer-Encoding: x-unknown", "", "text"], "", "text"),
        (["Content-Type: multipart/mixed", "", "no boundary is named"], "", "no boundary is named"),
        ([*MIXED, "no boundary is there"], "", "no boundary is there"),
        ([*MIXED, "--b", "", "no end"], "", "no end"),
        ([*MIXED, "--b--", "", "--b", "", "late"], "", "late"),
        ([*MIXED, "--b", "Content-Type: text/html", "", "<p>x", "--b--", "after the end"], "", "x"),
        ([*RELATED, "--b", "Content-Type: text/html", "", "<p>x", "--b", "", "not shown", "--b--"], "", "x"),
        (["Subject: x", "", "", " empty lines and space stay"], "x", "\n empty lines and space stay"),
        ([*MIXED, "--bb", "--b  ", "", "x", "--bb", "--b--"], "", "x\n--bb"),
        ([*MIXED, "--b", "--b", "", " ", "--b", "", "third"], "", "third"),
        (['Content-Type: multipart/x; a="b"; boundary="a b"', "", "--a b", "", "x", "--a b--"], "", "x"),
    ],
)
def test_broken_mail_is_read_as_far_as_it_goes(lines: list[str], subject: str, text: str) -> None:
    """Scripts write mails by hand, and get them wrong; with either end of line."""
    assert read_mail(raw(*lines)) == Mail(subject, text)
    assert read_mail(raw(*lines).replace(b"\r\n", b"\n")) == Mail(subject, text)


def test_parts_lie_in_parts() -> None:
    """A signed mail, passed on by a list: the inner boundary may begin like the outer one."""
    inner = ["Content-Type: multipart/alternative; boundary=b1", "", "--b1", "", "deep", "--b1--"]
    message = raw("Content-Type: multipart/mixed; boundary=b", "", "--b", *inner, "--b", "", "a footer", "--b--")
    assert read_mail(message).text == "deep"


def test_html_has_its_limit() -> None:
    """A page of ten megabytes would keep every other mail waiting; what is plain text is read to its end."""
    page = b"<p>so far\n" * (MAX_HTML // 10)
    assert read_mail(b"Content-Type: text/html\n\nsooner " + page + b"later").text.startswith("sooner so far")
    assert "later" not in read_mail(b"Content-Type: text/html\n\n" + page + b"later").text
    assert read_mail(b"\n" + page + b"later").text.endswith("later")


def test_subject_has_its_limit() -> None:
    """Nobody writes one of a megabyte, except to hurt."""
    assert read_mail(b"Subject: " + b"x" * 1_000_000).subject == "x" * MAX_HEADER


def test_eight_bits_in_headers_are_guessed() -> None:
    """UTF-8, and what is none is Latin-1."""
    assert read_mail(raw("Subject: Größe", "", "")).subject == "Größe"
    assert read_mail(raw("Subject: Größe", "", "", encoding="latin-1")).subject == "Größe"


HOSTILE = {
    "parts in parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=x%d\n\n--x%d\n" % (n, n) for n in range(50_000)
    ),
    "parts beside parts": b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 400_000,
    "semicolons": b'Content-Type: text/plain; x="' + b";" * 2_000_000,
    "parameters": b"Content-Type: text/plain" + b"; a=b" * 400_000,
    "comments": b"Content-Type: text/plain " + b"(" * 2_000_000,
    "words": b"Subject: " + b"=?utf-8?q?a?= " * 150_000,
    "half words": b"Subject: " + b"=?" * 1_000_000,
    "headers": b"a:b\n" * 500_000,
    "one line": b"a" * 2_000_000,
    "empty lines": b"\n" * 2_000_000,
    "slow codec": b"Content-Type: text/plain; charset=punycode\n\n" + b"a" * 2_000_000 + b"-99999",
    "quoted": b"Content-Transfer-Encoding: quoted-printable\n\n" + b"= " * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_mail_that_is_made_to_hurt_is_read(name: str) -> None:
    """Megabytes on which the standard library's parser fails, or takes hours: that this test ends is its point."""
    assert isinstance(read_mail(HOSTILE[name]), Mail)


HEADERS = [
    "Content-Type: multipart/mixed; boundary=b",
    "Content-Type: multipart/related; boundary=bb",
    "Content-Type: text/html; charset=utf-7",
    "Content-Type: text/plain; charset=iso-2022-jp",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: quoted-printable",
    "Content-Disposition: attachment",
    "Subject: =?utf-16?b?AAAA?= =?x?q?=FF?=",
]
PIECES = st.sampled_from([*(f"{header}\n".encode() for header in HEADERS), b"--b\n", b"--bb--\n", b"\r\n", b"\n", b"="])


@given(st.one_of(st.binary(max_size=500), st.lists(PIECES | st.binary(max_size=30), max_size=40).map(b"".join)))
def test_nonsense_never_raises(message: bytes) -> None:
    """Bytes, and pieces of mails in any order."""
    mail = read_mail(message)
    assert isinstance(mail.subject, str)
    assert isinstance(mail.text, str)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"]), max_size=80),
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=300),
    st.sampled_from(["base64", "quoted-printable"]),
)
def test_what_was_written_is_read(subject: str, text: str, cte: str) -> None:
    """Any text comes out as the standard library put it in."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message.set_content(text, cte=cte)
    read = read_mail(message.as_bytes())
    assert (read.subject, read.text.split()) == (subject, text.split())
