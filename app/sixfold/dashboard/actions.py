"""The one table of keys: footer, help, command palette and bindings are all read from it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from sixfold.dashboard.situation import Situation

Can: TypeAlias = bool | str
"""True: it can be done. False: not in this place. A text: not now, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A thing a key does: `action_ID` of the app, or of the screen in front."""

    id: str
    keys: str
    """Comma-separated names of keys; the first is the one shown."""
    label: str
    tooltip: str
    can: Callable[[Situation], Can]
    on: str = "app"
    cap: str = ""
    """The key as the screen shows it, where that is not its name."""
    foot: bool = False
    """Does it stand in the footer."""

    @property
    def name(self) -> str:
        """As Textual calls it: `app.pause`, `screen.zoom`."""
        return f"{self.on}.{self.id}"

    @property
    def shown_key(self) -> str:
        """The key as the screen shows it."""
        return self.cap or self.keys.split(",")[0]


def _anywhere(now: Situation) -> Can:
    return now.place != "dialog"


def _in_main(now: Situation) -> Can:
    return now.place == "main"


def _in_panes(now: Situation) -> Can:
    return now.place in {"main", "plan"}


def _asks(action: str) -> Callable[[Situation], Can]:
    """It can be done unless the run would refuse it."""
    return lambda now: now.place != "dialog" and (now.refused.get(action) or True)


def _start(now: Situation) -> Can:
    return now.startable and now.place != "dialog"


def _details(now: Situation) -> Can:
    return now.place in {"main", "plan"} and (bool(now.chosen) or "nothing is selected")


def _in_log(now: Situation) -> Can:
    return now.place != "dialog" and (now.log or "choose a log first: Tab, or 1 to 6")


def _searched(now: Situation) -> Can:
    return now.log and (now.searched or "nothing was searched for; / does")


def _planned(now: Situation) -> Can:
    return now.place != "dialog" and (now.planned or "no plan is loaded yet")


def _back(now: Situation) -> Can:
    return now.place in {"text", "plan"} or now.zoomed or now.searched


def _screen(
    id_: str,
    keys: str,
    label: str,
    tooltip: str,
    can: Callable[[Situation], Can] = _anywhere,
    *,
    cap: str = "",
    foot: bool = False,
) -> Action:
    return Action(
        id=id_, keys=keys, label=label, tooltip=tooltip, can=can, on="screen", cap=cap, foot=foot
    )


def _run(id_: str, key: str, tooltip: str) -> Action:
    return Action(id=id_, keys=key, label=id_, tooltip=tooltip, can=_asks(id_), foot=True)


_STEERING = (
    Action(id="start", keys="s", label="start", tooltip="Start the run", can=_start, foot=True),
    _run("pause", "p", "Pause (running turns finish, nothing new starts), or go on"),
    _run("retry", "r", "A fresh attempt at a failed or skipped task"),
    _run("cancel", "x", "End one agent's attempt, with all its processes"),
    _run("skip", "S", "Leave the task's box open and let its dependents run"),
    _run("gate", "g", "Run the tests now"),
)
_LOOKING = (
    _screen(
        "details", "enter", "details", "All about what is selected", _details, cap="↵", foot=True
    ),
    _screen("zoom", "z", "zoom", "One pane over the whole screen, and back", _in_main, foot=True),
    _run("diff", "d", "The change so far: of the selected task, else of the run"),
    _screen("find", "slash", "find", "Find in a log as you type", _in_log, cap="/", foot=True),
    _screen("find_next(True)", "n", "next", "The next place found", _searched),
    _screen("find_next(False)", "N", "previous", "The place found before", _searched),
    _screen("follow", "f", "follow", "Follow the end of a log, or stay here", _in_log, foot=True),
    Action(
        id="plan",
        keys="P",
        label="plan",
        tooltip="Phases, edges and their reasons, critical path",
        can=_planned,
        foot=True,
    ),
    Action(
        id="messages", keys="m", label="messages", tooltip="What happened so far", can=_anywhere
    ),
)
_MOVING = (
    _screen("go_round(1)", "tab", "panes", "The next pane", _in_panes, cap="Tab", foot=True),
    _screen("go_round(-1)", "shift+tab", "pane before", "The pane before", _in_panes, cap="⇧Tab"),
    *(
        _screen(
            f"slot({n})", str(n), f"slot {n}", f"Look at slot {n}; once more: full screen", _in_main
        )
        for n in range(1, 7)
    ),
    _screen("step(1)", "j,down", "down", "Down"),
    _screen("step(-1)", "k,up", "up", "Up"),
    _screen("step_page(1)", "pagedown,space", "page down", "A page down", cap="PgDn"),
    _screen("step_page(-1)", "pageup", "page up", "A page up", cap="PgUp"),
    _screen("step_to_edge(False)", "home", "begin", "To the beginning", cap="Home"),
    _screen("step_to_edge(True)", "end,G", "end", "To the end", cap="End"),
)
_LEAVING = (
    _screen("back", "escape", "back", "Back to the panes", _back, cap="Esc", foot=True),
    Action(
        id="help",
        keys="question_mark",
        label="help",
        tooltip="All keys",
        can=_anywhere,
        cap="?",
        foot=True,
    ),
    Action(
        id="leave",
        keys="q,ctrl+c,ctrl+q",
        label="leave",
        tooltip="Leave: let the run go on, or stop it",
        can=_anywhere,
        foot=True,
    ),
)

ACTIONS: tuple[Action, ...] = (*_STEERING, *_LOOKING, *_MOVING, *_LEAVING)
BY_ID = {action.id: action for action in ACTIONS}
KEYS_OF_COMMANDS = {
    "gate": "g",
    "retry": "r",
    "skip": "S",
    "cancel": "x",
    "pause": "p",
    "resume": "p",
    "stop": "q",
}
"""A blocked run's options -> the key that gives them."""


def label_of(action: Action, now: Situation) -> str:
    """The word beside the key; for some it depends on the run."""
    if action.id == "pause" and now.status in {"paused", "blocked"}:
        return "go on"
    if action.id == "follow" and now.log and now.following:
        return "stay"
    return action.label
