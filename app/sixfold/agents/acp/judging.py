"""How a turn really ended. That the agent calls it ended says little."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sixfold.agents.acp.hearing import Trouble

RATE_LIMIT = "rate limit"
"""How the reason begins where the provider takes no more for now."""
_LIMITED = re.compile(r"\b429\b|rate.?limit|too many requests", re.IGNORECASE)
_SAID_429 = re.compile(r"Error: 429\b")
_LOGIN_NEEDED = -32000
_STOPS = {
    "refusal": "it refused",
    "max_tokens": "its answer ran into the token limit",
    "max_turn_requests": "it ran into its limit of requests in a turn",
    "cancelled": "it was cancelled",
}


def ended(response: object, trouble: Trouble | None, last_piece: str) -> str:
    """Why a turn with this answer failed; empty where nothing speaks against it.

    `trouble` is what the agent reported beside its talk, `last_piece` what it said last.
    """
    answer = response if isinstance(response, Mapping) else {}
    stop = answer.get("stopReason")
    if stop != "end_turn":
        return _STOPS.get(str(stop), f"it stopped for an unknown reason: {stop}")
    if trouble:
        why = trouble.additional_details or trouble.message or "the agent reports a system error"
        return _limited(why) if _says_429(trouble.info) else why
    if last_piece.startswith("Error: ") and not _spent(answer):
        return _limited(last_piece) if _SAID_429.match(last_piece) else last_piece
    return ""


def refused(code: int, message: str, data: object) -> str:
    """Why the agent answered a request with an error."""
    details = data if isinstance(data, Mapping) else {}
    if code == _LOGIN_NEEDED:
        return f"not logged in: {message}"
    if details.get("errorKind") == "rate_limit" or _says_429(details) or _LIMITED.search(message):
        return _limited(message)
    more = details.get("details") or details.get("errorKind") or details.get("errorName")
    return f"error {code}: {message}" + (f" ({more})" if more else "")


def _limited(why: str) -> str:
    return f"{RATE_LIMIT}: {why}"


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
