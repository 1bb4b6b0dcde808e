"""Every key of the table, where it can be used: it reaches its action, and something comes of it.

A key without a scene here fails the first test. What exactly comes of each is tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.pilot import Pilot

from dashboard import gates
from dashboard.scripted import (
    APART,
    BEGIN,
    BLAMED,
    DIFF,
    FAILED,
    JUDGED,
    PLAN,
    RED,
    RUNNING,
    VALIDATING,
    WISH,
    Run,
    dashboard,
    say,
    seen,
    settle,
)
from dashboard.test_replay import replay
from sixfold import events as ev
from sixfold.dashboard import editor
from sixfold.dashboard.actions import ACTIONS
from sixfold.dashboard.app import Dashboard
from sixfold.link import Source

BROKEN = (*RUNNING, *FAILED)
TESTED = (*RUNNING, *gates.RED)
LONG = (*RUNNING, say(3, "T004", *[("say", f"line {n} of many") for n in range(60)]))
WORDY = (*RUNNING, say(3, "T004", ("say", "word after word " * 60)))
JUDGED_TWICE = (*BROKEN, *RED)
AGAIN = (
    *BROKEN,
    ev.TaskReopened(task="T004"),
    ev.TaskStarted(task="T004", slot=3, attempt=2, agent="mine"),
)
PLANNED = (*RUNNING, say(3, "T004", ("plan", "1/2 read\n✓ look\n· read")))


@dataclass(frozen=True)
class Scene:
    """Where a key is pressed: what the run said, and the keys before it."""

    messages: tuple[ev.Message, ...] = RUNNING
    before: str = ""
    key: str = ""
    """The first of the action's own where it is empty."""
    made: Callable[[Scene], Dashboard] | None = None


def _played(_: Scene) -> Dashboard:
    return Dashboard(replay())


def _planned(_: Scene) -> Dashboard:
    async def start() -> Source:
        return Run()

    return dashboard(None, plan=PLAN, start=start)


def _changed(scene: Scene) -> Dashboard:
    def answer(command: ev.AnyCommand) -> ev.Answer:
        return ev.Answer(id=command.id, accepted=True, text=DIFF)

    return dashboard(Run(*scene.messages, answering=answer))


def replayed(before: str = "") -> Scene:
    return Scene(before=f"space {before}".strip(), made=_played)


SLOT = "3 3"
TREE = "tab tab"
SCENES: dict[str, Scene] = {
    "play": Scene(made=_played),
    "seek(-1)": replayed("right"),
    "seek(1)": replayed(),
    "seek_event(False)": replayed("right"),
    "seek_event(True)": replayed(),
    "seek_edge(False)": replayed("right"),
    "seek_edge(True)": replayed(),
    "pace(2.0)": replayed(),
    "pace(0.5)": replayed(),
    "start": Scene(made=_planned),
    **{
        name: Scene((*APART, WISH)) for name in ("allow", "allow_always", "reject", "reject_always")
    },
    "pause": Scene(),
    "hold": Scene(),
    "retry": Scene(BROKEN),
    "retry_with": Scene(BROKEN),
    "rerun": Scene(TESTED, f"{TREE} j j j j"),
    "rerun_failed": Scene(TESTED, TREE),
    "rerun_package": Scene(TESTED, f"{TREE} j j"),
    "tell": Scene(before="3"),
    "cancel": Scene(before="3"),
    "skip": Scene(BROKEN),
    "gate": Scene(),
    "revalidate": Scene((*BEGIN, *VALIDATING, *JUDGED)),
    "undo": Scene(APART, "home j"),
    "set_aside": Scene((*APART, *BLAMED)),
    "edit": Scene(TESTED, f"{TREE} j j"),
    "fold(False)": Scene(),
    "fold(True)": Scene(before="h"),
    "details": Scene(before="j"),
    "zoom": Scene(before="3"),
    "diff": Scene(made=_changed),
    "go_to_file(1)": Scene(before="d", made=_changed),
    "go_to_file(-1)": Scene(before="d right_square_bracket right_square_bracket", made=_changed),
    "find": Scene(before=SLOT),
    "find_next(True)": Scene(LONG, f"{SLOT} slash o f enter"),
    "find_next(False)": Scene(LONG, f"{SLOT} slash o f enter"),
    "follow": Scene(LONG, SLOT),
    "go_to_attempt(-1)": Scene(AGAIN, "home j j j j j enter tab tab"),
    "go_to_attempt(1)": Scene(AGAIN, "home j j j j j enter tab tab h"),
    "wrap": Scene(WORDY, SLOT),
    "copy": Scene(LONG, f"{SLOT} k"),
    "steps": Scene(PLANNED, SLOT),
    "plan": Scene(),
    "timeline": Scene(),
    "step_bar(-1)": Scene(JUDGED_TWICE, "T"),
    "step_bar(1)": Scene(JUDGED_TWICE, "T left"),
    "closer(True)": Scene(before="T"),
    "closer(False)": Scene(before="T plus plus"),
    "whole": Scene(before="T plus plus"),
    "go_to_failed": Scene(BROKEN),
    "go_to_running": Scene(),
    "fold_all": Scene(),
    "inbox": Scene(BROKEN),
    "alarm": Scene(),
    "messages": Scene(),
    "go_round(1)": Scene(),
    "go_round(-1)": Scene(),
    **{f"slot({n})": Scene() for n in range(1, 7)},
    "step(1)": Scene(),
    "step(-1)": Scene(before="j"),
    "step_page(1)": Scene(),
    "step_page(-1)": Scene(before="end"),
    "step_to_edge(False)": Scene(before="end"),
    "step_to_edge(True)": Scene(),
    "back": Scene(before="M"),
    "help": Scene(),
    "leave": Scene(),
}
QUIET = {"copy"}
"""What they do is on no screen."""


def test_every_key_of_the_table_has_a_scene() -> None:
    assert set(SCENES) == {action.id for action in ACTIONS}


@pytest.mark.parametrize("id_", SCENES)
async def test_a_key_reaches_its_action_and_something_comes_of_it(
    id_: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(editor, "copy_of", lambda *_: tmp_path / "a.go")
    scene = SCENES[id_]
    action = next(one for one in ACTIONS if one.id == id_)
    app = scene.made(scene) if scene.made else dashboard(Run(*scene.messages))
    done: list[str] = []
    async with app.run_test(size=(160, 48), notifications=True) as pilot:
        await settle(pilot, app.source if isinstance(app.source, Run) else None)
        for key in scene.before.split():
            await pilot.press(key)
            await settle(pilot)
        _spy(app, done, monkeypatch)
        before = await _sight(pilot)
        await pilot.press(scene.key or action.keys.split(",")[0])
        await settle(pilot)
        assert action.name in done
        if id_ not in QUIET and app.is_running:
            assert await _sight(pilot) != before


def _spy(app: Dashboard, done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run = app.run_action

    async def spied(action: object, *rest: object, **named: object) -> bool:
        did = await run(action, *rest, **named)  # type: ignore[arg-type] # as it came
        if did:
            done.append(str(action))
        return did

    monkeypatch.setattr(app, "run_action", spied)


async def _sight(pilot: Pilot[None]) -> tuple[object, ...]:
    """All that may come of a key: what is seen and where one is, and what the run was asked."""
    app = await settle(pilot)
    asked = len(app.source.asked) if isinstance(app.source, Run) else 0
    focus = app.focused and app.focused.id
    toasts = [one.message for one in app._notifications]
    return seen(app), len(app.screen_stack), focus, asked, toasts
