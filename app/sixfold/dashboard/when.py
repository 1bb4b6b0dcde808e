"""When a key does something: whether it belongs here, and if not now, why. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sixfold.dashboard.situation import Situation
from sixfold.dashboard.widgets.sought import NONE
from sixfold.refusal import NO_RUN

Can: TypeAlias = bool | str
"""True: it can be done. False: not in this place. A text: not now, and why."""


def anywhere(now: Situation) -> Can:
    """Wherever no question is in front."""
    return now.place != "dialog"


def in_panes(now: Situation) -> Can:
    """Where there is more than one pane."""
    return now.place in {"main", "plan", "inbox"} or now.sections


def asks(action: str) -> Callable[[Situation], Can]:
    """It can be done unless the run would refuse it."""
    return lambda now: of_run(now, now.refused.get(action) or True)


def gate(now: Situation) -> Can:
    """It can be done unless the run would refuse a gate; to one gate that is no run, too."""
    return now.place != "dialog" and (now.refused.get("gate") or True)


def of_run(now: Situation, can: Can = True) -> Can:
    """As `can` says, where this is a run and no question is in front."""
    if now.place == "dialog":
        return False
    return NO_RUN if now.alone else can


def panes(now: Situation) -> Can:
    """Where the panes of a run are."""
    return now.place == "main" and of_run(now)


def beside_tests(action: str) -> Callable[[Situation], Can]:
    """As `asks`, where the key does not mean tests."""
    asked = asks(action)
    return lambda now: False if now.tests else asked(now)


def of_tests(action: str) -> Callable[[Situation], Can]:
    """It can be done to the tests in focus, unless there is a reason not to."""
    return lambda now: now.tests and (now.refused.get(action) or True)


def start(now: Situation) -> Can:
    """A plan is there, and has not been started."""
    return of_run(now, now.startable)


def details(now: Situation) -> Can:
    """Something is selected that there is more about."""
    if now.sections:
        return bool(now.enter)
    if now.enter == "edit" and "edit" in now.refused:
        return now.refused["edit"]
    return now.place in {"main", "plan", "inbox", "timeline"} and (
        bool(now.chosen) or "nothing is selected"
    )


def in_log(now: Situation) -> Can:
    """A log is in focus."""
    return now.place != "dialog" and (now.log or "choose a log first: Tab, or 1 to 6")


def searched(now: Situation) -> Can:
    """Something was searched for in the log in focus."""
    if now.log and not now.searched and "reject" not in now.refused:
        return False  # the key is an answer then
    if not now.searched:
        return now.log and "nothing was searched for; / does"
    return now.log and (bool(now.standing) or NONE)


def no(action: str) -> Callable[[Situation], Can]:
    """A no to what is asked; while something is searched for the key finds."""
    asked = asks(action)
    return lambda now: False if now.log and (now.searched or action in now.refused) else asked(now)


def tree(now: Situation) -> Can:
    """A tree is in focus: of tests, or of phases."""
    return now.tests or now.phases


def of_attempt(now: Situation) -> Can:
    """On a task's page, where there are attempts."""
    return now.attempts


def with_steps(now: Situation) -> Can:
    """A slot is chosen whose agent has told its plan."""
    return now.place == "main" and of_run(
        now, now.steps or "choose a slot whose agent has told its plan"
    )


def diff(now: Situation) -> Can:
    """There is a change to show that is not in front already."""
    shown = now.diff and not now.sections
    return of_run(now, "it is in front" if shown else now.refused.get("diff") or True)


def in_diff(now: Situation) -> Can:
    """A diff is in front."""
    return now.diff


def planned(now: Situation) -> Can:
    """The run has a plan."""
    return of_run(now, now.planned or "no plan is loaded yet")


def with_tree(now: Situation) -> Can:
    """The tree of phases is on the screen."""
    return now.place in {"main", "plan"} and of_run(now, now.planned or "no plan is loaded yet")


def shows_tasks(now: Situation) -> bool:
    """Are tasks on the screen that can be selected."""
    return now.place in {"main", "plan", "timeline"}


def runs(now: Situation) -> Can:
    """There is a task at work to go to."""
    return shows_tasks(now) and of_run(now, now.running or "no task is at work")


def failing(now: Situation) -> Can:
    """There is a task that failed to go to."""
    return shows_tasks(now) and of_run(now, now.failing or "no task has failed")


def in_timeline(now: Situation) -> Can:
    """The lanes over time are in front."""
    return now.place == "timeline"


def closer(now: Situation) -> Can:
    """The lanes over time can be shown from closer by."""
    return now.place == "timeline" and (now.refused.get("closer(True)") or True)


def follows(now: Situation) -> Can:
    """There is an end to follow: of a log, or of the lanes."""
    return now.place == "timeline" or in_log(now)


def in_replay(now: Situation) -> Can:
    """A replay is in front."""
    return bool(now.replay) and now.place == "main"


def back(now: Situation) -> Can:
    """There is something to go back from."""
    return now.place in {"text", "plan", "inbox", "timeline"} or now.zoomed or now.searched
