"""What has arrived: the folded state, and bulk that waits for the next flush. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from sixfold import events as ev
from sixfold.dashboard import words
from sixfold.dashboard.widgets.row import Part
from sixfold.state import RunState

WAITING = 10_000
"""Lines of one pane that wait for a flush; older ones would be trimmed at once anyway."""

_SPEECH = {
    "say": ("", "plain"),
    "do": ("> ", "busy"),
    "ask": ("? ", "look"),
    "error": ("! ", "bad"),
    "note": ("  ", "quiet"),
}
_PRINT = {
    "": "plain",
    "pass": "good",
    "fail": "bad",
    "skip": "quiet",
    "race": "bad",
    "build": "bad",
    "note": "quiet",
}


class Feed:
    """Takes messages in as fast as they come; the app empties it on a clock."""

    def __init__(self) -> None:
        self.state = RunState()
        self.changed = False
        """Did the state change since the last flush?"""
        self.progress: ev.GateProgress | None = None
        """The latest tally of the gate that runs; None once it has ended."""
        self.said: dict[int, deque[Part]] = {}
        self.printed: deque[Part] = deque(maxlen=WAITING)
        self.tallied = False
        """Did the tally change since the last flush?"""
        self.fresh: list[ev.AnyEvent] = []
        """Events since the last flush that a person may want to hear of."""
        self.changes: dict[str, str] = {}
        """Task -> how the latest change of `tasks.md` touched it."""

    def take(self, message: ev.Message) -> None:
        """One message: an event into the state, bulk into what waits for its pane."""
        match message:
            case ev.AgentOutput():
                self._hear(message.slot, map(_spoken, message.lines))
            case ev.GateOutput():
                self.printed.extend((line.text, _PRINT[line.level]) for line in message.lines)
            case ev.GateProgress():
                self.progress, self.tallied = message, True
            case ev.Answer():
                pass
            case _:
                self.state.apply(message)
                self.changed = True
                self._remark(message)

    def _hear(self, slot: int, lines: Iterable[Part]) -> None:
        self.said.setdefault(slot, deque(maxlen=WAITING)).extend(lines)

    def _remark(self, event: ev.AnyEvent) -> None:
        """Leave a line in the log that the event is about, or keep it for an announcement."""
        match event:
            case ev.TaskStarted():
                task = self.state.by_id.get(event.task)
                title = f"  {task.title}" if task else ""
                self._hear(
                    event.slot, [("", ""), (f"{event.task} #{event.attempt}{title}", "strong")]
                )
            case ev.FixStarted():
                text = f"fix {event.attempt} for the gate of phase {event.phase}"
                self._hear(event.slot, [("", ""), (text, "strong")])
            case ev.TaskEnded() | ev.FixEnded():
                self._hear(event.slot, [_ending(event)])
            case ev.GateStarted():
                self.progress, self.tallied = None, True
                self.printed.append(("", ""))
                self.printed.append((f"$ {' '.join(event.command)}", "strong"))
            case ev.GateEnded():
                self.progress, self.tallied = None, True
                look = words.VERDICT_LOOKS[event.verdict]
                text = f"{look.glyph} {look.word}  {event.reason}".rstrip()
                self.printed.append((f"{text}  {event.seconds:.1f} s", look.tone))
            case ev.PlanChanged():
                self.changes = changes_of(event)
                self.fresh.append(event)
            case ev.Notice() | ev.RunBlocked() | ev.PermissionAsked() | ev.RunEnded():
                self.fresh.append(event)


def _spoken(line: ev.Utterance) -> Part:
    lead, tone = _SPEECH[line.kind]
    return lead + line.text, tone


def _ending(event: ev.TaskEnded | ev.FixEnded) -> Part:
    tone = "good" if event.outcome == "done" else "bad"
    glyph = "✓" if event.outcome == "done" else "✗"
    again = "; tries again" if isinstance(event, ev.TaskEnded) and event.again else ""
    reason = f": {event.reason}" if event.reason else ""
    return f"{glyph} {event.outcome}{reason}{again}", tone


def changes_of(event: ev.PlanChanged) -> dict[str, str]:
    """Task -> `new`, `edited`, `ticked` or `was T004`."""
    return {
        **dict.fromkeys(event.added, "new"),
        **dict.fromkeys(event.edited, "edited"),
        **dict.fromkeys(event.ticked, "ticked"),
        **{new: f"was {old}" for old, new in event.renamed.items() if old != new},
    }


def told(event: ev.AnyEvent) -> Part:
    """The event in one line, and its tone."""
    match event:
        case ev.Notice():
            tones = {"info": "plain", "warning": "look", "error": "bad"}
            return event.text, tones[event.level]
        case ev.PlanChanged():
            changes = [f"{task} {how}" for task, how in changes_of(event).items()]
            changes += [f"{task} removed" for task in event.removed]
            return f"tasks.md changed: {words.plain_list(changes, 6) or 'nothing to do'}", "look"
        case ev.RunBlocked():
            return f"blocked: {event.reason}", "look"
        case ev.PermissionAsked():
            return f"slot {event.slot} asks: {event.text}", "look"
        case ev.RunEnded():
            tone = "good" if event.outcome == "finished" else "bad"
            return f"run {event.outcome}{f': {event.reason}' if event.reason else ''}", tone
    return "", ""
