"""Second factors: the count that signing in goes by is right whatever happens at once, and codes are good once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from tests.fakes import SECRET, START, Scene
from tests.tables import Interposed
from tocsin.services import factors, recovery, totp
from tocsin.services.changing import Busy
from tocsin.services.factors import InvalidFactor, WrongCode
from tocsin.stores.accounts import Accounts, User
from tocsin.stores.factors import Factors, Passkey, PasskeyGone
from tocsin.stores.identities import Identities, Identity, IdentityGone, IdentityTaken
from tocsin.stores.sessions import Caller

KEY = totp.new_secret()


def user_of(scene: Scene) -> User:
    found = scene.house.accounts.get(scene.owner)
    assert found is not None
    return found


def passkey(number: int) -> Passkey:
    return Passkey(f"digest-{number}", bytes([number]), b"key", f"Key {number}", START, alone=True)


def add_app(scene: Scene) -> Sequence[str]:
    code = totp.code_of(KEY, scene.clock())
    return factors.add_totp(
        scene.house.accounts,
        user=user_of(scene),
        secret=KEY,
        code=code,
        secret_key=SECRET,
        caller=Caller(),
        now=scene.clock(),
    ).codes


def add_key(scene: Scene, number: int) -> Sequence[str]:
    return factors.add_passkey(
        scene.house.accounts, user=user_of(scene), passkey=passkey(number), caller=Caller(), now=scene.clock()
    ).codes


def type_code(scene: Scene, code: str) -> None:
    house = scene.house
    factors.use_totp(house.factors, user=user_of(scene), code=code, secret_key=SECRET, now=scene.clock())


def test_factors_come_and_go(scene: Scene) -> None:
    """With the first come recovery codes, with the last they go; in between nothing happens to them."""
    codes = add_app(scene)
    assert len(codes) == recovery.COUNT
    assert not add_key(scene, 1)
    user, held = user_of(scene), scene.house.factors.held(scene.owner)
    assert (user.factors, user.two_step) == (2, True)
    assert [each.name for each in held.passkeys] == ["Key 1"]
    assert held.recovery is not None

    user = factors.remove_totp(scene.house.accounts, user=user, caller=Caller(), now=scene.clock())
    assert factors.use_recovery_code(scene.house.factors, user=user, code=codes[0]) == recovery.COUNT - 1
    user = factors.remove_passkey(
        scene.house.accounts, user=user, passkey_id="digest-1", caller=Caller(), now=scene.clock()
    )
    assert (user, user.two_step) == (user_of(scene), False)
    held = scene.house.factors.held(scene.owner)
    assert (held.totp, held.passkeys, held.recovery) == (None, (), None)


def test_codes_of_the_app_are_good_once(scene: Scene) -> None:
    """Also the one that set it up, and also one that is older than the last."""
    add_app(scene)
    first = totp.code_of(KEY, scene.clock())
    with pytest.raises(WrongCode, match="used already"):
        type_code(scene, first)
    scene.clock.advance(seconds=30)
    second = totp.code_of(KEY, scene.clock())
    type_code(scene, second)
    for code, words in ((second, "used already"), (first, "used already"), ("", "six digits"), ("000000", "clock")):
        with pytest.raises(WrongCode, match=words):
            type_code(scene, code)


def test_a_code_that_two_type_at_once_is_taken_from_one(scene: Scene) -> None:
    """The condition decides, not what was read."""
    add_app(scene)
    now = scene.clock.advance(seconds=30)
    code = totp.code_of(KEY, now)
    rival = Interposed(scene.house.table, before={"update": [lambda: type_code(scene, code)]})
    with pytest.raises(WrongCode, match="used already"):
        factors.use_totp(Factors(rival), user=user_of(scene), code=code, secret_key=SECRET, now=now)


def test_recovery_codes_are_good_once(scene: Scene) -> None:
    """However they are typed; and codes of somebody else never."""
    codes = add_app(scene)
    house, user = scene.house, user_of(scene)
    assert factors.use_recovery_code(house.factors, user=user, code=codes[3].upper()) == 9
    other = replace(user, id="another")
    for typed, whose in ((codes[3], user), ("", user), ("abcd", user), (codes[4], other)):
        with pytest.raises(WrongCode, match="none of your recovery codes"):
            factors.use_recovery_code(house.factors, user=whose, code=typed)

    race = Interposed(
        house.table, before={"update": [lambda: factors.use_recovery_code(house.factors, user=user, code=codes[5])]}
    )
    with pytest.raises(WrongCode, match="same moment"):
        factors.use_recovery_code(Factors(race), user=user, code=codes[5])
    left = [code for number, code in enumerate(codes) if number not in (3, 5)]
    assert [factors.use_recovery_code(house.factors, user=user, code=code) for code in left] == [*range(7, -1, -1)]
    assert user_of(scene).two_step


def test_new_recovery_codes_replace_the_old(scene: Scene) -> None:
    """And nobody has any who has nothing that they stand in for."""
    house = scene.house
    with pytest.raises(InvalidFactor, match="neither yet"):
        factors.renew_codes(house.accounts, user=user_of(scene), caller=Caller(), now=START)
    old = add_app(scene)
    new = factors.renew_codes(house.accounts, user=user_of(scene), caller=Caller(), now=START)
    with pytest.raises(WrongCode):
        factors.use_recovery_code(house.factors, user=user_of(scene), code=old[0])
    assert factors.use_recovery_code(house.factors, user=user_of(scene), code=new[0]) == 9


@pytest.mark.parametrize(
    "rival",
    [
        lambda scene: add_key(scene, 2),
        lambda scene: factors.remove_passkey(
            scene.house.accounts, user=user_of(scene), passkey_id="digest-1", caller=Caller(), now=scene.clock()
        ),
    ],
    ids=["one-is-added", "the-same-is-removed"],
)
def test_last_one_is_not_removed_while_something_changes(scene: Scene, rival: Callable[[Scene], object]) -> None:
    """Or somebody would be let in without the passkey that they have just added."""
    add_key(scene, 1)
    house = scene.house
    race = Interposed(house.table, before={"transact": [lambda: rival(scene)]})
    with pytest.raises(Busy):
        factors.remove_passkey(
            Accounts(race), user=user_of(scene), passkey_id="digest-1", caller=Caller(), now=scene.clock()
        )
    held = house.factors.held(scene.owner)
    assert user_of(scene).factors == len(held.passkeys)


def test_what_can_not_be_added_is_refused(scene: Scene) -> None:
    """A second app, a code that the app does not show, a passkey twice, one too many, names that are none."""
    house = scene.house
    with pytest.raises(WrongCode):
        factors.add_totp(
            house.accounts, user=user_of(scene), secret=KEY, code="1", secret_key=SECRET, caller=Caller(), now=START
        )
    assert not user_of(scene).two_step
    add_app(scene)
    with pytest.raises(InvalidFactor, match="already"):
        add_app(scene)
    for number in range(factors.MAX_PASSKEYS):
        add_key(scene, number)
    with pytest.raises(InvalidFactor, match="one of yours"):
        add_key(scene, 0)
    with pytest.raises(InvalidFactor, match="20 passkeys"):
        add_key(scene, 99)
    for name in ("", "  ", "x" * 61):
        with pytest.raises(InvalidFactor, match="1 to 60"):
            factors.rename_passkey(house.factors, user=user_of(scene), passkey_id="digest-1", name=name)
    with pytest.raises(PasskeyGone):
        factors.rename_passkey(house.factors, user=user_of(scene), passkey_id="nobody's", name="Mine")
    with pytest.raises(PasskeyGone):
        factors.remove_passkey(
            house.accounts, user=user_of(scene), passkey_id="nobody's", caller=Caller(), now=scene.clock()
        )


def test_another_secret_key_costs_the_app_and_nothing_else(scene: Scene) -> None:
    """Recovery codes hold, and say so where the app's code is asked for."""
    codes = add_app(scene)
    house, user, now = scene.house, user_of(scene), scene.clock.advance(minutes=1)
    with pytest.raises(WrongCode, match="recovery code"):
        factors.use_totp(
            house.factors, user=user, code=totp.code_of(KEY, now), secret_key="another secret key", now=now
        )
    assert factors.use_recovery_code(house.factors, user=user, code=codes[0]) == 9


