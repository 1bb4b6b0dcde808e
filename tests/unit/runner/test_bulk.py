"""Bulk on its way to viewers."""

from __future__ import annotations

from pathlib import Path

from sixfold import events as ev
from sixfold.masking import Masks
from sixfold.runner import bulk
from sixfold.runner.bulk import Bulk


def spoken(lines: list[bytes]) -> list[str]:
    """What the last message says."""
    message = ev.decode_message(lines[-1])
    assert isinstance(message, ev.AgentOutput)
    return [line.text for line in message.lines]


def test_what_waits_for_viewers_is_bounded_in_lines_and_characters(tmp_path: Path) -> None:
    sent: list[bytes] = []
    gathered = Bulk(sent.append, lambda: 1, Masks(), lambda *_: tmp_path / "said")
    gathered.begin(1, "T001", 1)
    gathered.say(1, [ev.Utterance("say", str(number)) for number in range(5000)])
    gathered.flush()
    assert spoken(sent) == [str(number) for number in range(5000 - bulk.MOST_LINES, 5000)]
    output = "x" * 8000
    gathered.say(1, [ev.Utterance("did", str(n), str(n), output) for n in range(1000)])
    ((_, tail),) = gathered.since({})
    assert spoken([tail])[-1] == "999"
    assert len(tail) < 1.1 * bulk.MOST_CHARACTERS


def test_an_utterance_of_before_is_read_without_what_is_new() -> None:
    old = b'{"type":"agent_output","slot":1,"task":"T001","attempt":1,"lines":[["say","hello"]]}'
    message = ev.decode_message(old)
    assert isinstance(message, ev.AgentOutput)
    assert message.lines == [ev.Utterance("say", "hello", "", "")]
