"""Work of asyncio that is never cut short: who is cancelled meanwhile learns it afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def whatever_comes(work: Coroutine[Any, Any, T]) -> tuple[T, bool]:
    """What `work` gives, and whether the caller was cancelled meanwhile."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    return task.result(), cancelled


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, or its error; a cancellation meanwhile is raised after its last step."""
    result, cancelled = await whatever_comes(work)
    if cancelled:
        raise asyncio.CancelledError
    return result


def to_its_end(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """`method`, ended once it is begun."""

    @wraps(method)
    async def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        return await to_the_end(method(*args, **kwargs))

    return whole
