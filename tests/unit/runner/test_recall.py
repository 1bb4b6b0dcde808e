"""A finished run is watched as it was: what was said stands behind what began it."""

from pathlib import Path

from sixfold import events as ev
from sixfold.runner.recall import recall
from sixfold.runner.store import Store
from sixfold.runner.turns import transcript


def test_transcripts_stand_behind_the_events_that_began_them(tmp_path: Path) -> None:
    folder = Store(tmp_path).create()
    transcript(folder, "task", "T001", 1, 2).write_text('hello\n{"do": "edit a.go"}\n')
    (folder.transcripts / "gate-1.log").write_text("ok all\n")
    events: list[ev.AnyEvent] = [
        ev.TaskStarted(task="T001", slot=2, attempt=1, agent="a"),
        ev.TaskEnded(task="T001", slot=2, attempt=1, outcome="done"),
        ev.GateStarted(gate=1, cause="phase", phase=1, command=["true"]),
        ev.GateEnded(gate=1, cause="phase", phase=1, verdict="green"),
        ev.TaskStarted(task="T002", slot=2, attempt=1, agent="a"),
    ]
    heard = list(recall(folder, events))
    assert [type(message).__name__ for message in heard] == [
        "TaskStarted",
        "AgentOutput",
        "TaskEnded",
        "GateStarted",
        "GateOutput",
        "GateEnded",
        "TaskStarted",
    ]
    said, printed = heard[1], heard[4]
    assert isinstance(said, ev.AgentOutput)
    assert said.lines == [ev.Utterance("say", "hello"), ev.Utterance("do", "edit a.go")]
    assert isinstance(printed, ev.GateOutput)
    assert [line.text for line in printed.lines] == ["ok all"]
