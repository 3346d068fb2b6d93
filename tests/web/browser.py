"""A browser without JavaScript: reads pages, fills in the forms that are there, sends what they would send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TypeAlias

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Values: TypeAlias = "dict[str, list[str]]"
Typed: TypeAlias = "str | list[str] | None"


@dataclass
class Form:
    action: str
    method: str
    values: Values = field(default_factory=dict)
    text: str = ""
    of_frame: bool = False
    """In the head that every page has."""
    hidden: bool = False
    """Until a script shows it: only who asks for it by its words gets it."""

    def put(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text = ""
        self._url = url
        self._form: Form | None = None
        self._in_head = False
        self._select = ""
        self._choices: list[tuple[str, bool]] = []
        self._area = ""
        self._typed: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a":
            self.links.append(found.get("href") or "")
        elif tag in ("header", "form"):
            self._enter(tag, found)
        elif self._form and (name := found.get("name")) and tag == "input":
            if found.get("type") not in ("checkbox", "radio") or "checked" in found:
                self._form.put(name, found.get("value") or ("on" if found.get("type") == "checkbox" else ""))
        elif tag == "select":
            self._select, self._choices = found.get("name") or "", []
        elif tag == "option":
            self._choices.append((found.get("value") or "", "selected" in found))
        elif tag == "textarea":
            self._area, self._typed = found.get("name") or "", ""

    def _enter(self, tag: str, attrs: Mapping[str, str | None]) -> None:
        if tag == "header":
            self._in_head = True
            return
        method = (attrs.get("method") or "get").lower()
        action = attrs.get("action") or self._url
        self._form = Form(action, method, of_frame=self._in_head, hidden="hidden" in attrs)
        self.forms.append(self._form)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "header":
            self._in_head = False
        elif tag == "select" and self._form:
            chosen = next((value for value, selected in self._choices if selected), self._choices[0][0])
            self._form.put(self._select, chosen)
        elif tag == "textarea" and self._form:
            # HTML drops the line break that templates put after the tag.
            self._form.put(self._area, (self._typed or "").removeprefix("\r").removeprefix("\n"))
            self._typed = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._typed is not None:
            self._typed += data
        if self._form:
            self._form.text += data


@dataclass
class Page:
    response: TestResponse
    url: str
    html: str
    text: str
    """What a reader sees, each run of white space as one space."""
    forms: list[Form]
    links: list[str]

    @property
    def status(self) -> int:
        return self.response.status_code

    def form(self, words: str = "") -> Form:
        """The form whose action or words hold `words`; those of the frame are not the page's."""
        shown = [form for form in self.forms if not form.of_frame and not (form.hidden and not words)]
        found = [form for form in shown if words in form.action or words in form.text]
        assert len(found) == 1, f"{len(found)} forms with {words!r} on {self.url}"
        return found[0]


@dataclass
class Browser:
    client: FlaskClient

    def get(self, url: str, *, follow: bool = True) -> Page:
        return self._page(self.client.get(url, follow_redirects=follow))

    def submit(self, page: Page, words: str = "", /, **typed: Typed) -> Page:
        """Send the page's form, with some of its values typed over; None unticks a box."""
        return self.send(page, words, typed)

    def send(self, page: Page, words: str, typed: Mapping[str, Typed], *, follow: bool = True) -> Page:
        form = page.form(words)
        values = dict(form.values)
        for name, value in typed.items():
            values[name] = [value] if isinstance(value, str) else list(value or [])
        sent = {name: several for name, several in values.items() if several}
        assert form.method == "post"
        return self._page(self.client.post(form.action, data=sent, follow_redirects=follow))

    def _page(self, response: TestResponse) -> Page:
        url = response.request.full_path.rstrip("?")
        html = response.get_data(as_text=True)
        reader = _Reader(url)
        if response.mimetype == "text/html":
            reader.feed(html)
        return Page(response, url, html, " ".join(reader.text.split()), reader.forms, reader.links)
