"""Writers take turns in the order in which they came."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from web.queues import FairLock


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(5_000):
        if holds():
            return
        threading.Event().wait(0.001)
    pytest.fail("nobody came to wait")


def waits(lock: FairLock, count: int) -> bool:
    return len(lock._waiting) == count


def test_whoever_waits_longest_is_next() -> None:
    lock, order = FairLock(), list[int]()

    def take(number: int) -> None:
        with lock:
            order.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    with lock:
        for number, thread in enumerate(threads):
            thread.start()
            wait_until(partial(waits, lock, number + 1))
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_only_one_has_it_and_it_is_free_again_after_an_error() -> None:
    lock, inside, most = FairLock(), 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(200):
            with lock:
                inside += 1
                most = max(most, inside)
                inside -= 1

    with pytest.raises(ZeroDivisionError), lock:
        raise ZeroDivisionError
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, inside) == (1, 0)
