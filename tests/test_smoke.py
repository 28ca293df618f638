import asyncio
from asyncassist.bridge import LoopThread
from asyncassist._single_flight import SingleFlight
from asyncassist._resilience import *
from asyncassist._clock import steady
from asyncassist.testing import FakeClock


def test_bridge():
    async def f(x):
        await asyncio.sleep(0)
        return x

    with LoopThread() as l:
        assert l.run(f(3)) == 3

        async def g():
            for i in range(3):
                yield i

        assert list(l.stream(g())) == [0, 1, 2]


async def test_retry():
    c = FakeClock()
    n = 0

    async def w(i):
        nonlocal n
        n += 1
        assert i == n
        if n < 3:
            raise OSError
        return 7

    assert (
        await retrying(
            w, retry=Retry(), judge=lambda r, e: Failure(repeatable=True) if e else None, clock=c, now=steady(c)
        )
        == 7
    )
    assert n == 3


async def test_sf():
    s = SingleFlight()

    async def w():
        await asyncio.sleep(0.01)
        return 1

    r = await asyncio.gather(*(s.run("a", w) for _ in range(5)))
    assert sum(j for _, j in r) == 4
