"""The terminal calls the person: a bell, and a notification where the terminal has them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sixfold import events as ev
from sixfold.dashboard.story import told
from sixfold.dashboard.widgets.row import clean, fit
from sixfold.state import RunState

NEWS = timedelta(seconds=10)
"""Events older than this are history, and not announced."""
BELL = "\a"
END = "\x1b\\"
"""Of a command to the terminal; the other ending there is would ring the bell."""
LONGEST = 200
"""Cells of a notification."""
OFF = {"0", "off", "no", "false"}


class Alarm:
    """What the terminal is to be sent, for what came since the last frame; each thing once.

    `SIXFOLD_BELL=0` in `environ` begins without.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.on = environ.get("SIXFOLD_BELL", "").lower() not in OFF
        self._environ = environ
        self._known: set[tuple[str, int]] = set()
        """Run and number of the events that were announced."""
        self._lost = False
        self._words: list[str] = []

    def hear(self, event: ev.AnyEvent, state: RunState, now: datetime) -> None:
        """An event; `state` is that of the frame, in which a question may be answered already."""
        at = event.at if isinstance(event.at, datetime) else now
        name = (state.run, event.seq)
        if abs(now - at) > NEWS or name in self._known or not _wanted(event, state):
            return
        self._known.add(name)
        self._words.append(told(event)[0])

    def lose(self) -> None:
        """The runner is gone without a word."""
        if not self._lost:
            self._lost = True
            self._words.append("the runner is gone without a word")

    def ring(self, feature: str) -> str:
        """What to send, and forget: one bell and one notification, however much there is."""
        words, self._words = self._words, []
        if not words or not self.on:
            return ""
        more = f" (and {len(words) - 1} more)" if words[1:] else ""
        title = clean(f"sixfold {feature}".strip())
        return BELL + self._notification(title, fit(clean(words[-1]), LONGEST) + more)

    def _notification(self, title: str, text: str) -> str:
        """OSC 777 for those terminals that know no other, else OSC 9; both would show it twice."""
        term = self._environ.get("TERM", "")
        if term.startswith(("rxvt", "foot")) or "VTE_VERSION" in self._environ:
            command = f"\x1b]777;notify;{title.replace(';', ',')};{text}{END}"
        else:
            command = f"\x1b]9;{title}: {text}{END}"
        if "TMUX" not in self._environ:
            return command
        inner = command.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{inner}{END}"


def _wanted(event: ev.AnyEvent, state: RunState) -> bool:
    """Is a person wanted for it."""
    if isinstance(event, ev.PermissionAsked):
        return event.request in state.asked
    return isinstance(event, ev.RunBlocked | ev.RunEnded)
