"""`python -m tests.gallery.best docs/images`: the pictures that README shows, taken anew."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.gallery.filled import Filled, filled_site
from tests.gallery.views import path_of, sign_in, take_over

PICTURES = {
    "checks": ("web.checks", "light", (1280, 800)),
    "check": ("web.check", "light", (1280, 1120)),
    "wall": ("web.wall", "dark", (1280, 720)),
}
"""What each shows: a page, by day or by night, on a screen of so many pixels."""


def main(folder: Path) -> None:
    with TemporaryDirectory() as place, filled_site(Path(place)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(timezone_id="Europe/Vienna", reduced_motion="reduce")
        take_over(sign_in(site), context, site.url)
        page = context.new_page()
        for name in PICTURES:
            _take(site, page, name, folder)
        browser.close()


def _take(site: Filled, page: Page, name: str, folder: Path) -> None:
    endpoint, scheme, (width, height) = PICTURES[name]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(site.url + path_of(site, endpoint))
    page.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
