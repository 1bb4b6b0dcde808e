"""What is no event, what is too long, and ends that no stream tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from client import Ear
from headless import CWD, RECORDINGS, Event, Heard, heard, lines
from sixfold.agents import pipes
from sixfold.agents.agent import TurnEnd
from sixfold.agents.formats.known import FORMATS
from sixfold.agents.formats.stream import Stream
from sixfold.agents.totals import Totals

ENDS: dict[str, Event] = {
    "claude": {"type": "result", "subtype": "success", "is_error": False},
    "codex": {"type": "turn.completed"},
    "gemini": {"type": "result", "status": "success"},
    "opencode": {"type": "step_finish", "part": {"reason": "stop"}},
}
NAMES = sorted(ENDS)


@pytest.mark.parametrize("name", NAMES)
def test_lines_that_are_no_events_are_notes_and_change_nothing(name: str) -> None:
    turn = heard(
        name,
        "Warning: no colours",
        "",
        "{broken",
        '"a text"',
        '{"no": "type"}',
        "[" * 200_000,
        {"type": "of tomorrow", "message": 3},
        ENDS[name],
        err="noise\n\n",
    )
    assert turn.end == TurnEnd(ok=True)
    notes = turn.said("note")
    assert notes[:4] == ["Warning: no colours", "{broken", '"a text"', '{"no": "type"}']
    assert len(notes[4]) == 4000
    assert notes[5:] == ["noise"]


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("claude", {"type": "assistant", "message": {"content": [3]}}),
        ("codex", {"type": "item.completed", "item": {"type": "agent_message", "text": []}}),
        ("gemini", {"type": "message", "role": "assistant", "content": {}}),
        ("opencode", {"type": "text", "part": {"text": 1}}),
    ],
)
def test_an_event_that_is_not_as_agreed_is_told(name: str, event: Event) -> None:
    turn = heard(name, event, ENDS[name])
    assert turn.end.ok
    assert turn.said("note")[0].startswith("an event that is not as agreed: Expected")


@pytest.mark.parametrize("name", NAMES)
def test_a_line_without_end_is_skipped(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipes, "LONGEST_FRAME", 1 << 20)
    turn = Heard(name, b"x" * (3 << 20) + b"\n" + lines([ENDS[name]]))
    assert turn.end.ok
    assert turn.said("note") == ["(a line of more than 1 MiB)"]


def test_a_text_of_megabytes_is_heard_in_part() -> None:
    text = "line\n" * 1_000_000
    event = {"type": "item.completed", "item": {"type": "agent_message", "text": text}}
    turn = heard("codex", event, ENDS["codex"])
    assert turn.end.ok
    assert len(turn.said("say")) == 20_000


def test_half_of_a_surrogate_pair_spoils_nothing() -> None:
    line = '{"type":"message","role":"assistant","content":"a\\ud83d","delta":false}'
    turn = heard("gemini", line, ENDS["gemini"])
    assert turn.end.ok
    assert turn.said("say") == ["a\ufffd"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("err", "code", "reason"),
    [
        ("", 0, "it printed no event of its format; see Formats in docs/config.md"),
        ("", -9, "killed by signal 9 in mid-turn"),
        ("", 3, "it ended in mid-turn with exit code 3"),
        ("bye\n", 3, "it ended in mid-turn with exit code 3: bye"),
        (
            "\x1b[91m\x1b[1mError: \x1b[0mSession not found\n   at a.js\n",
            1,
            "it ended in mid-turn with exit code 1: Error: Session not found",
        ),
        (
            "error: unexpected argument '--x'\n\nUsage: x\n",
            2,
            "it ended in mid-turn with exit code 2: error: unexpected argument '--x'",
        ),
    ],
)
def test_a_stream_that_tells_no_end_is_a_failure(
    name: str, err: str, code: int, reason: str
) -> None:
    turn = heard(name, err=err, code=code)
    assert turn.end == TurnEnd(ok=False, reason=reason)
    assert turn.stream.refused


@pytest.mark.parametrize("name", NAMES)
def test_a_good_end_is_believed_before_the_exit_code(name: str) -> None:
    turn = heard(name, ENDS[name], code=1, err="Error: 429\n")
    assert turn.end == TurnEnd(ok=True)
    assert not turn.stream.refused


def test_a_last_line_without_a_newline_counts() -> None:
    assert Heard("codex", json.dumps(ENDS["codex"]).encode()).end.ok


@pytest.mark.parametrize("name", ["--yolo", "a b", "", "x" * 300, "a\nb"])
def test_a_session_that_could_be_taken_for_an_option_is_none(name: str) -> None:
    turn = heard("codex", {"type": "thread.started", "thread_id": name}, ENDS["codex"])
    assert turn.ear.sessions == []


def test_a_session_that_cannot_go_on_is_not_made_known() -> None:
    ear = Ear()
    stream = Stream(FORMATS["codex"](CWD), ear, Totals(), resumes=False)
    stream.out(lines([{"type": "thread.started", "thread_id": "t-1"}, ENDS["codex"]]))
    assert stream.ended
    assert ear.sessions == []


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.jsonl")), ids=lambda path: path.stem)
@pytest.mark.parametrize("name", NAMES)
def test_no_recording_cut_anywhere_and_read_as_anything_is_too_much(path: Path, name: str) -> None:
    data = path.read_bytes()
    for cut in range(0, len(data), max(len(data) // 40, 1)):
        Heard(name, data[:cut], code=1)
