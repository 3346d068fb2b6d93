"""API keys: what they open, what is kept of them, and how they end."""

from __future__ import annotations

import re

import pytest

from tests.fakes import SECRET, Scene, through
from tests.tables import Interposed, PowerCut, everything
from tocsin.services.keys import InvalidKey, OpenedBy, UnknownKey, create_key, open_with, revoke_key
from tocsin.services.projects import GivenKeys, NewProject, create_project
from tocsin.stores.audit import COMMAND, Actor
from tocsin.stores.keys import KeyKind, Keys, KeyTaken, StoredKey

RW, RO, ACCOUNT, ACCOUNT_RO = (kind for kind in KeyKind if kind is not KeyKind.PING)


def made(scene: Scene, kind: KeyKind = RW, *, name: str = "deploy", keys: Keys | None = None) -> tuple[StoredKey, str]:
    owner = scene.owner if kind.account else scene.project
    keys = keys or scene.house.keys
    return create_key(keys, kind=kind, owner=owner, name=name, secret_key=SECRET, by=COMMAND, now=scene.clock())


def revoke(scene: Scene, key: StoredKey, *, keys: Keys | None = None) -> None:
    revoke_key(keys or scene.house.keys, key=key, by=COMMAND, now=scene.clock())


def opened(scene: Scene, text: str) -> OpenedBy | None:
    return open_with(scene.house.keys, text, secret_key=SECRET)


def project_with(scene: Scene, given: GivenKeys) -> NewProject:
    return create_project(
        scene.house.projects,
        name="Other",
        owner=scene.owner,
        secret_key=SECRET,
        by=COMMAND,
        now=scene.clock(),
        given=given,
    )


def acts(scene: Scene, project: str) -> list[tuple[str, str]]:
    """What the audit log says, the newest first: acts, and what they were about."""
    entries, _ = scene.house.audit.page(project, now=scene.clock(), limit=99)
    return [(entry.act, entry.subject) for entry in entries]


def kept_anywhere(store_url: str, text: str) -> bool:
    held = "\n".join(everything(store_url))
    return text in held or text.encode().hex() in held.lower()


@pytest.mark.parametrize(
    ("kind", "prefix", "account", "read_only"),
    [
        (RW, "hcw_", False, False),
        (RO, "hcr_", False, True),
        (ACCOUNT, "tca_", True, False),
        (ACCOUNT_RO, "tcr_", True, True),
    ],
)
def test_key_opens_what_it_was_made_for(
    scene: Scene, kind: KeyKind, prefix: str, account: bool, read_only: bool
) -> None:
    """It has the form that clients know, and says whose it is and what it may."""
    key, text = made(scene, kind)
    assert re.fullmatch(prefix + "[a-z0-9]{28}", text)
    by = opened(scene, text)
    assert by == OpenedBy(kind, scene.owner if account else scene.project, key.id, "deploy", text[:8])
    assert (by.account, by.read_only) == (account, read_only)
    assert by.actor == Actor("key", f"deploy ({text[:8]}…)")


def test_unnamed_key_is_told_by_what_it_begins_with(scene: Scene) -> None:
    """Spaces are no name."""
    _, text = made(scene, name="  ")
    by = opened(scene, text)
    assert by is not None
    assert by.actor.name == f"{text[:8]}…"


def test_key_of_another_form_opens_as_well(scene: Scene) -> None:
    """A script may bring an old key along; no more than four of its characters are kept."""
    given = GivenKeys(api_key="correct-horse-battery-staple-xyz")
    project = project_with(scene, given)
    by = opened(scene, "correct-horse-battery-staple-xyz")
    assert by is not None
    assert (by.owner, by.kind, by.shown) == (project.id, RW, "corr")


@pytest.mark.parametrize("text", ["", "hcw_", "x" * 32, "ключ" * 8, "hcw_" + "a" * 28])
def test_unknown_key_opens_nothing(scene: Scene, text: str) -> None:
    """Nor does the digest of one that does, nor the key where another secret is set."""
    key, right = made(scene)
    assert opened(scene, text) is None
    assert opened(scene, key.digest) is None
    assert open_with(scene.house.keys, right, secret_key="another secret") is None


def test_opening_is_one_read(scene: Scene) -> None:
    """Of the key that was given: a wrong one costs as much as the right one."""
    _, text = made(scene)
    for tried in (text, "x" * 32):
        table = Interposed(scene.house.table)
        open_with(Keys(table), tried, secret_key=SECRET)
        assert table.calls == ["get"]


def test_several_keys_of_one_kind_live_side_by_side(scene: Scene) -> None:
    """They are listed by age, those of the project apart from those of its owner."""
    keys = []
    for kind in (RW, ACCOUNT, RW, RO, ACCOUNT_RO):
        scene.clock.advance(seconds=1)
        keys.append(made(scene, kind)[0])
    assert scene.house.keys.of_project(scene.project) == [key for key in keys if not key.kind.account]
    assert scene.house.keys.of_user(scene.owner) == [key for key in keys if key.kind.account]


def test_hundreds_of_keys_are_all_listed(scene: Scene) -> None:
    """However many pages that takes."""
    names = [f"{n}" for n in range(130)]
    for name in names:
        scene.clock.advance(seconds=1)
        made(scene, name=name)
    assert [key.name for key in scene.house.keys.of_project(scene.project)] == names


