"""A model that does as it is told: answers real agents on loopback, as two providers do.

`python model_server.py SCRIPT LOG` prints its port and serves until its stdin ends. SCRIPT is JSON,
`[{"when": "# Task T001", "moves": [...], "limits": 0}, ...]`. The last prompt of a conversation in
which a `when` stands decides whose moves are made, one for each answer; then the turn ends. Moves:

    {"write": FILE, "text": ...}   with the agent's own tool; RESULT: the prompt's result file
    {"run": COMMAND}               in the agent's shell; with "escalate": outside of its sandbox

The first `limits` requests of a conversation are answered with 429. What was asked is in LOG, one
JSON object a line: `at`, and `when` and `answer` (write, run, end, 429), or `stray`: a request that
no model answers.

Which move is next is told by how many tools have answered since the prompt, not remembered: agents
may ask several at once, ask again, and go on in sessions of before.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Said = tuple[str, str]
"""Whose word it is, `prompt` or `tool`, and its text."""
BEFORE = "I will do as the task says.\n"
AFTER = "Done: the task is complete.\n"
INPUT, OUTPUT = 1200, 34
"""Tokens of each answer."""


class Script:
    """Who is to do what."""

    def __init__(self, scenes: Sequence[Json], log: Path) -> None:
        self._scenes, self._log = scenes, log
        self._limited: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, said: Sequence[Said]) -> Json | None:
        """The next move, `{}` at the end; None: the provider takes no more for now."""
        scene, prompt, done = self._scene(said)
        moves = scene["moves"]
        move = dict(moves[done]) if done < len(moves) else {}
        if move.get("write") == "RESULT":
            found = re.search(r"result file: (\S+)", prompt)
            move["write"] = found[1] if found else "no-result-file-in-the-prompt"
        with self._lock:
            limited = self._limited[scene["when"]] < scene.get("limits", 0)
            self._limited[scene["when"]] += limited
        kind = next((kind for kind in ("write", "run") if kind in move), "end")
        self.note(when=scene["when"], answer="429" if limited else kind)
        return None if limited else move

    def note(self, **fields: Any) -> None:
        """A line of the log."""
        line = json.dumps({"at": time.time(), **fields})
        with self._lock, self._log.open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")

    def _scene(self, said: Sequence[Said]) -> tuple[Json, str, int]:
        done = 0
        for whose, text in reversed(said):
            if whose == "tool":
                done += 1
                continue
            for scene in self._scenes:
                if scene["when"] in text:
                    return scene, text, done
        return {"when": "", "moves": []}, "", 0


def openai_said(request: Mapping[str, Any]) -> list[Said]:
    """What was said so far, in a request for `/responses`."""
    said: list[Said] = []
    for item in request["input"]:
        kind = item.get("type", "message")
        if kind.endswith("_call_output"):
            said.append(("tool", ""))
        elif kind == "message" and item["role"] == "user":
            said.append(("prompt", "".join(part.get("text", "") for part in item["content"])))
    return said


def openai_answer(move: Json, name: str) -> Iterator[Json]:
    """The events of an answer of `/responses`: a message, and the call that makes the move."""
    text = BEFORE if move else AFTER
    message = {"type": "message", "role": "assistant", "id": f"msg_{name}", "content": []}
    yield {"type": "response.created", "response": {"id": f"resp_{name}"}}
    yield {"type": "response.output_item.added", "output_index": 0, "item": message}
    for word in re.findall(r"\S+\s*", text):
        yield {"type": "response.output_text.delta", "item_id": message["id"], "delta": word}
    whole = {**message, "content": [{"type": "output_text", "text": text}]}
    yield {"type": "response.output_item.done", "output_index": 0, "item": whole}
    if move:
        arguments = json.dumps(_codex_arguments(move))
        call = {"type": "function_call", "name": "exec_command", "call_id": f"call_{name}"}
        item = {**call, "arguments": arguments}
        yield {"type": "response.output_item.done", "output_index": 1, "item": item}
    usage = {
        "input_tokens": INPUT,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": OUTPUT,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": INPUT + OUTPUT,
    }
    yield {"type": "response.completed", "response": {"id": f"resp_{name}", "usage": usage}}


def _codex_arguments(move: Json) -> Json:
    """Codex writes files with a patch, told to its shell."""
    if "run" in move:
        asked = {"sandbox_permissions": "require_escalated", "justification": "May I?"}
        return {"cmd": move["run"], **(asked if move.get("escalate") else {})}
    lines = "".join(f"+{line}\n" for line in move["text"].splitlines())
    patch = f"*** Begin Patch\n*** Add File: {move['write']}\n{lines}*** End Patch\n"
    return {"cmd": f"apply_patch <<'EOF'\n{patch}EOF\n"}


def gemini_said(request: Mapping[str, Any]) -> list[Said]:
    """What was said so far, in a request for `:streamGenerateContent`."""
    said: list[Said] = []
    for content in request["contents"]:
        for part in content["parts"]:
            if "functionResponse" in part:
                said.append(("tool", ""))
            elif content["role"] == "user":
                said.append(("prompt", part.get("text", "")))
    return said


def gemini_answer(move: Json, name: str) -> Iterator[Json]:
    """The pieces of an answer of `:streamGenerateContent`."""
    for word in re.findall(r"\S+\s*", BEFORE if move else AFTER):
        yield _gemini_piece({"text": word})
    if "write" in move:
        arguments = {"file_path": move["write"], "content": move["text"]}
        call: Json = {"name": "write_file", "args": arguments, "id": f"call_{name}"}
        yield _gemini_piece({"functionCall": call})
    elif move:
        call = {"name": "run_shell_command", "args": {"command": move["run"]}, "id": f"call_{name}"}
        yield _gemini_piece({"functionCall": call})
    yield _gemini_piece({"text": ""}, finishReason="STOP")


def _gemini_piece(part: Json, **more: Any) -> Json:
    counts = {"promptTokenCount": INPUT, "candidatesTokenCount": OUTPUT}
    usage = {**counts, "totalTokenCount": INPUT + OUTPUT}
    content = {"role": "model", "parts": [part]}
    return {"candidates": [{"content": content, "index": 0, **more}], "usageMetadata": usage}


GEMINI_CHOICE = {"complexity_reasoning": "short", "complexity_score": 10}
"""What its router wants to know before the first answer."""


class Handler(BaseHTTPRequestHandler):
    """One request of an agent."""

    protocol_version = "HTTP/1.1"
    script: Script
    _names = iter(range(10**9))

    def do_GET(self) -> None:
        """Nothing is to be had."""
        self._stray()

    def do_POST(self) -> None:
        """An answer of the model that the path asks for."""
        size = int(self.headers.get("Content-Length", 0))
        request = json.loads(self.rfile.read(size) or b"{}")
        if self.path.endswith("/responses"):
            self._answer(self.script.answer(openai_said(request)), openai_answer)
        elif ":streamGenerateContent" in self.path:
            self._answer(self.script.answer(gemini_said(request)), gemini_answer)
        elif self.path.endswith(":generateContent"):
            self._whole(
                200, _gemini_piece({"text": json.dumps(GEMINI_CHOICE)}, finishReason="STOP")
            )
        else:
            self._stray()

    def _answer(self, move: Json | None, answer: Any) -> None:
        if move is None:
            error = {"code": 429, "type": "rate_limit", "message": "Too many requests: wait"}
            self._whole(429, {"error": {**error, "status": "RESOURCE_EXHAUSTED"}})
            return
        self._stream(answer(move, str(next(self._names))))

    def _stream(self, events: Iterable[Json]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for event in events:
            kind = f"event: {event['type']}\n" if "type" in event else ""
            self.wfile.write(f"{kind}data: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()
        self.close_connection = True

    def _whole(self, status: int, body: Json) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _stray(self) -> None:
        self.script.note(stray=f"{self.command} {self.path}")
        self._whole(404, {"error": {"message": "nobody is here"}})

    def log_message(self, *_: object) -> None:
        """The script keeps a log."""


def main() -> None:
    """Serve until stdin ends."""
    scenes = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Handler.script = Script(scenes, Path(sys.argv[2]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
