"""Did an agent pass: what its run's events, the model's log, the processes and the trace say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from agents import feature
from sixfold import events as ev

SIX = 6


class Seen(Struct, frozen=True):
    """What was seen of a run."""

    code: int
    events: Sequence[ev.AnyEvent]
    requests: Sequence[dict[str, Any]]
    """The model's log."""
    asked: int
    """Requests for permission."""
    failed: int
    """Tool calls that failed."""
    left: Sequence[str]
    """Processes that outlived it."""
    foreign: Sequence[str]
    """Addresses beyond loopback that something tried to reach."""
    seconds: float
    memory: int
    """Bytes of all processes, at most."""

    @property
    def done(self) -> set[str]:
        """Tasks that are done."""
        return {e.task for e in self._of(ev.TaskEnded) if e.outcome == "done"}

    @property
    def abreast(self) -> int:
        """Tasks at work at the same time, at most."""
        at_work, most = set[str](), 0
        for event in self.events:
            if isinstance(event, ev.TaskStarted):
                at_work.add(event.task)
            elif isinstance(event, ev.TaskEnded):
                at_work.discard(event.task)
            most = max(most, len(at_work))
        return most

    @property
    def ready(self) -> list[float]:
        """Seconds from the start of each task to its first request to the model."""
        first: dict[str, float] = {}
        for request in self.requests:
            first.setdefault(request.get("when", "").removeprefix("# Task "), request["at"])
        started = {e.task: e.at.timestamp() for e in reversed(self._of(ev.TaskStarted))}
        return sorted(first[task] - at for task, at in started.items() if task in first)

    def wrong(self) -> list[str]:
        """Why it did not pass."""
        fixes = [e for e in self._of(ev.FixEnded) if e.outcome == "done"]
        verdicts = [e.verdict for e in self._of(ev.GateEnded) if e.cause == "phase"]
        checks = {
            f"sixfold run ended with {self.code}": self.code == 0,
            f"only {len(self.done)} tasks done": self.done == set(feature.IDS),
            f"only {self.abreast} tasks side by side": self.abreast == SIX,
            "nothing was asked to be permitted": self.asked > 0,
            f"{self.failed} tool calls failed": not self.failed,
            "no rate limit was met": any(r.get("answer") == "429" for r in self.requests),
            "no red gate was mended": bool(fixes) and "red" in verdicts,
            "the last gate was not green": verdicts[-1:] == ["green"],
            f"left: {', '.join(self.left)}": not self.left,
            f"tried to reach {', '.join(self.foreign)}": not self.foreign,
        }
        return [why for why, fine in checks.items() if not fine]

    def figures(self) -> str:
        """What to tell of it."""
        limits = sum(r.get("answer") == "429" for r in self.requests)
        ready = f"{self.ready[0]:.1f} to {self.ready[-1]:.1f} s" if self.ready else "never"
        return (
            f"tasks done {len(self.done)} of {len(feature.IDS)}, permissions asked {self.asked}, "
            f"rate limits {limits}, fixes {len(self._of(ev.FixEnded))}, "
            f"processes left {len(self.left)}, foreign connections {len(self.foreign)}; "
            f"{self.seconds:.0f} s, ready after {ready}, {self.memory / 2**30:.1f} GiB at most"
        )

    def _of(self, kind: Any) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]