@pytest.mark.parametrize("kind", [RW, RO, ACCOUNT, ACCOUNT_RO])
def test_revoked_key_opens_nothing_from_then_on(scene: Scene, kind: KeyKind) -> None:
    """Others do, and revoking it once more is said to be wrong and noted nowhere."""
    other, text_of_other = made(scene, kind)
    key, text = made(scene, kind)
    revoke(scene, key)
    assert opened(scene, text) is None
    assert opened(scene, text_of_other) is not None
    listed = scene.house.keys.of_user(scene.owner) if kind.account else scene.house.keys.of_project(scene.project)
    assert listed == [other]
    noted = acts(scene, scene.project)
    with pytest.raises(UnknownKey):
        revoke(scene, key)
    assert acts(scene, scene.project) == noted


@pytest.mark.parametrize("kind", [RW, RO, ACCOUNT, ACCOUNT_RO])
def test_key_itself_stands_nowhere(scene: Scene, store_url: str, kind: KeyKind) -> None:
    """Neither as text nor in bytes, in no item; what it begins with does."""
    _, text = made(scene, kind)
    assert kept_anywhere(store_url, text[:8])
    assert not kept_anywhere(store_url, text)
    assert not kept_anywhere(store_url, text[8:])


def test_given_keys_stand_nowhere_either(scene: Scene, store_url: str) -> None:
    """Those that a script brings along are kept by their digests too."""
    project_with(scene, GivenKeys(api_key="w" * 32, api_key_readonly="hcr_" + "r" * 28))
    assert not kept_anywhere(store_url, "w" * 5)
    assert not kept_anywhere(store_url, "r" * 5)


def test_key_is_of_one_owner_and_kind(scene: Scene, store_url: str) -> None:
    """A key that is there can't be given again, not even as one of the other kind; nothing is written then."""
    project_with(scene, GivenKeys(api_key="w" * 32, api_key_readonly="r" * 32, ping_key="p" * 22))
    before = everything(store_url)
    for given, kind in (
        (GivenKeys(api_key="w" * 32), RW),
        (GivenKeys(api_key="x" * 32, api_key_readonly="w" * 32), RO),
        (GivenKeys(api_key="r" * 32), RW),
        (GivenKeys(api_key="x" * 32, ping_key="p" * 22), KeyKind.PING),
    ):
        with pytest.raises(KeyTaken) as taken:
            project_with(scene, given)
        assert taken.value.kind is kind
    assert everything(store_url) == before


def test_wrong_keys_are_refused_and_nothing_made(scene: Scene, store_url: str) -> None:
    """A name has its length, and a key that is given its form."""
    before = everything(store_url)
    with pytest.raises(InvalidKey, match="at most 100 characters"):
        made(scene, name="n" * 101)
    for wrong in ("", "x" * 31, "x" * 33, " " + "x" * 31, "ü" * 32, "x" * 32 + "\n"):
        with pytest.raises(InvalidKey, match="exactly 32 characters"):
            project_with(scene, GivenKeys(api_key=wrong))
    assert everything(store_url) == before


def test_account_key_is_noted_in_every_project_that_it_opens(scene: Scene) -> None:
    """A project key is noted in its own."""
    other = project_with(scene, GivenKeys()).id
    scene.clock.advance(seconds=1)
    account, _ = made(scene, ACCOUNT)
    scene.clock.advance(seconds=1)
    revoke(scene, account)
    scene.clock.advance(seconds=1)
    own, _ = made(scene)
    noted = [("key.revoke", account.id), ("key.create", account.id)]
    assert acts(scene, other)[:2] == noted
    assert acts(scene, scene.project)[:3] == [("key.create", own.id), *noted]


def test_account_key_of_somebody_with_a_hundred_projects_is_made_all_the_same(scene: Scene) -> None:
    """One transaction can't tell all of them."""
    projects = [project_with(scene, GivenKeys()).id for _ in range(99)]
    key, text = made(scene, ACCOUNT)
    assert opened(scene, text) is not None
    assert sum(("key.create", key.id) in acts(scene, project) for project in (scene.project, *projects)) == 97


@pytest.mark.parametrize("cut_after", [False, True])
@pytest.mark.parametrize("kind", [RW, ACCOUNT])
def test_power_cut_leaves_a_key_whole_or_none(scene: Scene, kind: KeyKind, cut_after: bool) -> None:
    """Guard, line in the list and entry of the audit log stand together, and go together."""

    def there() -> tuple[int, int]:
        keys = scene.house.keys
        listed = keys.of_user(scene.owner) if kind.account else keys.of_project(scene.project)
        assert [keys.find(key.digest) for key in listed] == listed
        return len(listed), sum(act.startswith("key.") for act, _ in acts(scene, scene.project))

    def dying() -> Keys:
        return through(scene, Interposed(scene.house.table, lives=0, cut_after=cut_after)).keys

    with pytest.raises(PowerCut):
        made(scene, kind, keys=dying())
    assert there() == (int(cut_after), int(cut_after))
    key, text = made(scene, kind)
    with pytest.raises(PowerCut):
        revoke(scene, key, keys=dying())
    assert (opened(scene, text) is None) is cut_after
    assert there() == (1, 1 + 2 * int(cut_after))
