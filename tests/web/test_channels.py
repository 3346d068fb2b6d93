from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.fakes import FakeChannel
from tests.web.browser import Page
from tests.web.conftest import Site
from tocsin.channels.port import DeliveryFailed
from tocsin.channels.registry import Registry
from tocsin.house import House
from tocsin.stores.channels import StoredChannel

HOOK = {
    "url_down": "http://127.0.0.1:9/down",
    "method_down": "PUT",
    "headers_down": "A: b\r\nC: d",
    "body_down": "$NAME\r\n$JSON",
}


def channel(site: Site, kind: str = "email") -> StoredChannel:
    return next(one for one in site.house.channels.of_project(site.project) if one.kind == kind)


def add(site: Site, kind: str, **typed: str) -> Page:
    return site.browser.submit(site.browser.get(f"{site.channels_url}add/{kind}"), **typed)


def with_fake_kind(site: Site) -> FakeChannel:
    """Give the app a kind of channel that only a plug-in would bring."""
    fake = FakeChannel()
    house = House(site.house.settings, site.house.table, Registry([*site.house.kinds, fake]), clock=site.clock)
    site.app.extensions["tocsin"] = site.house = house
    return fake


def test_channels_page_lists_where_notices_go(site: Site) -> None:
    """A new project has its owner's address, not used yet, and offers every kind."""
    page = site.browser.get(site.channels_url)

    assert "alice@example.org" in page.text
    assert "Not used yet" in page.text
    assert f"{site.channels_url}add/email" in page.links
    assert f"{site.channels_url}add/webhook" in page.links


def test_channels_page_without_any_says_that_nobody_is_told(site: Site) -> None:
    """The last channel's end is not silent."""
    page = site.browser.submit(site.browser.get(f"{site.channels_url}{channel(site).id}/delete"))

    assert "The channel is deleted." in page.text
    assert "Nobody would hear the bell" in page.text


def test_mail_channel_is_added_and_edited(site: Site) -> None:
    """An address with a name is hung on every check, and can be changed."""
    check_id = site.check()
    page = add(site, "email", address="ops@example.org", name="Operations")
    assert "The channel is up" in page.text
    made = next(one for one in site.house.channels.of_project(site.project) if one.name == "Operations")
    info = site.house.checks.info(check_id)
    assert info is not None
    assert made.id in info.channels

    page = site.browser.get(f"{site.channels_url}{made.id}/edit")
    assert page.form().values["address"] == ["ops@example.org"]
    page = site.browser.submit(page, address="night@example.org")

    assert "Saved." in page.text
    assert "night@example.org" in page.text


