"""Random ids."""

from __future__ import annotations

import subprocess
import sys
import threading

from asyncassist._random_ids import random_id

FORK = """
import os
from asyncassist._random_ids import random_id

before = [random_id() for _ in range(600)]
child = os.fork()
for name in [random_id() for _ in range(600)]:
    os.write(1, f"{name}\\n".encode())
if child:
    os.waitpid(child, 0)
    for name in before:
        os.write(1, f"{name}\\n".encode())
"""


def test_ids_are_hex_digits_of_the_length_that_was_asked_for():
    """128 bits by default."""
    assert [len(random_id()), len(random_id(16))] == [32, 16]
    assert int(random_id(), 16) >= 0


def test_no_two_ids_are_equal():
    """Neither those of one process, nor those of a process and the one it was forked from."""
    ran = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=60, check=True)

    ids = ran.stdout.split()
    assert len(ids) == len(set(ids)) == 1800


def test_threads_get_ids_of_their_own():
    """Eight threads at once, none gets an id of another."""
    found: list[list[str]] = []

    def make() -> None:
        found.append([random_id() for _ in range(1000)])

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({name for names in found for name in names}) == 8000
