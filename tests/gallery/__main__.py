"""`make screenshots`: every page, on a desk and on a phone, light and dark, into a folder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.gallery.filled import Filled, filled_site
from tests.gallery.views import ALSO, View, endpoints, sign_in, take_over, views

SCREENS = {"desk": (1280, 900), "phone": (390, 844)}


def main(folder: Path, only: list[str]) -> None:
    """Those whose names begin with one of `only`, if any are given."""
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium here: apt-get install chromium")
    if not only:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as place, filled_site(Path(place)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        shown = [view for view in _all(site) if not only or view.name.startswith(tuple(only))]
        for screen in SCREENS:
            _photograph(site, browser, screen, shown, folder)
        browser.close()


def _all(site: Filled) -> Iterator[View]:
    inside = sign_in(site)
    for endpoint in endpoints(site.app):
        yield from views(site, inside, endpoint)
    yield from ALSO


def _photograph(site: Filled, browser: Browser, screen: str, shown: list[View], folder: Path) -> None:
    width, height = SCREENS[screen]
    for signed_in in (False, True):
        context = browser.new_context(viewport={"width": width, "height": height}, timezone_id="Europe/Vienna")
        if signed_in:
            take_over(sign_in(site), context, site.url)
        page = context.new_page()
        for view in shown:
            if view.signed_in == signed_in:
                page.goto(site.url + view.path)
                _both(page, folder / f"{view.name}-{screen}")
        context.close()


def _both(page: Page, start: Path) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.screenshot(path=f"{start}-{scheme}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
