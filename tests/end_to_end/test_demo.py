"""The demonstration is the main job, whole: real git, the real go toolchain, gates that go red."""

import asyncio
import json
import sys
from pathlib import Path
from subprocess import PIPE, Popen, check_output
from typing import Any

import msgspec

from repository import leftovers, of
from sixfold import events as ev
from sixfold.dashboard.replay import Replay
from sixfold.report.standing import as_json
from sixfold.runner.recall import Recall
from sixfold.runner.store import RunFolder, Store
from sixfold.state import fold


def demo(keep: Path) -> Popen[str]:
    words = ["demo", "--headless", "--json", "--speed", "20", "--keep", str(keep)]
    return Popen([sys.executable, "-m", "sixfold", *words], stdout=PIPE, stderr=PIPE, text=True)


def test_two_demos_at_once_go_red_are_fixed_and_end_green(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder, process in [(folder, demo(folder)) for folder in folders]:
        out, err = process.communicate(timeout=240)
        events = ev.decode_journal(out.encode().splitlines())
        assert process.returncode == 0, err
        check(folder, events)


def check(folder: Path, events: list[ev.AnyEvent]) -> None:
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert isinstance(events[-1], ev.RunEnded)
    assert events[-1].outcome == "finished"
    plan = of(events, ev.PlanLoaded)[0].plan
    assert len(plan.tasks) >= 16
    assert len(plan.phases) == 5
    assert len({phase.story for phase in plan.phases} - {None}) == 2
    gates = of(events, ev.GateEnded)
    red = [number for number, gate in enumerate(gates) if gate.verdict == "red"]
    assert len(red) >= 2
    assert all(gates[number + 1].verdict == "green" for number in red)
    failures = [failure for number in red for failure in gates[number].failures]
    assert {failure.kind for failure in failures} == {"race", "fail"}
    (race, *_) = [failure for failure in failures if failure.kind == "race"]
    assert race.output.count("goroutine") >= 2, "a race is one block with both stacks"
    text = (folder / plan.tasks_file).read_text()
    assert text.count("- [X]") == len(plan.tasks)
    assert "- [ ]" not in text
    info = json.loads((folder / "artifacts/implement_info").read_text())
    assert info["outcome"] == "finished"
    run = Store(folder).find()
    assert run
    assert leftovers(run.id) == []
    same_everywhere(folder, run, events)


def same_everywhere(folder: Path, run: RunFolder, told: list[ev.AnyEvent]) -> None:
    """What the runner told folds to what every reader of its journal says."""
    assert run.events() == told
    state = fold(told)
    replay = Replay(run.events(), recall=Recall(run, run.events()))
    replay.go_to(replay.length)
    assert fold(asyncio.run(events_heard(replay))) == state
    status, report = (said(folder, word, "--json") for word in ("status", "report"))
    assert json.loads(msgspec.json.encode(as_json(state, live=False))) == status
    assert report["state"] == status
    info = json.loads((folder / "artifacts/implement_info").read_text())
    assert (report["counts"], report["commits"]) == (info["counts"], info["commits"])
    assert report["usage"] == info["usage"]


async def events_heard(replay: Replay) -> list[ev.AnyEvent]:
    batch = await anext(replay.messages())
    return [message for message in batch if isinstance(message, ev.Event)]


def said(folder: Path, *words: str) -> Any:
    return json.loads(check_output([sys.executable, "-m", "sixfold", *words], cwd=folder))
