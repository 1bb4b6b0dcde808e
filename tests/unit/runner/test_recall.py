"""A finished run is watched as it was: what was said belongs to what began it."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sixfold import events as ev
from sixfold.masking import Masks
from sixfold.runner import recall
from sixfold.runner.archive import Archive
from sixfold.runner.bulk import APART, Bulk
from sixfold.runner.recall import Recall
from sixfold.runner.store import Store
from sixfold.runner.turns import transcript


def test_transcripts_belong_to_the_events_that_began_them(tmp_path: Path) -> None:
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
    recall = Recall(folder, events)
    ((said, at),), ((printed, _),) = recall(events[0]), recall(events[2])
    assert isinstance(said, ev.AgentOutput)
    assert said.lines == [ev.Utterance("say", "hello"), ev.Utterance("do", "edit a.go")]
    assert at is None
    assert isinstance(printed, ev.GateOutput)
    assert [line.text for line in printed.lines] == ["ok all"]
    assert [recall(events[place]) for place in (1, 3, 4)] == [[], [], []]


def test_what_was_said_is_recalled_with_its_time(tmp_path: Path) -> None:
    folder = Store(tmp_path).create()
    begun = ev.TaskStarted(task="T001", slot=2, attempt=1, agent="a")
    bulk = Bulk(lambda _: None, lambda: 1, Masks(), Archive(folder).said)
    bulk.begin(2, "T001", 1)
    before = datetime.now(UTC)
    bulk.say(2, [ev.Utterance("say", "one"), ev.Utterance("say", "two")])
    bulk.say(2, [ev.Utterance("say", "at once")])
    time.sleep(APART.total_seconds())
    bulk.say(2, [ev.Utterance("say", "later")])
    heard = Recall(folder, [begun])(begun)
    assert [
        [line.text for line in one.message.lines]
        for one in heard
        if isinstance(one.message, ev.AgentOutput)
    ] == [["one", "two", "at once"], ["later"]]
    assert [one.at for one in heard] == sorted(one.at or before for one in heard)
    assert heard[0].at
    assert heard[1].at
    assert heard[1].at - heard[0].at >= APART
    page = Archive(folder).answer(ev.Transcript(task="T001", attempt=1, slot=2))
    assert [line.text for line in page.said] == ["one", "two", "at once", "later"]


def test_a_gate_is_told_as_its_tests_ended(tmp_path: Path) -> None:
    folder = Store(tmp_path).create()
    begin = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    begun = ev.GateStarted(gate=1, cause="asked", command=["go"], at=begin)
    records = [
        {"Time": f"2026-11-22T13:00:0{second}.123456789+01:00", "Package": "a", **record}
        for second, record in (
            (1, {"Action": "start"}),
            (2, {"Action": "run", "Test": "TestOne"}),
            (2, {"Action": "output", "Test": "TestOne", "Output": "hello\n"}),
            (5, {"Action": "pass", "Test": "TestOne", "Elapsed": 3}),
            (6, {"Action": "pass", "Elapsed": 5}),
        )
    ]
    log = folder.transcripts / "gate-1.log"
    log.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    told = [
        (round((at - begin).total_seconds()), message.passed, len(message.running))
        for message, at in Recall(folder, [begun])(begun)
        if isinstance(message, ev.GateProgress) and at
    ]
    assert told == [(1, 0, 0), (2, 0, 1), (5, 1, 0), (6, 1, 0), (6, 1, 0)]


@pytest.mark.parametrize(
    "line",
    ['{"Action":"pass","Package":"a","Test":"TestOne"}', "ok all of it"],
    ids=["go", "plain"],
)
def test_a_gate_that_printed_very_much_says_what_is_not_shown_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(recall, "MOST_GATE_BYTES", 1000)
    folder = Store(tmp_path).create()
    begun = ev.GateStarted(gate=1, cause="asked", command=["go"])
    log = folder.transcripts / "gate-1.log"
    log.write_text(f"{line}\n" * ((5 << 19) // len(line)))
    first = next(one.message for one in Recall(folder, [begun])(begun))
    assert isinstance(first, ev.GateOutput)
    assert first.lines[0].text == f"… 2 MiB before this are not shown; all of it is in {log}"
