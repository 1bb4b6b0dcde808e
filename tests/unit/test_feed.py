"""What viewers make of what agents say."""

from __future__ import annotations

from sixfold import events as ev
from sixfold.dashboard.feed import Feed
from sixfold.dashboard.speech import Spoken


def test_thoughts_step_back_and_each_line_of_a_call_knows_the_call() -> None:
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
        Spoken("hello", "plain", by_agent=True),
        Spoken("hm", "thought", by_agent=True),
        Spoken("[x] one", "quiet", by_agent=True),
        Spoken("> run go test", "busy", "T001 1 1", by_agent=True),
        Spoken("✓ run go test", "busy", "T001 1 1", "ok", by_agent=True),
        Spoken("> edit a.go", "busy", "T001 1 2", "+x", by_agent=True),
        Spoken("✗ edit a.go: no", "bad", "T001 1 2", by_agent=True),
    ]
