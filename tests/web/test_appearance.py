"""Light, dark or as the computer has it, and the frame around the pages."""

from __future__ import annotations

import pytest

from tests.web.conftest import Site

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
PAGE = "/account/appearance"


def choose(site: Site, theme: str) -> str:
    """The first line of a page that is opened afterwards."""
    site.browser.submit(site.browser.get(PAGE), "Colours", theme=theme)
    return site.browser.get(site.list_url).html.partition("<head>")[0]


def test_colours_follow_the_computer_until_somebody_chooses(site: Site) -> None:
    """No cookie, no mark: the stylesheet asks the browser."""
    assert "data-theme" not in site.browser.get(site.list_url).html
    assert 'value="system" checked' in site.browser.get(PAGE).html


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_choice_is_in_the_page_that_the_server_sends(site: Site, theme: str) -> None:
    """So that nothing flashes in the other colours."""
    assert f'data-theme="{theme}"' in choose(site, theme)
    assert f'value="{theme}" checked' in site.browser.get(PAGE).html


def test_choice_can_be_taken_back(site: Site) -> None:
    """The cookie goes with it."""
    choose(site, "dark")
    assert "data-theme" not in choose(site, "system")
    assert site.browser.client.get_cookie("tocsin-theme") is None


def test_menu_leads_back_to_the_page_that_was_open(site: Site) -> None:
    """The buttons of the menu post to the same place, from anywhere."""
    [form] = [form for form in site.browser.get(f"{site.list_url}?status=up").forms if form.action == PAGE]
    answer = site.browser.client.post(PAGE, data={**form.values, "theme": "dark"})
    assert answer.headers["Location"] == f"{site.list_url}?status=up"


@pytest.mark.parametrize("theme", ["", "blue", 'dark"><script>'])
def test_other_colours_are_refused(site: Site, theme: str) -> None:
    """Beside the choice, and nothing is kept."""
    page = site.browser.submit(site.browser.get(PAGE), "Colours", theme=theme)
    assert page.status == 422
    assert "Choose one of the three." in page.text
    assert "data-theme" not in site.browser.get(site.list_url).html


def test_odd_cookie_is_no_choice(site: Site) -> None:
    """Whatever stands in it never reaches the page."""
    site.browser.client.set_cookie("tocsin-theme", 'dark" onload=x')
    assert "data-theme" not in site.browser.get(site.list_url).html


def test_choosing_leads_nowhere_else(site: Site) -> None:
    """An address of another site is no page to go back to."""
    token = site.browser.get(PAGE).form("Colours").values["csrf_token"]
    sent = {"csrf_token": token, "theme": "dark", "next": "//evil.example"}
    assert site.browser.client.post(PAGE, data=sent).headers["Location"] == PAGE


def test_frame_marks_the_section_that_is_open(site: Site) -> None:
    """Exactly, for the page itself; roughly, for what lies below it."""
    assert f'href="{site.channels_url}" aria-current="page"' in site.browser.get(site.channels_url).html
    adding = site.browser.get(f"{site.channels_url}add/email").html
    assert f'href="{site.channels_url}" aria-current="true"' in adding
    assert f'href="{site.list_url}" aria-current' not in adding
