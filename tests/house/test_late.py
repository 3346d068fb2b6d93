"""Parts that are made when they are first asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

from tocsin.late import late

THREADS = 8


class Owner:
    def __init__(self) -> None:
        self.made = 0
        self.all_there = Barrier(THREADS)
        self.rivals = Barrier(2)

    @late
    def part(self) -> object:
        """The part."""
        self.made += 1
        with suppress(BrokenBarrierError):  # time enough for a second thread to get in here, if it may
            self.rivals.wait(0.05)
        return object()


def test_part_is_made_once_for_all_threads() -> None:
    """Those that ask at once wait for the one that makes it."""
    owner = Owner()

    def ask(_: int) -> object:
        owner.all_there.wait(5)
        return owner.part

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(ask, range(THREADS))) == {owner.part}
    assert owner.made == 1


def test_owners_have_parts_of_their_own() -> None:
    """And nobody's is made before it is asked for."""
    one, other = Owner(), Owner()
    assert one.part is not other.part
    assert Owner().made == 0
    assert Owner.part.__doc__ == "The part."
