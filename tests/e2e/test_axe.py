"""Every page, as somebody has it who has lived here: axe finds nothing, the browser refuses nothing, phones show it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, ViewportSize

from handlers.web.routes import FORMS, PAGES
from tests.e2e.browsing import PATIENCE
from tests.gallery.filled import Filled, filled_site
from tests.gallery.views import ALSO, NO_PAGES, View, sign_in, take_over, views
from tests.web.browser import Browser as Reader

# Of the API's reference, which repeats itself a hundred times, two of each kind are looked at.
_RUN = """async (only) => {
  const alike = [".chapter:nth-of-type(n+4)", ".chapter > :nth-of-type(n+3)", ".entry:nth-of-type(n+3)"];
  for (const one of document.querySelectorAll([...alike, ".contents ul ul li:nth-child(n+3)"].join())) one.remove();
  for (const more of document.querySelectorAll("details:not(.menu)")) more.open = true;
  const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  const places = (one) => one.nodes.slice(0, 3).map((node) => node.html).join(" ");
  return found.violations.map((one) => `${one.id}: ${one.help}: ${places(one)}`);
}"""
DESK, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
_LISTEN = """window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => refused.push(event.violatedDirective));"""
_TOO_WIDE = """() => document.scrollingElement.scrollWidth > innerWidth ? ["wider than a phone"] : []"""
_ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ENDPOINTS = sorted({f"web.{route[1]}" for route in (*PAGES, *FORMS)} - NO_PAGES.keys())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with filled_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def inside(site: Filled) -> Reader:
    return sign_in(site)


@pytest.fixture(scope="module")
def pages(site: Filled, inside: Reader, browser: Browser) -> Iterator[dict[bool, Page]]:
    """A tab of somebody signed in, and one of somebody who is not."""
    opened = {}
    for signed_in in (True, False):
        context = browser.new_context(viewport=DESK, reduced_motion="reduce")
        if signed_in:
            take_over(inside, context, site.url)
        context.add_init_script(path=AXE_FILE_PATH)
        context.add_init_script(_LISTEN)
        opened[signed_in] = context.new_page()
        opened[signed_in].set_default_timeout(PATIENCE)
    yield opened
    for page in opened.values():
        page.context.close()


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_page_is_for_everybody(site: Filled, inside: Reader, pages: dict[bool, Page], endpoint: str) -> None:
    """Readable by screen readers, in contrast by day and by night; every route shows somebody a page."""
    shown = list(views(site, inside, endpoint))
    assert shown, f"{endpoint} shows nobody a page: give tests/gallery what it needs, or say there why it has none"
    for view in shown:
        assert _problems(site, pages, view) == [], view


@pytest.mark.parametrize("view", ALSO, ids=lambda view: view.name)
def test_page_of_no_route_is_for_everybody(site: Filled, pages: dict[bool, Page], view: View) -> None:
    """Errors, forms that refuse something, and searches as well."""
    assert _problems(site, pages, view) == []


class _Inline(HTMLParser):
    """Finds what the content security policy would have to make room for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"<{tag}>")
        self.found += [name for name in names if name == "style" or name.startswith("on")]


def _inline(html: str) -> list[str]:
    reader = _Inline()
    reader.feed(html)
    return reader.found


def _problems(site: Filled, pages: dict[bool, Page], view: View) -> list[str]:
    """What axe finds, light and dark, what the policy refuses or would have to, and what a phone cannot show."""
    page = pages[view.signed_in]
    page.emulate_media(color_scheme="light")
    answer = page.goto(site.url + view.path)
    assert answer
    found: list[str] = _inline(answer.text()) + page.evaluate(_RUN, _ALL)
    found += page.evaluate("refused")
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {problem}" for problem in page.evaluate(_RUN, ["color-contrast"])]
    page.set_viewport_size(PHONE)
    found += page.evaluate(_TOO_WIDE)
    page.set_viewport_size(DESK)
    return found
