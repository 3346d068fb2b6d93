"""Invitations over the API."""

from __future__ import annotations

import pytest

from tests.api.v4.program import Program, faults, refused, told
from tests.fakes import Scene
from tests.web.mailbox import link_in, mails_to
from tocsin.channels.port import DeliveryFailed
from tocsin.services.invitations import BY_MAILBOX, BY_PERSON
from tocsin.services.post import Post
from tocsin.services.rate_limits import Limit

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
EVE = "eve@example.org"


def waiting(scene: Scene) -> str:
    return f"/projects/{scene.project}/invitations/"


def test_invitation_is_mailed_listed_and_revoked(account: Program, scene: Scene) -> None:
    """Its link is in the mail and nowhere else; the audit log has the key, the letter the person."""
    response = account.post(waiting(scene), {"email": " Eve@example.org", "role": "manager"})

    made = told(response, 201)
    [letter] = mails_to(scene.house, EVE)
    token = link_in(letter).rpartition("/")[2]
    assert made == {
        "id": made["id"],
        "email": EVE,
        "role": "manager",
        "by": "alice@example.org",
        "sent": "2026-03-01T12:00:00.000000+00:00",
        "expires": "2026-03-08T12:00:00.000000+00:00",
    }
    assert account.all(waiting(scene), "invitations") == [made]
    assert account.client.get(f"/invitations/{token}").status_code == 200
    assert token not in response.text + account.get(waiting(scene)).text + str(
        account.audit(f"?project={scene.project}")
    )
    [entry] = account.audit(f"?project={scene.project}&act=invitation.create")
    assert (entry["name"], entry["actor"]["kind"]) == (EVE, "key")
    assert account.delete(waiting(scene) + made["id"]).data == b""
    assert account.client.get(f"/invitations/{token}").status_code == 404
    assert "no such invitation" in refused(account.delete(waiting(scene) + made["id"]), 404)


def test_second_invitation_takes_the_place_of_the_first(account: Program, scene: Scene) -> None:
    """And they come page by page, the oldest first."""
    for email, role in ((EVE, "member"), ("dan@example.org", "member"), (EVE, "read-only")):
        scene.clock.advance(minutes=1)
        told(account.post(waiting(scene), {"email": email, "role": role}), 201)
    listed = account.all(f"{waiting(scene)}?limit=1", "invitations")
    assert [(each["email"], each["role"]) for each in listed] == [("dan@example.org", "member"), (EVE, "read-only")]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"email": EVE}, "role"),
        ({"role": "member"}, "email"),
        ({"email": EVE, "role": "owner"}, "role"),
        ({"email": "eve", "role": "member"}, "email"),
        ({"email": "alice@example.org", "role": "member"}, "email"),
    ],
)
def test_invitation_that_cannot_be_is_refused(account: Program, scene: Scene, body: object, fault: str) -> None:
    assert list(faults(account.post(waiting(scene), body))) == [fault]
    assert account.all(waiting(scene), "invitations") == []


@pytest.mark.parametrize(
    ("limit", "address"), [(BY_MAILBOX, "eve+{}@example.org"), (BY_PERSON, "eve{}@example.org")], ids=["box", "person"]
)
def test_so_many_a_day_and_no_more(account: Program, scene: Scene, limit: Limit, address: str) -> None:
    """Whoever asks too often is told when to come back, and may then."""
    for number in range(limit.most):
        told(account.post(waiting(scene), {"email": address.format(number), "role": "member"}), 201)
    more = {"email": address.format("more"), "role": "member"}

    response = account.post(waiting(scene), more)

    assert "again in" in refused(response, 429)
    assert len(account.all(waiting(scene), "invitations")) == limit.most
    scene.clock.advance(seconds=int(response.headers["Retry-After"]))
    assert account.post(waiting(scene), more).status_code == 201


def test_mail_that_cannot_be_sent_invites_nobody(
    account: Program, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(*_: object, **__: object) -> None:
        raise DeliveryFailed("The relay is closed", permanent=False)

    monkeypatch.setattr(Post, "send", send)
    said = refused(account.post(waiting(scene), {"email": EVE, "role": "member"}), 502)
    assert said == "The mail could not be sent: The relay is closed"
    assert account.all(waiting(scene), "invitations") == []
