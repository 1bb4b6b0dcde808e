"""The one table of keys: footer, help, command palette and bindings are all read from it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sixfold.dashboard.situation import Situation

Can: TypeAlias = bool | str
"""True: it can be done. False: not in this place. A text: not now, and why."""
Foot: TypeAlias = Literal["", "offered", "always"]
ALWAYS: Foot = "always"
OFFERED: Foot = "offered"


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
    foot: Foot = ""
    """Does it stand in the footer: always, or only while it can be done (`offered`)."""

    @property
    def name(self) -> str:
        """As Textual calls it: `app.pause`, `screen.zoom`."""
        return f"{self.on}.{self.id}"

    def stands(self, now: Situation) -> bool:
        """Does it stand in the footer now: what can not be done is dimmed.

        Below a text, and in a replay, it is gone.
        """
        can = self.can(now)
        if self.foot == OFFERED or now.place == "text" or now.replay:
            return bool(self.foot) and can is True
        return bool(self.foot) and can is not False

    @property
    def shown_key(self) -> str:
        """The key as the screen shows it."""
        return self.cap or self.keys.split(",")[0]


def _anywhere(now: Situation) -> Can:
    return now.place != "dialog"


def _in_panes(now: Situation) -> Can:
    return now.place in {"main", "plan", "inbox"} or now.sections


def _asks(action: str) -> Callable[[Situation], Can]:
    """It can be done unless the run would refuse it."""
    return lambda now: _of_run(now) and (now.refused.get(action) or True)


def _gate(now: Situation) -> Can:
    return now.place != "dialog" and (now.refused.get("gate") or True)


def _of_run(now: Situation) -> bool:
    return now.place != "dialog" and not now.alone


def _panes(now: Situation) -> Can:
    return now.place == "main" and not now.alone


def _beside_tests(action: str) -> Callable[[Situation], Can]:
    """The same, where the key does not mean tests."""
    asks = _asks(action)
    return lambda now: False if now.tests else asks(now)


def _of_tests(action: str) -> Callable[[Situation], Can]:
    """It can be done to the tests in focus, unless there is a reason not to."""
    return lambda now: now.tests and (now.refused.get(action) or True)


def _start(now: Situation) -> Can:
    return now.startable and now.place != "dialog"


def _details(now: Situation) -> Can:
    if now.sections:
        return bool(now.enter)
    if now.enter == "edit" and "edit" in now.refused:
        return now.refused["edit"]
    return now.place in {"main", "plan", "inbox", "timeline"} and (
        bool(now.chosen) or "nothing is selected"
    )


def _in_log(now: Situation) -> Can:
    return now.place != "dialog" and (now.log or "choose a log first: Tab, or 1 to 6")


def _searched(now: Situation) -> Can:
    if now.log and not now.searched and "reject" not in now.refused:
        return False  # the key is an answer then
    return now.log and (now.searched or "nothing was searched for; / does")


def _no(action: str) -> Callable[[Situation], Can]:
    """A no to what is asked; while something is searched for the key finds."""
    asks = _asks(action)
    return lambda now: False if now.log and (now.searched or action in now.refused) else asks(now)


def _tree(now: Situation) -> Can:
    return now.tests or now.phases


def _of_attempt(now: Situation) -> Can:
    return now.attempts


def _with_steps(now: Situation) -> Can:
    return now.place == "main" and (now.steps or "choose a slot whose agent has told its plan")


def _in_diff(now: Situation) -> Can:
    return now.diff


def _planned(now: Situation) -> Can:
    return _of_run(now) and (now.planned or "no plan is loaded yet")


def _with_tree(now: Situation) -> Can:
    return (
        now.place in {"main", "plan"} and not now.alone and (now.planned or "no plan is loaded yet")
    )


def _shows_tasks(now: Situation) -> bool:
    return now.place in {"main", "plan", "timeline"} and not now.alone


def _runs(now: Situation) -> Can:
    return _shows_tasks(now) and (now.running or "no task is at work")


def _failing(now: Situation) -> Can:
    return _shows_tasks(now) and (now.failing or "no task has failed")


def _in_timeline(now: Situation) -> Can:
    return now.place == "timeline"


def _follows(now: Situation) -> Can:
    return now.place == "timeline" or _in_log(now)


def _in_replay(now: Situation) -> Can:
    return bool(now.replay) and now.place == "main"


def _back(now: Situation) -> Can:
    return now.place in {"text", "plan", "inbox", "timeline"} or now.zoomed or now.searched


def _screen(
    id_: str,
    keys: str,
    label: str,
    tooltip: str,
    can: Callable[[Situation], Can] = _anywhere,
    *,
    cap: str = "",
    foot: Foot = "",
) -> Action:
    return Action(
        id=id_, keys=keys, label=label, tooltip=tooltip, can=can, on="screen", cap=cap, foot=foot
    )


_CAPS = {
    "space": "Space",
    "left": "←",
    "right": "→",
    "shift+left": "⇧←",
    "shift+right": "⇧→",
    "home": "Home",
    "end": "End",
    "plus": "+",
    "minus": "-",
}
"""Keys whose name is not what stands on them."""


def _run(
    id_: str,
    key: str,
    tooltip: str,
    foot: Foot = ALWAYS,
    *,
    can: Callable[[Situation], Can] | None = None,
    label: str = "",
) -> Action:
    return Action(
        id=id_,
        keys=key,
        label=label or id_.replace("_", " "),
        tooltip=tooltip,
        can=can or _asks(id_),
        cap=_CAPS.get(key.split(",", maxsplit=1)[0], ""),
        foot=foot,
    )


PLAYING = (
    _run(
        "play",
        "space,p",
        "In a replay: stand still, or go on; at the end, once more",
        can=_in_replay,
    ),
    _run(
        "seek(-1)",
        "left",
        "In a replay: back by 10 s, or a fiftieth of the run",
        can=_in_replay,
        label="back",
    ),
    _run("seek(1)", "right", "In a replay: forward by as much", can=_in_replay, label="forward"),
    _run(
        "seek_event(False)",
        "shift+left",
        "In a replay: back by an event",
        "",
        can=_in_replay,
        label="event",
    ),
    _run(
        "seek_event(True)",
        "shift+right",
        "In a replay: forward by an event",
        "",
        can=_in_replay,
        label="event",
    ),
    _run(
        "seek_edge(False)",
        "home",
        "In a replay: the run's beginning",
        "",
        can=_in_replay,
        label="begin",
    ),
    _run("seek_edge(True)", "end", "In a replay: the run's end", "", can=_in_replay, label="end"),
    _run(
        "pace(2.0)",
        "plus,equals_sign",
        "In a replay: twice as fast",
        can=_in_replay,
        label="faster",
    ),
    _run("pace(0.5)", "minus", "In a replay: half as fast", can=_in_replay, label="slower"),
)
_STEERING = (
    Action(id="start", keys="s", label="start", tooltip="Start the run", can=_start, foot=ALWAYS),
    _run(
        "allow",
        "a",
        "Say yes, this once, to what is asked of you",
        OFFERED,
        can=_beside_tests("allow"),
    ),
    _run(
        "allow_always",
        "A",
        "Say yes to the same for the rest of the run",
        OFFERED,
        label="always",
    ),
    _run("reject", "n", "Say no to what is asked of you", OFFERED, can=_no("reject")),
    _run(
        "reject_always",
        "N",
        "Say no to the same for the rest of the run",
        OFFERED,
        can=_no("reject_always"),
        label="never",
    ),
    _run("pause", "p", "Pause (running turns finish, nothing new starts), or go on"),
    _run("hold", "H", "Pause now: running turns are cut short, and taken up again later", ""),
    _run("retry", "r", "A fresh attempt at a failed or skipped task", can=_beside_tests("retry")),
    _run("retry_with", "R", "The same with another agent", "", can=_beside_tests("retry_with")),
    _run("rerun", "r", "Run the selected test once more", can=_of_tests("rerun")),
    _run(
        "rerun_failed",
        "R",
        "Run all tests that fail once more",
        OFFERED,
        can=_of_tests("rerun_failed"),
        label="the failed",
    ),
    _run(
        "rerun_package",
        "a",
        "Run all tests of the selected package once more",
        OFFERED,
        can=_of_tests("rerun_package"),
        label="package",
    ),
    _run("tell", "m", "Say something to an agent at work, at the end of its turn", ""),
    _run("cancel", "x", "End one agent's attempt, with all its processes"),
    _run("skip", "S", "Leave the task's box open and let its dependents run"),
    _run("gate", "g", "Run the tests now", can=_gate),
    _run(
        "revalidate",
        "V",
        "Make tasks of unmet requirements, and validate again after them",
        OFFERED,
    ),
    _run("undo", "u", "Take a finished task back: revert its commit, open its box", OFFERED),
    _run("set_aside", "U", "Take the culprit of a red gate out, and keep its work", OFFERED),
)
_LOOKING = (
    _screen(
        "edit",
        "o",
        "editor",
        "Open your editor ($VISUAL, $EDITOR) where the selected test failed",
        _of_tests("edit"),
        foot=OFFERED,
    ),
    _screen("fold(False)", "h,left", "fold", "Fold it, or go to what it is in", _tree),
    _screen("fold(True)", "l,right", "unfold", "Show what is below", _tree),
    _screen(
        "details",
        "enter",
        "details",
        "All about what is selected",
        _details,
        cap="↵",
        foot=ALWAYS,
    ),
    _screen("zoom", "z", "zoom", "One pane over the whole screen, and back", _panes, foot=ALWAYS),
    _run("diff", "d", "The change so far: of what is selected, else of the run"),
    _screen(
        "go_to_file(1)",
        "right_square_bracket",
        "file",
        "The next file",
        _in_diff,
        cap="]",
        foot=OFFERED,
    ),
    _screen(
        "go_to_file(-1)",
        "left_square_bracket",
        "before",
        "Back a file",
        _in_diff,
        cap="[",
        foot=OFFERED,
    ),
    _screen("find", "slash", "find", "Find in a log as you type", _in_log, cap="/", foot=ALWAYS),
    _screen("find_next(True)", "n", "next", "The next place found", _searched),
    _screen("find_next(False)", "N", "previous", "The place found before", _searched),
    _screen(
        "follow", "f", "follow", "Follow the end of a log, or stay here", _follows, foot=ALWAYS
    ),
    _screen(
        "go_to_attempt(-1)",
        "h,left",
        "earlier",
        "On a task's page: the attempt before",
        _of_attempt,
        foot=OFFERED,
    ),
    _screen(
        "go_to_attempt(1)",
        "l,right",
        "later",
        "On a task's page: the next attempt",
        _of_attempt,
        foot=OFFERED,
    ),
    _screen("wrap", "w", "cut", "Break long lines of a log, or cut them", _in_log),
    _screen("copy", "y", "copy", "Copy the line, or what the mouse has marked", _in_log),
    _screen("steps", "t", "steps", "The plan of the agent in the slot: all steps", _with_steps),
    Action(
        id="plan",
        keys="P",
        label="plan",
        tooltip="Phases, edges and their reasons, critical path",
        can=_planned,
        foot=ALWAYS,
    ),
    Action(
        id="timeline",
        keys="T",
        label="timeline",
        tooltip="The slots over time: who worked on what when",
        can=_planned,
        foot=ALWAYS,
    ),
    _screen(
        "step_bar(-1)",
        "left,h",
        "before",
        "In the timeline: what the slot did before",
        _in_timeline,
        cap="←",
        foot=OFFERED,
    ),
    _screen(
        "step_bar(1)",
        "right,l",
        "next",
        "In the timeline: what the slot did next",
        _in_timeline,
        cap="→",
        foot=OFFERED,
    ),
    _screen(
        "closer(True)",
        "plus,equals_sign",
        "closer",
        "In the timeline: twice as close",
        _in_timeline,
        cap="+",
        foot=OFFERED,
    ),
    _screen(
        "closer(False)",
        "minus",
        "wider",
        "In the timeline: twice as much time",
        _in_timeline,
        cap="-",
        foot=OFFERED,
    ),
    _screen("whole", "0", "all", "In the timeline: the whole run", _in_timeline, foot=OFFERED),
    _screen(
        "go_to_failed",
        "exclamation_mark",
        "failed",
        "Select the next task that has failed",
        _failing,
        cap="!",
        foot=OFFERED,
    ),
    _screen(
        "go_to_running",
        "full_stop",
        "running",
        "Select the next task that is at work",
        _runs,
        cap=".",
        foot=OFFERED,
    ),
    _screen("fold_all", "c", "fold all", "Fold all phases, or open them", _with_tree),
    Action(
        id="inbox",
        keys="i",
        label="inbox",
        tooltip="All that waits for you, the most pressing first",
        can=_anywhere,
    ),
    Action(
        id="alarm",
        keys="b",
        label="bell",
        tooltip="The terminal's bell and notifications when you are wanted: off, or on",
        can=_anywhere,
    ),
    Action(
        id="messages", keys="M", label="messages", tooltip="What happened so far", can=_anywhere
    ),
)
_MOVING = (
    _screen("go_round(1)", "tab", "panes", "The next pane", _in_panes, cap="Tab", foot=ALWAYS),
    _screen("go_round(-1)", "shift+tab", "pane before", "The pane before", _in_panes, cap="⇧Tab"),
    *(
        _screen(
            f"slot({n})",
            str(n),
            f"slot {n}",
            f"Look at slot {n}; once more: full screen",
            _panes,
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
    _screen("back", "escape", "back", "Back to the panes", _back, cap="Esc", foot=ALWAYS),
    Action(
        id="help",
        keys="question_mark",
        label="help",
        tooltip="All keys",
        can=_anywhere,
        cap="?",
        foot=ALWAYS,
    ),
    Action(
        id="leave",
        keys="q,ctrl+c,ctrl+q",
        label="leave",
        tooltip="Leave: let the run go on, or stop it",
        can=_anywhere,
        foot=ALWAYS,
    ),
)

ACTIONS: tuple[Action, ...] = (*PLAYING, *_STEERING, *_LOOKING, *_MOVING, *_LEAVING)
BY_ID = {action.id: action for action in ACTIONS}
KEYS_OF_COMMANDS = {
    "gate": "g",
    "revalidate": "V",
    "retry": "r",
    "skip": "S",
    "cancel": "x",
    "pause": "p",
    "resume": "p",
    "stop": "q",
    "set-aside": "U",
}
"""A blocked run's options -> the key that gives them."""


KEYS_OF_ANSWERS = {
    "allow": "a",
    "always": "A",
    "reject": "n",
    "never": "N",
    "yes": "a",
    "no": "n",
}
"""Answers -> the key that gives them."""
YES_OR_NO = {"allow": "yes", "reject": "no"}
"""What the keys are called where that is the question."""


def label_of(action: Action, now: Situation) -> str:
    """The word beside the key; for some it depends on the run."""
    if action.id == "play":
        return "stand still" if now.replay == "plays" else "play"
    if action.id == "pause" and now.status in {"paused", "blocked"}:
        return "go on"
    if action.id in YES_OR_NO and now.yes_or_no:
        return YES_OR_NO[action.id]
    if action.id == "details" and now.enter:
        return now.enter
    if action.id == "go_round(1)" and now.sections:
        return "sections"
    if action.id == "wrap" and not now.wrapped:
        return "wrap"
    if action.id == "follow" and now.log and now.following:
        return "stay"
    return action.label
