"""What viewers make of what agents say."""

from __future__ import annotations

from sixfold import events as ev
from sixfold.dashboard.feed import Feed


def test_thoughts_step_back_and_a_call_is_one_line_unless_it_fails() -> None:
    feed = Feed()
    said = [
        ev.Utterance("say", "hello"),
        ev.Utterance("think", "hm"),
        ev.Utterance("plan", "[x] one"),
        ev.Utterance("do", "run go test", "1"),
        ev.Utterance("did", "run go test", "1", "ok"),
        ev.Utterance("do", "edit a.go", "2", "+x"),
        ev.Utterance("error", "edit a.go: no", "2"),
    ]
    feed.take(ev.AgentOutput(slot=1, task="T001", attempt=1, lines=said))
    assert list(feed.said[1]) == [
        ("hello", "plain"),
        ("hm", "quiet"),
        ("[x] one", "quiet"),
        ("> run go test", "busy"),
        ("> edit a.go", "busy"),
        ("! edit a.go: no", "bad"),
    ]
