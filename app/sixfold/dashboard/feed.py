"""What has arrived: the folded state, and bulk that waits for the next frame. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from sixfold import events as ev
from sixfold.dashboard import words
from sixfold.dashboard.estimate import Estimate
from sixfold.dashboard.reading import Begun
from sixfold.dashboard.speech import Spoken, Steps, spoken
from sixfold.dashboard.story import changes, conflict, ending, told
from sixfold.dashboard.widgets.row import BLANK, Part
from sixfold.history import History
from sixfold.state import VALIDATION, RunState
from sixfold.tally import Again, Tally

WAITING = 10_000
"""Lines of one pane that wait for a frame; older ones would be trimmed at once anyway."""

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
        self.history = History()
        """All that took time, and the state with it."""
        self.estimate = Estimate()
        self.changed = False
        """Did the state change since the last frame."""
        self.tally, self.again = Tally(), Again()
        """Of the latest gate, and of the reruns since."""
        self.tallied = False
        """Did one of them change since the last frame."""
        self.said: dict[int, deque[Spoken]] = {}
        """Slot -> lines for its log."""
        self.begun: dict[int, Begun] = {}
        """Slot -> the latest attempt in it."""
        self.ended: dict[int, Part] = {}
        """Slot -> how that ended, once it has."""
        self.steps: dict[int, Steps] = {}
        """Slot -> the plan of the agent in it."""
        self.printed: deque[Part] = deque(maxlen=WAITING)
        """Lines for the gate's stream."""
        self.news: list[ev.AnyEvent] = []
        """Events since the last frame."""
        self.edits: dict[str, str] = {}
        """Task -> how the latest change of `tasks.md` touched it."""

    @property
    def state(self) -> RunState:
        """The run, as the events so far tell it."""
        return self.history.state

    def take(self, message: ev.Message) -> None:
        """One message: an event into the state, bulk to what waits for its pane."""
        match message:
            case ev.AgentOutput():
                self._listen(message)
            case ev.GateOutput():
                self.printed.extend(map(_printed, message.lines))
            case ev.GateProgress():
                (self.again if message.rerun else self.tally).apply(message)
                self.tallied = True
            case ev.Answer():
                pass
            case _:
                self.history.take(message)
                self.changed = True
                self.news.append(message)
                self._remark(message)

    def _begin(self, slot: int, label: str, attempt: int) -> None:
        self.steps.pop(slot, None)
        self.ended.pop(slot, None)
        self.begun[slot] = Begun(label, attempt, slot)

    def _listen(self, output: ev.AgentOutput) -> None:
        attempt = f"{output.task} {output.attempt}"
        waiting = self.said.setdefault(output.slot, deque(maxlen=WAITING))
        self.begun[output.slot] = Begun(output.task, output.attempt, output.slot)
        waiting.extend(spoken(line, attempt) for line in output.lines)
        for line in output.lines:
            if line.kind == "plan":
                self.steps.setdefault(output.slot, Steps()).take(line.text)

    def _hear(self, slot: int, lines: Iterable[Part]) -> None:
        waiting = self.said.setdefault(slot, deque(maxlen=WAITING))
        waiting.extend(Spoken(*line) for line in lines)

    def _end(self, slot: int, line: Part) -> None:
        self.ended[slot] = line
        self._hear(slot, [line])

    def _remark(self, event: ev.AnyEvent) -> None:
        """Leave a line in the log that the event is about."""
        match event:
            case ev.TaskStarted():
                self._begin(event.slot, event.task, event.attempt)
                title = self.state.by_id[event.task].title if event.task in self.state.by_id else ""
                name = f"{event.task}{words.attempt(event.attempt)}"
                self._hear(event.slot, [BLANK, (f"{name}  {title}", "strong")])
            case ev.FixStarted():
                self._begin(event.slot, f"fix {event.phase}", event.attempt)
                name = f"fix {event.phase}{words.attempt(event.attempt)}"
                text = f"{name}  turn the gate of phase {event.phase} green"
                self._hear(event.slot, [BLANK, (text, "strong")])
            case ev.TaskEnded():
                self._end(event.slot, _ending(event.task, event))
            case ev.FixEnded():
                self._end(event.slot, _ending(f"fix {event.phase}", event))
            case ev.ValidationStarted():
                text = f"validation of {words.count(len(event.asked), 'requirement')}"
                self._begin(event.slot, VALIDATION, event.attempt)
                self._hear(event.slot, [BLANK, (text, "strong")])
            case ev.ValidationEnded() if event.slot:
                text, tone = told(event)
                look = words.VALIDATION_LOOKS["" if event.again else event.outcome]
                self._end(event.slot, (f"{look.glyph} {text}", tone))
            case ev.IntegrationStarted():
                look = words.TASK_LOOKS["integrating"]
                text = f"{look.glyph} {event.task} is joined to the run's branch"
                self._hear(event.slot, [(text, look.tone)])
            case ev.ConflictFound():
                look = words.CONFLICT
                self._hear(event.slot, [(f"{look.glyph} {conflict(event)}", look.tone)])
            case ev.PermissionAsked():
                self._hear(event.slot, [(f"? {line}", "look") for line in event.text.splitlines()])
            case ev.PermissionAnswered():
                self._hear(event.slot, [(f"  {event.option}", "strong")])
            case ev.GateStarted():
                self.tally, self.again, self.tallied = Tally(), Again(), True
                self.printed += [BLANK, (f"$ {' '.join(event.command)}", "strong")]
            case ev.RerunStarted():
                self.printed += [BLANK, (f"$ {' '.join(event.command)}", "strong")]
            case ev.GateEnded() | ev.RerunEnded():
                look = words.VERDICT_LOOKS[event.verdict]
                self.printed.append((f"{look.glyph} {look.word}  {event.reason}", look.tone))
            case ev.PlanChanged():
                self.edits = changes(event)


def _printed(line: ev.OutputLine) -> Part:
    aside = line.text.startswith("=== " if not line.level else "  ")
    return line.text, "quiet" if aside else _PRINT[line.level]


def _ending(name: str, event: ev.TaskEnded | ev.FixEnded) -> Part:
    glyph, tone = ("✓", "good") if event.outcome == "done" else ("✗", "bad")
    return f"{glyph} {name} {ending(event)}", tone
