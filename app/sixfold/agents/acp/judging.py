"""How a turn really ended. That the agent calls it ended says little."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from sixfold.agents.acp.hearing import Trouble
from sixfold.agents.agent import Limit, TurnEnd

RATE_LIMIT = "rate limit"
"""How the reason begins where the provider takes no more for now."""
FINE = TurnEnd(ok=True)
_LIMITED = re.compile(r"\b429\b|rate.?limit|too many requests", re.IGNORECASE)
_SAID_429 = re.compile(r"Error: 429\b")
_LOGIN_NEEDED = -32000
_STOPS = {
    "refusal": "it refused",
    "max_tokens": "its answer ran into the token limit",
    "max_turn_requests": "it ran into its limit of requests in a turn",
    "cancelled": "it was cancelled",
}


def ended(response: object, trouble: Trouble | None, last_piece: str) -> TurnEnd:
    """How a turn with this answer ended; it is `FINE` where nothing speaks against it.

    `trouble` is what the agent reported beside its talk, `last_piece` what it said last.
    """
    answer = response if isinstance(response, Mapping) else {}
    stop = answer.get("stopReason")
    if stop != "end_turn":
        return failed(_STOPS.get(str(stop), f"it stopped for an unknown reason: {stop}"))
    if trouble:
        why = trouble.additional_details or trouble.message or "the agent reports a system error"
        return _limited(why, trouble.info) if _says_429(trouble.info) else failed(why)
    if last_piece.startswith("Error: ") and not _spent(answer):
        limit = _SAID_429.match(last_piece)
        return _limited(last_piece, None) if limit else failed(last_piece)
    return FINE


def refused(code: int, message: str, data: object) -> TurnEnd:
    """How a turn ended whose request the agent answered with an error."""
    details = data if isinstance(data, Mapping) else {}
    if code == _LOGIN_NEEDED:
        return failed(f"not logged in: {message}")
    if details.get("errorKind") == "rate_limit" or _says_429(details) or _LIMITED.search(message):
        return _limited(message, details)
    more = details.get("details") or details.get("errorKind") or details.get("errorName")
    return failed(f"error {code}: {message}" + (f" ({more})" if more else ""))


def failed(reason: str) -> TurnEnd:
    """A turn that failed, the reason in one line."""
    return TurnEnd(ok=False, reason=" ".join(reason.split()))


def _limited(why: str, details: object) -> TurnEnd:
    reason = " ".join(f"{RATE_LIMIT}: {why}".split())
    return TurnEnd(ok=False, reason=reason, limit=Limit(reason, seconds(details)))


_RESETS = {"resetsat", "resetat", "resetsattime"}
"""Names, without case and punctuation, of a moment: seconds since 1970."""
_DELAYS = {"retryafter", "retrydelay", "resetsinseconds", "resetsin"}
"""Names of a span: seconds, or a text such as 34s."""


def seconds(details: object) -> float | None:
    """How long a provider wants to be left alone, by the fields that say so; None: none does."""
    for name, value in _fields(details):
        span = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*s?\s*", str(value))
        if span and name in _DELAYS:
            return float(span[1])
        if span and name in _RESETS:
            return max(float(span[1]) - time.time(), 0.0)
    return None


def _fields(details: object) -> Iterator[tuple[str, object]]:
    if isinstance(details, Mapping):
        for name, value in details.items():
            yield re.sub(r"[^a-z]", "", str(name).lower()), value
            yield from _fields(value)
    elif isinstance(details, list):
        for value in details:
            yield from _fields(value)


def _says_429(info: object) -> bool:
    """Whether a report names the status of a provider that is asked too much."""
    if not isinstance(info, Mapping):
        return info == "usageLimitExceeded"
    return any(
        value == 429 if key in ("httpStatusCode", "status", "statusCode") else _says_429(value)
        for key, value in info.items()
    )


def _spent(answer: Mapping[str, Any]) -> bool:
    """Whether the model was at work at all: an error told as a message costs no token."""
    meta = answer.get("_meta")
    quota = meta.get("quota") if isinstance(meta, Mapping) else None
    counts = [answer.get("usage"), quota.get("token_count") if isinstance(quota, Mapping) else None]
    return any(any(count.values()) for count in counts if isinstance(count, Mapping))
