"""Lanes: order is kept, few pieces wait, and a piece that fails is heard of."""

import threading
from collections.abc import Iterator

import pytest

from shouzhi.synthetic.lane import Lane


def test_items_come_in_order_and_only_some_ahead() -> None:
    taken: list[int] = []
    done: list[int] = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    with Lane(3) as lane:
        for place, item in enumerate(lane.ahead(done.append, items())):
            assert item == place and item in done
            assert len(taken) <= place + 3
    assert done == list(range(20))


def test_pieces_are_done_one_after_the_other_and_all_of_them() -> None:
    done: list[int] = []
    at_work = threading.Lock()

    def work(number: int) -> None:
        assert at_work.acquire(blocking=False)
        done.append(number)
        at_work.release()

    with Lane(2) as lane:
        for number in range(50):
            lane.put(work, number)
    assert done == list(range(50))


@pytest.mark.parametrize("last", [False, True])
def test_what_a_piece_raises_is_raised(last: bool) -> None:
    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"), Lane(1) as lane:
        lane.put(fail)
        if not last:
            lane.put(lambda: None)


def test_an_error_outside_leaves_the_rest_undone() -> None:
    gate = threading.Event()
    done: list[int] = []

    def work(number: int) -> None:
        gate.wait(10)
        done.append(number)

    with pytest.raises(KeyError), Lane(3) as lane:
        for number in range(3):
            lane.put(work, number)
        threading.Timer(0.2, gate.set).start()
        raise KeyError
    assert done == [0]