def test_operator_takes_all_of_them_away(scene: Scene) -> None:
    """Then a password is enough again; who has none loses none."""
    house = scene.house
    assert factors.remove_all(house.accounts, user=user_of(scene), caller=Caller(), now=scene.clock()) == 0
    add_app(scene)
    add_key(scene, 1)
    assert factors.remove_all(house.accounts, user=user_of(scene), caller=Caller(), now=scene.clock()) == 2
    assert not user_of(scene).two_step
    assert house.factors.held(scene.owner).recovery is None


def test_identity_is_one_persons(scene: Scene) -> None:
    """Two can't be the same person at the provider; disconnected it is nobody's."""
    identities = Identities(scene.house.table)
    mine = Identity(scene.owner, "https://id.example.org", "alice-7", "alice@example.org", START)
    identities.connect(mine)
    with pytest.raises(IdentityTaken):
        identities.connect(replace(mine, user="bob"))
    assert identities.find(issuer=mine.issuer, subject=mine.subject) == scene.owner
    assert identities.find(issuer=mine.issuer + "a", subject=mine.subject[1:]) is None
    assert identities.of_user(scene.owner) == [mine]
    identities.disconnect(scene.owner, mine.id)
    with pytest.raises(IdentityGone):
        identities.disconnect(scene.owner, mine.id)
    assert identities.find(issuer=mine.issuer, subject=mine.subject) is None
