"""An agent for tests: speaks the Agent Client Protocol on stdio, as a script tells it.

`python acp_agent.py SCRIPT` reads a JSON object: `steps` of its one turn, `ignore` (any of cancel,
eof, term), `version`, `session` (what session/new answers beside the id), `able` (what it says it
is able to), `refuse` (method -> the error that answers it), `later` (steps of every prompt but the
first, or of all in a session of before), `past` (what it tells again of such a session), and
`prompt`, an answer that stands in for the usual end, `last`, steps of a turn that was cancelled,
before it ends. Steps, one key each:

    say, think            a piece of a message or a thought; say {"pieces": [...], "every": seconds}
    update                any session update, raw
    print, noise          a raw line on stdout; so many bytes on stderr
    big                   a message of so many bytes in one frame
    flood                 so many pieces of a message, numbered
    stream                the same at a pace: {"rate": pieces a second, "seconds": ...}
    ask                   a permission request; what was answered is said
    pose                  a permission request; nobody waits for the answer
    request               any other request to the client; its error code is said
    write, result         a file ($NAME in its path is filled in); JSON for SIXFOLD_RESULT
    run                   a shell command; what it prints is said
    child                 a process in a session of its own that sleeps so many seconds
    wait                  so many seconds, or until the turn is cancelled
    until                 so many seconds, or until it is cancelled, and goes on as if it were not
    die                   by this signal, or {"code": exit code}
    close                 stdout, and stay

`python acp_agent.py --replay RECORDING` plays the agent's side of a recorded conversation.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Message = dict[str, Any]
SESSION = "session-1"


def send(**message: Any) -> None:
    """A message to the client."""
    raw({"jsonrpc": "2.0", **message})


def raw(message: object) -> None:
    """One line on stdout."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def update(kind: str, **fields: Any) -> None:
    """A session update."""
    params = {"sessionId": SESSION, "update": {"sessionUpdate": kind, **fields}}
    send(method="session/update", params=params)


def say(text: str) -> None:
    """A piece of a message."""
    update("agent_message_chunk", content={"type": "text", "text": text})


class CancelledError(Exception):
    """The client cancelled the turn."""


