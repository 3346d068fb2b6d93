"""Letters about accounts: links to get in by, invitations, and word of what was changed.

A kind of letter is a file in templates/mail/letters/: its subject, an empty line, paragraphs with empty lines in
between, and after a line of `--` why it came. `{{ button("Words", url) }}` is a paragraph by itself. No fact that is
filled in can end a line, so none can pretend to be a paragraph or a button.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Sequence

from msgspec import Struct

from tocsin.channels.addressee import InvalidAddress, checked_address
from tocsin.channels.mail_message import compose
from tocsin.channels.mail_port import Transport
from tocsin.channels.port import DeliveryFailed
from tocsin.channels.rendering import Renderer

_log = logging.getLogger(__name__)

_BUTTON = "\x02"
"""Facts hold no control characters, so only the template can say this."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class Paragraph(Struct, frozen=True):
    lines: Sequence[str]
    url: str = ""
    """Where a button leads; its only line is what is written on it."""


class Letter(Struct, frozen=True):
    subject: str
    paragraphs: Sequence[Paragraph]
    why: Sequence[str]


class Post(Struct, frozen=True):
    transport: Transport
    render: Renderer
    site: str

    def send(self, kind: str, *, to: str, **facts: str) -> None:
        """Send a letter of this kind. Raises channels.port.DeliveryFailed."""
        try:
            address = checked_address(to)
        except InvalidAddress as error:
            raise DeliveryFailed(str(error), permanent=True) from error
        letter = self.write(kind, to=address, **facts)
        parts = {"letter": letter, "site": self.site}
        message = compose(
            to=address,
            subject=letter.subject,
            name=secrets.token_hex(16),
            sender=self.transport.sender,
            plain=self.render("letter.txt", parts),
            designed=self.render("letter.html", parts),
        )
        self.transport.send(message)

    def tell(self, kind: str, *, to: str, **facts: str) -> None:
        """Send word of what has happened already: a failure is logged, and undoes nothing."""
        try:
            self.send(kind, to=to, **facts)
        except DeliveryFailed as failure:
            _log.error("A letter (%s) could not be sent: %s", kind, failure)

    def write(self, kind: str, *, to: str, **facts: str) -> Letter:
        known = {name: _line(fact) for name, fact in ({"to": to, "site": self.site} | facts).items()}
        text = self.render(f"letters/{kind}.txt", {**known, "button": _button})
        body, _, why = text.strip().partition("\n--\n")
        subject, *blocks = [block.strip() for block in re.split(r"\n\s*\n", body)]
        return Letter(_line(subject), [_paragraph(block) for block in blocks if block], why.strip().splitlines())


def _line(fact: str) -> str:
    """A fact as a piece of one line."""
    return " ".join(_CONTROL.sub(" ", fact).split())


def _button(words: str, url: str) -> str:
    return f"{_BUTTON}{words}{_BUTTON}{url}"


def _paragraph(block: str) -> Paragraph:
    if not block.startswith(_BUTTON):
        return Paragraph(block.splitlines())
    _, words, url = block.split(_BUTTON)
    return Paragraph([words], url)
