"""The one table of keys: footer, help, command palette and bindings are all read from it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sixfold.model import RunStatus
from sixfold.state import RunState

Place: TypeAlias = Literal["main", "text", "plan", "dialog"]
"""What is in front: the panes, a page of text, the plan, or a question."""

Can: TypeAlias = bool | str
"""True: it can be done. False: not in this place. A text: not now, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that the keys depend on."""

    place: Place = "main"
    status: RunStatus = "running"
    linked: bool = True
    """Is there a run that takes commands?"""
    startable: bool = False
    retry: str = ""
    """The task that retry would act on; empty for none. So for the next four."""
    skip: str = ""
    cancel: str = ""
    details: str = ""
    diff: str = ""
    log: bool = False
    """Is a log in front or in focus?"""
    following: bool = True
    searched: bool = False
    zoomed: bool = False
    planned: bool = True

    @property
    def live(self) -> bool:
        """A run that has not ended and takes commands."""
        return self.linked and self.status in {"running", "paused", "blocked"}


def not_live(now: Situation) -> str:
    """Why no command can be given; empty where one can."""
    if now.live:
        return ""
    if now.status == "ready":
        return "the run has not started; s starts it" if now.startable else "no run has started"
    if now.status in {"running", "paused", "blocked"}:
        return "the runner is gone; `sixfold run --resume` goes on with it"
    return "the run has ended"


def _outside(now: Situation) -> bool:
    return now.place != "dialog"


def _always(now: Situation) -> Can:
    return _outside(now)


def _command(now: Situation) -> Can:
    return _outside(now) and (not_live(now) or True)


def _on(target: Literal["retry", "skip", "cancel"], missing: str) -> Callable[[Situation], Can]:
    def can(now: Situation) -> Can:
        return _outside(now) and (not_live(now) or (True if getattr(now, target) else missing))

    return can


def _start(now: Situation) -> Can:
    if not now.startable:
        return False
    return _outside(now) and (now.status == "ready" or "the run has started")


def _main(now: Situation) -> Can:
    return now.place == "main"


def _details(now: Situation) -> Can:
    return now.place in {"main", "plan"} and (bool(now.details) or "nothing is selected")


def _log(now: Situation) -> Can:
    return _outside(now) and (now.log or "choose a log first: Tab, or 1 to 6")


def _searched(now: Situation) -> Can:
    return now.log and (now.searched or "nothing was searched for; / does")


def _diff(now: Situation) -> Can:
    if now.status == "ready" or not now.linked:
        return _outside(now) and (not_live(now) or True)
    return _outside(now)


def _plan(now: Situation) -> Can:
    return _outside(now) and (now.planned or "no plan is loaded yet")


def _back(now: Situation) -> Can:
    return now.place in {"text", "plan"} or now.zoomed or now.searched


@dataclass(frozen=True, slots=True)
class Action:
    """A thing a key does."""

    id: str
    """`action_ID` of the app does it."""
    keys: str
    """Comma-separated names of keys; the first is the one shown."""
    label: str
    tooltip: str
    can: Callable[[Situation], Can] = _always
    target: Literal["", "retry", "skip", "cancel", "diff"] = ""
    """Field of the situation that names what it acts on."""
    cap: str = ""
    """The key as the screen shows it, where that is not its name."""
    foot: bool = True
    """Does it stand in the footer?"""

    @property
    def shown_key(self) -> str:
        """The key as the screen shows it."""
        return self.cap or self.keys.split(",")[0]


ACTIONS: tuple[Action, ...] = (
    Action("start", "s", "start", "Start the run", _start),
    Action("pause", "p", "pause", "Pause (running turns finish), or go on", _command),
    Action(
        "retry",
        "r",
        "retry",
        "A fresh attempt at a failed, halted or skipped task",
        _on("retry", "no task has failed, and the selected one can not be retried"),
        "retry",
    ),
    Action(
        "cancel",
        "x",
        "cancel",
        "End one agent's attempt, with all its processes",
        _on("cancel", "no agent is running, or select which: 1 to 6"),
        "cancel",
    ),
    Action(
        "skip",
        "S",
        "skip",
        "Leave the task's box open and let its dependents run",
        _on("skip", "select a task that is pending, failed or halted"),
        "skip",
    ),
    Action("gate", "g", "gate", "Run the tests now", _command),
    Action("details", "enter", "details", "All about what is selected", _details, cap="↵"),
    Action("zoom", "z", "zoom", "One pane over the whole screen, and back", _main),
    Action(
        "diff", "d", "diff", "The change so far: of the selected task, or of the run", _diff, "diff"
    ),
    Action("plan", "P", "plan", "Phases, edges and their reasons, critical path", _plan),
    Action("find", "slash", "find", "Find in a log as you type", _log, cap="/"),
    Action("find_next", "n", "next", "The next place found", _searched, foot=False),
    Action("find_previous", "N", "previous", "The place found before", _searched, foot=False),
    Action("follow", "f", "follow", "Follow the end of a log, or stay where you read", _log),
    Action("next_pane", "tab", "panes", "The next pane", _main, cap="Tab"),
    Action(
        "previous_pane",
        "shift+tab",
        "pane before",
        "The pane before",
        _main,
        cap="⇧Tab",
        foot=False,
    ),
    *(
        Action(
            f"slot({n})",
            str(n),
            f"slot {n}",
            f"Look at slot {n}; again: over the whole screen",
            _main,
            foot=False,
        )
        for n in range(1, 7)
    ),
    Action("step(1)", "j,down", "down", "Down", _outside, foot=False),
    Action("step(-1)", "k,up", "up", "Up", _outside, foot=False),
    Action(
        "step_page(1)",
        "pagedown,space",
        "page down",
        "A page down",
        _outside,
        cap="PgDn",
        foot=False,
    ),
    Action("step_page(-1)", "pageup", "page up", "A page up", _outside, cap="PgUp", foot=False),
    Action("step_to_edge(True)", "end,G", "end", "To the end", _outside, cap="End", foot=False),
    Action(
        "step_to_edge(False)", "home", "begin", "To the beginning", _outside, cap="Home", foot=False
    ),
    Action("messages", "m", "messages", "What the run told so far", _always, foot=False),
    Action("help", "question_mark", "help", "All keys", _always, cap="?"),
    Action("back", "escape", "back", "Back to the panes", _back, cap="Esc"),
    Action("leave", "q,ctrl+c,ctrl+q", "leave", "Leave: let the run go on, or stop it", _always),
)
BY_ID = {action.id: action for action in ACTIONS}

COMMAND_KEYS = {
    "gate": "g",
    "retry": "r",
    "skip": "S",
    "stop": "q",
    "resume": "p",
    "pause": "p",
    "cancel": "x",
}
"""Commands of a blocked run's `options` -> the key that gives them."""


