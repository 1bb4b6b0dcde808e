"""Work of asyncio that is never cut short: who is cancelled meanwhile learns it afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def whatever_comes(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives; a cancellation meanwhile comes too late."""
    task = asyncio.ensure_future(work)
    await _end(task)
    return task.result()


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, or its error; a cancellation meanwhile is raised after its last step."""
    task = asyncio.ensure_future(work)
    if await _end(task):
        raise asyncio.CancelledError from None if task.cancelled() else task.exception()
    return task.result()


async def _end(task: asyncio.Future[T]) -> bool:
    """Wait for the end; whether the waiting one was cancelled meanwhile."""
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    return cancelled


def to_its_end(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """`method`, ended once it is begun."""

    @wraps(method)
    async def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        return await to_the_end(method(*args, **kwargs))

    return whole
