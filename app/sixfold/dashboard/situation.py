"""What the keys depend on: the place, what is selected, what the run would refuse. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from sixfold import events as ev
from sixfold.dashboard.replay import REASON
from sixfold.dashboard.results import Results
from sixfold.model import RunStatus, TestName
from sixfold.refusal import refusal
from sixfold.state import RunState

Place: TypeAlias = Literal["main", "text", "plan", "inbox", "timeline", "dialog"]
"""What is in front: the panes, a page of text, the plan, the inbox, the timeline, or a question."""


class Situation(Struct, frozen=True, kw_only=True):
    """All that the keys depend on; two that are equal have the same footer."""

    place: Place = "main"
    status: RunStatus = "ready"
    startable: bool = False
    over: bool = False
    """Has the run ended, or its runner died: nobody takes a command."""
    alone: bool = False
    """Are the tests all there is: no run, no tasks, no agents."""
    targets: Mapping[str, str] = {}
    """Action -> the task it would act on."""
    refused: Mapping[str, str] = {}
    """Action -> why the run would refuse it now."""
    chosen: str = ""
    """What Enter would open; empty where nothing is selected."""
    log: bool = False
    """Is a log in front or in focus."""
    following: bool = True
    searched: bool = False
    standing: str = ""
    """Which of the places found in it one is at; empty where none is."""
    wrapped: bool = True
    """Do long lines of that log break."""
    sections: bool = False
    """Is a page in front that has sections."""
    attempts: bool = False
    """Is it about one attempt of several."""
    steps: bool = False
    """Has the agent in the slot in focus a plan."""
    zoomed: bool = False
    planned: bool = False
    tests: bool = False
    """Are the tests in focus: `r`, `R` and `a` run them once more."""
    enter: str = ""
    """What Enter does to what is selected, where that has a word of its own."""
    phases: bool = False
    """Is the tree of phases in focus."""
    running: bool = False
    """Is an agent at work on a task."""
    failing: bool = False
    """Has a task failed."""
    diff: bool = False
    """Is a diff in front."""
    replay: Literal["", "plays", "rests"] = ""
    """Is this a run of the past, and does its time go on."""
    yes_or_no: bool = False
    """Is what is asked of the person answered by yes or no."""


def targets(
    state: RunState, task: str, slot: int, *, name: str | None = None, bound: bool = False
) -> dict[str, str]:
    """What the actions on one task act on, given what is selected.

    `task` is the selected task (or fix) or empty; `slot` the slot in focus or 0; `name` the
    selected request. `bound`: nothing but what is selected is acted on.
    """
    ask = request(state, task, slot, name, bound=bound)
    found = {
        "retry": _failed_or(state, task, {"failed", "skipped"}),
        "skip": _failed_or(state, task, {"pending", "ready", "failed", "halted"}),
        "cancel": _running(state, task, slot),
        "diff": _changed(state, task, slot),
        "undo": task if task in state.tasks and state.tasks[task].state == "done" else "",
        "set_aside": _culprit(state, task),
        "retry_with": _failed_or(state, task, {"failed", "skipped"}),
        "tell": _running(state, task, slot),
        **dict.fromkeys(ANSWERS, ask.task if ask else ""),
    }
    return {
        action: target
        for action, target in found.items()
        if target and (not bound or target == task)
    }


def _failed_or(state: RunState, task: str, states: Iterable[str]) -> str:
    """The selected task where it is in one of `states`, else the first that failed."""
    if task in state.tasks and state.tasks[task].state in states:
        return task
    return next((id_ for id_, one in state.tasks.items() if one.state == "failed"), "")


def _running(state: RunState, task: str, slot: int) -> str:
    """What runs in the slot, else the selected task if it runs, else the only one that runs."""
    if slot:
        return state.work[slot].label if slot in state.work else ""
    running = [work.label for work in state.work.values()]
    if task in running:
        return task
    return running[0] if len(running) == 1 else ""


def _changed(state: RunState, task: str, slot: int) -> str:
    """What the slot works on, else what is selected, where an attempt at it was ever made."""
    labels = {number: work.label for number, work in state.work.items()}
    if slot in labels:
        return labels[slot]
    ran = task in state.tasks and state.tasks[task].attempts > 0
    return task if ran or task in labels.values() else ""


def _culprit(state: RunState, task: str) -> str:
    """Of the tasks that a blocked run offers to set aside: the selected one, else the first."""
    options = [option.partition(" ") for option in state.options]
    offered = [name for verb, _, name in options if verb == "set-aside"]
    return task if task in offered else next(iter(offered), "")


def request(
    state: RunState, task: str, slot: int = 0, name: str | None = None, *, bound: bool = False
) -> ev.PermissionAsked | None:
    """What is asked of the person: from the slot, else about the task, else the oldest.

    Where requests are selected by `name`, it is that one or none; where keys are `bound` to the
    task, one about it or none.
    """
    asked = list(state.asked.values()) if state.live else []
    if name is not None:
        return next((ask for ask in asked if ask.request == name), None)
    ours = [ask for ask in asked if ask.slot == slot] or [ask for ask in asked if ask.task == task]
    return next(iter(ours if bound else ours or asked), None)


ANSWERS = {
    "allow": ("allow", "yes"),
    "allow_always": ("always",),
    "reject": ("reject", "no"),
    "reject_always": ("never",),
}
"""Action -> the options that it may be an answer by."""


def option(asked: ev.PermissionAsked, action: str) -> str:
    """The option by which an action answers; empty where none of its is offered."""
    return next((one for one in ANSWERS[action] if one in asked.options), "")


NO_TARGET = {
    "retry": "no task has failed, and none is selected that could be retried",
    "skip": "select a task that waits, failed or is halted",
    "cancel": "press 1-6 to choose a slot first",
    "undo": "select a finished task first",
    "set_aside": "no task is offered to be set aside",
    "retry_with": "no task has failed, and none is selected that could be retried",
    "tell": "press 1-6 to choose a slot first",
    **dict.fromkeys(ANSWERS, "nothing is asked of you"),
}


def reruns(results: Results, meant: TestName | None) -> dict[str, list[TestName]]:
    """Action -> the tests that it would run once more, given the selected one."""
    found = {
        "rerun": [meant] if meant else [],
        "rerun_failed": results.failed(),
        "rerun_package": [TestName(meant.package)] if meant else [],
    }
    return {action: tests for action, tests in found.items() if tests}


NO_TEST = {
    "rerun": "select a test or a package first",
    "rerun_failed": "no test fails",
    "rerun_package": "select a package first",
}


def refusals(
    state: RunState,
    targets: Mapping[str, str],
    asked: ev.PermissionAsked | None,
    tests: Mapping[str, list[TestName]],
    *,
    linked: bool,
    startable: bool,
    replayed: bool = False,
    kept: bool = False,
    bound: str | None = None,
) -> dict[str, str]:
    """For each command that would be refused now: why. `kept`: changes can be looked up still.

    `bound`: the one task that keys act on, empty where that is none; None: whatever fits.
    """
    if replayed or not linked:
        why = REASON if replayed else _unlinked(state, startable)
        named = ["pause", "hold", "gate", "revalidate", *NO_TARGET, *NO_TEST]
        found = dict.fromkeys(named if kept else [*named, "diff"], why)
        return _unchanged(targets, bound) | found

    def meant(action: str) -> str:
        return targets.get(action, bound or "")

    commands: dict[str, ev.AnyCommand] = {
        "pause": ev.Resume() if state.status in {"paused", "blocked"} else ev.Pause(),
        "hold": ev.Pause(now=True),
        "retry_with": ev.Retry(task=meant("retry_with")),
        "tell": ev.Tell(task=meant("tell"), text="..."),
        "gate": ev.Gate(),
        "revalidate": ev.Revalidate(),
        "retry": ev.Retry(task=meant("retry")),
        "skip": ev.Skip(task=meant("skip")),
        "cancel": ev.Cancel(task=meant("cancel")),
        "undo": ev.Undo(task=meant("undo"), dependents=True),
        "set_aside": ev.SetAside(task=meant("set_aside")),
    }
    found = _unchanged(targets, bound)
    found |= {action: why for action in ANSWERS if (why := _no_answer(asked, action, bound))}
    for action, nothing in NO_TEST.items():
        if why := refusal(state, ev.Rerun(tests=tests.get(action, []))):
            found[action] = why if action in tests or state.testing else nothing
    for action, command in commands.items():
        why = refusal(state, command)
        if state.live and action in NO_TARGET and action not in targets:
            why = (bound and why) or _no_target(state, action, bound)
        if why:
            found[action] = why
    return found


def _no_target(state: RunState, action: str, bound: str | None) -> str:
    if bound is not None:
        return f"{bound} is not offered for it" if bound else "what is selected is no task"
    at_work = action in {"cancel", "tell"}
    return NO_TARGET[action] if not at_work or state.work else "no agent is at work"


def _unchanged(targets: Mapping[str, str], bound: str | None) -> dict[str, str]:
    """That the one task which is meant has no change to show."""
    missing = bound and "diff" not in targets
    return {"diff": f"{bound} has not run: there is no change to show"} if missing else {}


def _no_answer(asked: ev.PermissionAsked | None, action: str, bound: str | None) -> str:
    if asked is None:
        return f"nothing is asked about {bound}" if bound else NO_TARGET[action]
    return "" if option(asked, action) else f"answer {' or '.join(asked.options)}"


def _unlinked(state: RunState, startable: bool) -> str:
    if startable:
        return "the run has not started; s starts it"
    if state.ended:
        return "the run has ended"
    return "the runner is gone" if state.live else "no run has answered yet"