def label_of(action: Action, now: Situation) -> str:
    """The word beside the key; for pause it depends on the run."""
    if action.id == "pause" and now.status in {"paused", "blocked"}:
        return "go on"
    if action.id == "follow" and now.log and now.following:
        return "stay"
    return action.label


def target_of(action: Action, now: Situation) -> str:
    """The task that the key would act on now, or empty."""
    return str(getattr(now, action.target)) if action.target else ""


RETRYABLE = frozenset({"failed", "halted", "skipped"})
SKIPPABLE = frozenset({"pending", "ready", "failed", "halted"})


def retry_target(state: RunState, chosen: str) -> str:
    """The chosen task where it can be retried, else the first that failed."""
    return _target(state, chosen, RETRYABLE)


def skip_target(state: RunState, chosen: str) -> str:
    """The chosen task where it can be skipped, else the first that failed."""
    return _target(state, chosen, SKIPPABLE)


def _target(state: RunState, chosen: str, states: Iterable[str]) -> str:
    progress = state.tasks.get(chosen)
    if progress and progress.state in states:
        return chosen
    return next((id_ for id_, task in state.tasks.items() if task.state == "failed"), "")


def cancel_target(state: RunState, chosen: str, slot: int) -> str:
    """What runs in the chosen slot, else the chosen task if it runs, else the only one that runs."""
    labels = [work.label for work in state.work.values()]
    if slot:
        return state.work[slot].label if slot in state.work else ""
    if chosen in labels:
        return chosen
    return labels[0] if len(labels) == 1 else ""
