"""Why a command makes no sense now: one answer for the runner and for the keys on the screen."""

from __future__ import annotations

from sixfold import events as ev
from sixfold.state import RunState

NO_RUN = "there is no run, only its tests"


def refusal(state: RunState, command: ev.AnyCommand) -> str:
    """The reason to refuse `command` in this state, or nothing where it may be carried out."""
    alone = not state.run and bool(state.gates)
    if alone and not isinstance(command, ev.Gate | ev.Rerun | ev.Printed):
        return NO_RUN
    if not state.live and not alone:
        return "the run has ended" if state.ended else "the run has not started"
    match command:
        case ev.Pause(now=True) if state.status == "paused":
            return "turns are cut short already" if state.paused_now else ""
        case ev.Pause():
            return "" if state.status == "running" else f"the run is {state.status} already"
        case ev.Resume() if state.status == "blocked" and "resume" in state.options:
            return ""
        case ev.Resume() if state.status == "blocked":
            return f"the run is blocked; what helps is {', '.join(state.options)}"
        case ev.Resume():
            return "" if state.status == "paused" else "the run is not paused"
        case ev.Gate() | ev.Rerun() if state.testing:
            return "tests are running already"
        case ev.Rerun() | ev.Printed() if not state.gate:
            return "no test has run yet"
        case ev.Rerun(tests=tests):
            return "" if tests else "no test is meant"
        case ev.Revalidate():
            return _about_validation(state)
        case ev.Retry(task=task) | ev.Skip(task=task) | ev.Cancel(task=task):
            return _about_task(state, command, task)
        case ev.Tell(task=task, text=text):
            work = next((one for one in state.work.values() if one.label == task), None)
            if work is None:
                return f"nobody is at work on {task}"
            if work.doing == "integrating":
                return f"the turn at {task} is over: its change is being joined"
            return "" if text.strip() else "there is nothing to say"
        case ev.Undo(task=task) | ev.SetAside(task=task):
            return _about_undoing(state, command, task)
        case ev.Decide(request=request, option=option):
            return _about_answer(state, request, option)
        case ev.Diff(task=task):
            working = any(work.label == task for work in state.work.values())
            ran = not task or working or (task in state.tasks and state.tasks[task].attempts > 0)
            return "" if ran else f"{task} has not run: there is no change to show"
        case _:
            return ""


def _about_validation(state: RunState) -> str:
    if state.status == "blocked" and "revalidate" in state.options:
        return ""
    if state.validation.round == 0:
        return "nothing was validated yet: that comes at the end of the run"
    return "the run does not wait for what is to become of unmet requirements"


def _about_task(state: RunState, command: ev.Retry | ev.Skip | ev.Cancel, task: str) -> str:
    busy = any(work.label == task for work in state.work.values())
    if isinstance(command, ev.Cancel) and busy:
        return ""
    if task not in state.tasks:
        return f"there is no task {task}"
    progress = state.tasks[task]
    busy = busy or progress.state in {"running", "integrating"}
    match command:
        case ev.Cancel():
            return f"{task} is not running"
        case ev.Retry() if progress.state == "halted":
            return f"{task} {progress.reason}: retry that one"
        case ev.Retry():
            return "" if progress.state in {"failed", "skipped"} else f"{task} is {progress.state}"
        case ev.Skip():
            open_ = progress.state in {"pending", "ready", "failed", "halted"}
            hint = "; cancel it first" if busy else ""
            return "" if open_ else f"{task} is {progress.state}{hint}"


def _about_undoing(state: RunState, command: ev.Undo | ev.SetAside, task: str) -> str:
    if state.isolation == "shared":
        return "agents share the one tree: there is no commit to revert"
    if task not in state.tasks:
        return f"there is no task {task}"
    progress = state.tasks[task]
    if progress.state != "done" or not progress.commit:
        return f"{task} is {progress.state}: nothing of it was integrated in this run"
    if isinstance(command, ev.Undo) and (busy := working_on(state, task)):
        return f"{', '.join(busy)} need {task} and are at work: cancel them first"
    if isinstance(command, ev.Undo) and not command.dependents and (later := built_on(state, task)):
        return f"{', '.join(later)} need {task} and are done: undo them with it (--dependents)"
    return ""


def _about_answer(state: RunState, request: str, option: str) -> str:
    asked = state.asked.get(request)
    if asked is None:
        return f"nothing called {request} is asked"
    return "" if option in asked.options else f"answer {' or '.join(asked.options)}"


def built_on(state: RunState, task: str) -> list[str]:
    """The finished tasks that need `task`, directly or not, the barrier between phases apart."""
    return [
        name
        for name in _dependents(state, task)
        if state.tasks[name].state == "done" and state.tasks[name].commit
    ]


def working_on(state: RunState, task: str) -> list[str]:
    """The tasks at work that need `task` in the same way."""
    busy = {work.task for work in state.work.values() if not work.gone}
    return [name for name in _dependents(state, task) if name in busy]


def _dependents(state: RunState, task: str) -> list[str]:
    dependents: dict[str, list[str]] = {}
    for other in state.by_id.values():
        for need in other.needs:
            dependents.setdefault(need.task, []).append(other.id)
    found, work = {task}, [task]
    while work:
        later = [name for name in dependents.get(work.pop(), []) if name not in found]
        found.update(later)
        work += later
    return [name for name in state.by_id if name in found - {task}]