def test_webhook_is_added_and_edited(site: Site) -> None:
    """Both requests arrive with line breaks as HTTP wants them, and come back in the form as they were."""
    add(site, "webhook", name="Chat", **HOOK)
    made = channel(site, "webhook")
    assert made.config["headers_down"] == "A: b\nC: d"
    assert made.config["body_down"] == "$NAME\n$JSON"
    assert (made.config["method_down"], made.config["url_up"]) == ("PUT", "")

    page = site.browser.get(f"{site.channels_url}{made.id}/edit")
    assert page.form().values["body_down"] == ["$NAME\n$JSON"]
    site.browser.submit(page, url_up="http://127.0.0.1:9/up")

    assert channel(site, "webhook").config == {**made.config, "url_up": "http://127.0.0.1:9/up"}


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("email", {"address": ""}, "Type an e-mail address."),
        ("email", {"address": "nobody"}, "An e-mail address has one @ in it."),
        ("email", {"address": "a@example.org", "name": "x" * 101}, "At most 100 characters"),
        ("webhook", {}, "Give a URL for going down, for coming back up, or for both."),
        ("webhook", {"url_down": "ftp://example.org"}, "A URL must begin with http:// or https://."),
        ("webhook", {**HOOK, "headers_up": "no colon"}, "Use “Name: value” pairs, one on each line."),
        ("webhook", {**HOOK, "body_up": "x" * 1001}, "This can be 1000 characters long at most."),
        ("webhook", {**HOOK, "method_up": "DELETE"}, "Not a valid choice"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_channel_form_refuses_and_keeps_what_was_typed(
    site: Site, kind: str, typed: dict[str, Any], sentence: str
) -> None:
    """No channel is made; the sentence is there, and so is everything that was typed."""
    before = site.house.channels.of_project(site.project)

    page = add(site, kind, **typed)

    assert page.status == 422
    assert sentence in page.text
    for name, value in typed.items():
        if name != "method_up":
            assert page.form().values[name] == [value.replace("\r\n", "\n")] or page.form().values[name] == [value]
    assert site.house.channels.of_project(site.project) == before


def test_webhook_form_lists_the_placeholders(site: Site) -> None:
    """Whoever writes a body finds every word there is."""
    text = site.browser.get(f"{site.channels_url}add/webhook").text

    for word in ("$NAME", "$STATUS", "$NOW", "$CODE", "$SLUG", "$TAGS", "$EXITSTATUS", "$BODY", "$JSON", "$NAME_JSON"):
        assert word in text


def test_channel_edit_refused_changes_nothing(site: Site) -> None:
    """A wrong address stays in the form, the right one in the channel."""
    page = site.browser.submit(site.browser.get(f"{site.channels_url}{channel(site).id}/edit"), address="nobody")

    assert page.status == 422
    assert page.form().values["address"] == ["nobody"]
    assert channel(site).config == {"address": "alice@example.org"}


def test_test_button_sends_a_notice(site: Site, tmp_path: Path) -> None:
    """A press sends one mail and shows on the page that it was delivered."""
    page = site.browser.submit(site.browser.get(site.channels_url), "/test")

    assert "The test is sent." in page.text
    assert "Delivered just now" in page.text
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1


def test_test_button_tells_what_went_wrong(site: Site) -> None:
    """A delivery that fails shows its reason at once, and beside the channel from then on."""
    fake = with_fake_kind(site)
    add(site, "fake", value='{"to": "nowhere"}', name="Plug-in")
    fake.failures.append(DeliveryFailed("The receiver is asleep"))
    url = f"{channel(site, 'fake').id}/test"

    page = site.browser.submit(site.browser.get(site.channels_url), url)

    assert "The test was not delivered. The receiver is asleep" in page.text
    assert "Failed just now: The receiver is asleep" in page.text


def test_channel_switched_off_says_how_to_mend_it(site: Site) -> None:
    """A permanent failure is explained, and saving the form switches the channel on again."""
    site.house.channels.note_result(channel(site), now=site.clock(), error="No such mailbox", disable=True)
    page = site.browser.get(site.channels_url)
    assert "Switched off No such mailbox. Correct it and save: that switches it on again." in page.text
    assert "switched off after a failure" in site.browser.get(f"/checks/{site.check()}").text

    page = site.browser.get(f"{site.channels_url}{channel(site).id}/edit")
    assert "Switched off after this: No such mailbox." in page.text
    site.browser.submit(page)

    assert not channel(site).disabled


def test_channel_of_a_plug_in_has_a_plain_form(site: Site) -> None:
    """A kind that the house does not know is set up as JSON, and edited as such."""
    with_fake_kind(site)
    page = add(site, "fake", value="[1]")
    assert page.status == 422
    assert "This is not a JSON object." in page.text
    assert page.form().values["value"] == ["[1]"]

    add(site, "fake", value='{"to": "nowhere"}')

    made = channel(site, "fake")
    assert made.config == {"to": "nowhere"}
    page = site.browser.get(f"{site.channels_url}{made.id}/edit")
    assert '"to": "nowhere"' in page.form().values["value"][0]


def test_channel_of_a_plug_in_that_is_gone_can_only_be_deleted(site: Site) -> None:
    """Pages go on working without the plug-in; the channel is named, and can be taken down."""
    site.house.channels.create(replace(channel(site), id="00000000-0000-4000-8000-0000000000aa", kind="pager"))
    url = f"{site.channels_url}00000000-0000-4000-8000-0000000000aa"
    check_id = site.check()

    page = site.browser.get(site.channels_url)
    assert "a pager channel, which is not installed here" in page.text
    assert f"{url}/edit" not in page.links
    assert site.browser.get(f"{url}/edit").status == 404
    assert site.browser.get(f"/checks/{check_id}").status == 200
    assert site.browser.get(f"/checks/{check_id}/edit").status == 200
    site.browser.submit(site.browser.get(f"{url}/delete"))

    assert "pager channel" not in site.browser.get(site.channels_url).text


def test_channel_of_an_unknown_kind_can_not_be_added(site: Site) -> None:
    """A made-up kind in the address is no page."""
    assert site.browser.get(f"{site.channels_url}add/pigeon").status == 404


def test_channels_have_a_limit(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than a flip can tell is refused with a sentence."""
    monkeypatch.setattr("tocsin.services.channels.MAX_CHANNELS", 1)

    page = add(site, "email", address="ops@example.org")

    assert page.status == 422
    assert "A project has at most" in page.text