class Player:
    """Plays a script to whoever talks to it."""

    def __init__(self, script: Mapping[str, Any]) -> None:
        self._script = script
        self._ignore = set(script.get("ignore", []))
        self._messages: queue.Queue[Message | None] = queue.Queue()
        self._answers: queue.Queue[Message] = queue.Queue()
        self._cancelled = threading.Event()
        self._prompts = 0
        if "term" in self._ignore:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def play(self) -> None:
        """Answer until end of file."""
        threading.Thread(target=self._listen, daemon=True).start()
        while message := self._messages.get():
            self._answer(message)
        if "eof" in self._ignore:
            time.sleep(600)

    def _listen(self) -> None:
        for line in sys.stdin:
            message = json.loads(line)
            if message.get("method") == "session/cancel":
                if "cancel" not in self._ignore:
                    self._cancelled.set()
            elif "method" in message:
                self._messages.put(message)
            else:
                self._answers.put(message)
        self._messages.put(None)

    def _answer(self, message: Message) -> None:
        if error := self._script.get("refuse", {}).get(message["method"]):
            send(id=message["id"], error=error)
            return
        match message["method"]:
            case "initialize":
                able = self._script.get("able", {})
                result = {
                    "protocolVersion": self._script.get("version", 1),
                    "agentCapabilities": able,
                }
            case "session/load" | "session/resume":
                for text in self._script.get("past", []):
                    say(text)
                self._prompts = 1
                result = {}
            case "session/new":
                result = {"sessionId": SESSION, **self._script.get("session", {})}
            case "session/prompt":
                if self._prompts or "later" in self._script:
                    say(f"told {message['params']['prompt'][0]['text'].strip()}\n")
                send(id=message["id"], **self._turn())
                self._prompts += 1
                return
            case method:
                say(f"{method} {json.dumps(message['params'])}\n")
                result = {}
        send(id=message["id"], result=result)

    def _turn(self) -> Message:
        try:
            self._perform("later" if self._prompts else "steps")
        except CancelledError:
            self._perform("last")
            return {"result": {"stopReason": "cancelled"}}
        usual = {"result": {"stopReason": "end_turn", "usage": {"outputTokens": 1}}}
        return dict(self._script.get("prompt", usual))

    def _perform(self, steps: str) -> None:
        for step in self._script.get(steps, []):
            ((name, value),) = step.items()
            getattr(self, name)(value)

    def say(self, value: Any) -> None:
        pieces = [value] if isinstance(value, str) else value["pieces"]
        for piece in pieces:
            say(piece)
            self.wait(0 if isinstance(value, str) else value["every"])

    def think(self, text: str) -> None:
        update("agent_thought_chunk", content={"type": "text", "text": text})

    def update(self, value: Message) -> None:
        params = {"sessionId": SESSION, "update": value}
        send(method="session/update", params=params)

    def print(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def noise(self, size: int) -> None:
        os.write(2, b"x" * size + b"\nlast words\n")

    def big(self, size: int) -> None:
        say("x" * size + "\n")

    def flood(self, count: int) -> None:
        for number in range(count):
            say(f"{number}\n")

    def stream(self, pace: Mapping[str, float]) -> None:
        begun, rate = time.monotonic(), pace["rate"]
        for number in range(int(rate * pace["seconds"])):
            if (early := begun + number / rate - time.monotonic()) > 0.005:
                time.sleep(early)
            say(f"{number}\n")

    def pose(self, params: Message) -> None:
        send(id=7, method="session/request_permission", params={"sessionId": SESSION, **params})

    def ask(self, params: Message) -> None:
        self.pose(params)
        answer = self._answers.get()
        say(f"outcome {json.dumps(answer.get('result', {}).get('outcome'))}\n")

    def request(self, method: str) -> None:
        send(id=8, method=method, params={"sessionId": SESSION})
        say(f"error {self._answers.get()['error']['code']}\n")

    def write(self, file: Mapping[str, str]) -> None:
        Path(os.path.expandvars(file["path"])).write_text(file["text"], encoding="utf-8")

    def result(self, value: Message) -> None:
        Path(os.environ["SIXFOLD_RESULT"]).write_text(json.dumps(value), encoding="utf-8")

    def run(self, command: str) -> None:
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
        say(f"{done.stdout}{done.stderr}\n")

    def child(self, seconds: int) -> None:
        subprocess.Popen(["sleep", str(seconds)], start_new_session=True)

    def wait(self, seconds: float) -> None:
        if self._cancelled.wait(seconds):
            raise CancelledError

    def until(self, seconds: float) -> None:
        self._cancelled.wait(seconds)

    def die(self, how: Any) -> None:
        if isinstance(how, int):
            os.kill(os.getpid(), how)
        os._exit(how["code"])

    def close(self, seconds: float) -> None:
        os.close(1)
        time.sleep(seconds)


class Replay:
    """The agent's side of a recording: what it sent after each message of the client's."""

    def __init__(self, recording: Path) -> None:
        self._parts: list[tuple[Message, list[Message]]] = []
        for line in recording.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if entry["dir"] == "->":
                self._parts.append((entry["msg"], []))
            elif entry["dir"] == "<-" and self._parts:
                self._parts[-1][1].append(entry["msg"])
        places = [said["params"].get("cwd") for said, _ in self._parts if "params" in said]
        self._cwd = next(place for place in places if place)
        self._ids: dict[int, Any] = {}

    def play(self) -> None:
        """Answer each message as its like was answered."""
        for line in sys.stdin:
            message = json.loads(line)
            for number, (said, answers) in enumerate(self._parts):
                if said.get("method") == message.get("method"):
                    del self._parts[: number + 1]
                    if "method" in message and "id" in message:
                        self._ids[said["id"]] = message["id"]
                    for answer in answers:
                        self._send(answer)
                    break

    def _send(self, answer: Message) -> None:
        if "method" not in answer:
            if answer["id"] not in self._ids:
                return
            answer = {**answer, "id": self._ids[answer["id"]]}
        raw(json.loads(json.dumps(answer).replace(self._cwd, str(Path.cwd()))))


if __name__ == "__main__":
    if sys.argv[1] == "--replay":
        Replay(Path(sys.argv[2])).play()
    else:
        Player(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).play()
