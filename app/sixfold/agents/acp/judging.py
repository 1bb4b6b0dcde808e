"""How a turn really ended. That the agent calls it ended says little."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sixfold.agents.acp.hearing import Trouble
from sixfold.agents.agent import TurnEnd
from sixfold.agents.endings import FINE, failed, limited, says_429, says_limit, stopped

_SAID_429 = re.compile(r"Error: 429\b")
_LAST_STATUS_429 = re.compile(r"last status: 429\b")
_LOGIN_NEEDED = -32000
_MORE = ("details", "message", "errorKind", "errorName")
"""Where an error says more than its message, the best first."""


def ended(response: object, trouble: Trouble | None, last_piece: str) -> TurnEnd:
    """How a turn with this answer ended; it is `FINE` where nothing speaks against it.

    `trouble` is what the agent reported beside its talk, `last_piece` what it said last.
    """
    answer = response if isinstance(response, Mapping) else {}
    stop = answer.get("stopReason")
    if stop != "end_turn":
        return stopped(stop)
    if trouble:
        why = trouble.additional_details or trouble.message or last_piece
        if says_429(trouble.info) or _LAST_STATUS_429.search(why):
            return limited(why, trouble.info)
        return failed(why or "the agent reports a system error")
    if last_piece.startswith("Error: ") and not _spent(answer):
        return limited(last_piece) if _SAID_429.match(last_piece) else failed(last_piece)
    return FINE


def refused(code: int, message: str, data: object) -> TurnEnd:
    """How a turn ended whose request the agent answered with an error."""
    details = data if isinstance(data, Mapping) else {}
    if code == _LOGIN_NEEDED:
        return failed(f"not logged in: {message}")
    if details.get("errorKind") == "rate_limit" or says_429(details) or says_limit(message):
        return limited(str(details.get("message") or message), details)
    more = next((details[key] for key in _MORE if details.get(key)), None)
    return failed(f"error {code}: {message}" + (f" ({more})" if more else ""))


def _spent(answer: Mapping[str, Any]) -> bool:
    """Whether the model was at work at all: an error told as a message costs no token."""
    meta = answer.get("_meta")
    quota = meta.get("quota") if isinstance(meta, Mapping) else None
    counts = [answer.get("usage"), quota.get("token_count") if isinstance(quota, Mapping) else None]
    return any(any(count.values()) for count in counts if isinstance(count, Mapping))
