"""One feature, implemented by six of one agent: set up, run, and judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import psutil
import yaml

from agents import feature
from agents.judge import Seen
from agents.makers import MAKERS
from agents.nowhere import Foreign
from sixfold import events as ev
from speckit import INIT, SpecKitRepository

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
SECONDS = 600
ASKED = b'"method":"session/request_permission"'
FAILED = b'"status":"failed"'


def run(name: str, folder: Path, scratch: Path) -> Seen:
    """Have six of the agent called `name` implement the feature, all in `folder`."""
    stage = Stage(name, folder, scratch)
    with stage.model() as port:
        stage.furnish(port)
        print(f"{name}: {stage.doctor()}", flush=True)
        began = time.monotonic()
        with Memory() as memory, Foreign() as foreign:
            code, events = stage.sixfold()
        seconds = time.monotonic() - began
    return Seen(
        code=code,
        events=events,
        requests=stage.requests,
        asked=stage.count(ASKED),
        failed=stage.count(FAILED),
        left=stage.left,
        foreign=sorted(foreign.addresses),
        seconds=seconds,
        memory=memory.most,
    )


class Stage:
    """A folder with a home, a repository and a model of its own."""

    def __init__(self, name: str, folder: Path, scratch: Path) -> None:
        self.name, self._scratch = name, scratch
        self.home, self._script, self.log = folder / "home", folder / "script.json", folder / "log"
        self.err = folder / "stderr"
        self.repository = SpecKitRepository(folder / "repository")
        self.env: dict[str, str] = {}

    @contextmanager
    def model(self) -> Iterator[int]:
        """The model server's port, while it serves."""
        self._script.write_text(json.dumps(feature.scenes()), encoding="utf-8")
        command = [sys.executable, str(HERE / "model_server.py"), str(self._script), str(self.log)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:
            assert server.stdin
            assert server.stdout
            try:
                yield int(server.stdout.readline())
            finally:
                server.stdin.close()

    def furnish(self, port: int) -> None:
        """The home of the agent, its environment, and the repository."""
        maker = MAKERS[self.name]
        for name, text in maker.files.items():
            file = self.home / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("PORT", str(port)), encoding="utf-8")
        path = [self._scratch / "node_modules/.bin", BIN, *os.environ["PATH"].split(":")]
        self.env = {
            "HOME": str(self.home),
            "PATH": ":".join(map(str, path)),
            "LANG": "C.UTF-8",
            "GOCACHE": str(self._scratch / "go-build"),
            "GOPROXY": "off",
            **{key: value.replace("PORT", str(port)) for key, value in maker.env.items()},
        }
        self._specify()

    def _specify(self) -> None:
        repository = self.repository
        repository.root.mkdir()
        repository.run("git", "init", "--quiet", "--initial-branch", "main")
        repository.run("git", "config", "user.name", "A")
        repository.run("git", "config", "user.email", "a@example.com")
        repository.run(str(BIN / "specify"), *INIT)
        repository.create_feature("words")
        place = "specs/001-words"
        documents = {"spec": feature.SPEC, "plan": feature.PLAN, "tasks": feature.TASKS}
        for name, text in documents.items():
            repository.write(f"{place}/{name}.md", text)
        repository.write("sixfold.yaml", yaml.safe_dump({"agents": {"default": self.name}}))
        repository.commit()

    def doctor(self) -> str:
        """What `sixfold doctor --agents` says of the agent."""
        command = [str(BIN / "sixfold"), "doctor", "--agents"]
        done = subprocess.run(
            command,
            cwd=self.repository.root,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = (line for line in done.stdout.splitlines() if f"  {self.name} " in line)
        return next(lines, done.stdout + done.stderr)

    def sixfold(self) -> tuple[int, list[ev.AnyEvent]]:
        """`sixfold run --headless --json` to its end: exit code and events."""
        with self.err.open("wb") as err:
            done = subprocess.run(
                [str(BIN / "sixfold"), "run", "--headless", "--json"],
                cwd=self.repository.root,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=err,
                timeout=SECONDS,
                check=False,
            )
        return done.returncode, ev.decode_journal(done.stdout.splitlines())

    def count(self, sign: bytes) -> int:
        """How often the agents said it."""
        logs = self.repository.root.glob(".sixfold/runs/*/transcripts/*.log")
        return sum(log.read_bytes().count(sign) for log in logs)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What the model was asked."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    @property
    def left(self) -> list[str]:
        """Processes that share our network or have the agent's HOME."""
        found = (one for one in psutil.process_iter() if one.pid != os.getpid())
        return [f"{one.pid} {one.name()}" for one in found if self._of_ours(one.pid)]

    def _of_ours(self, pid: int) -> bool:
        with suppress(OSError):
            if Path(f"/proc/{pid}/ns/net").readlink() == Path("/proc/self/ns/net").readlink():
                return True
            return f"HOME={self.home}\0".encode() in Path(f"/proc/{pid}/environ").read_bytes()
        return False


class Memory:
    """The most memory that our descendants have had together, looked at twice a second."""

    def __init__(self) -> None:
        self.most = 0
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watching.join()

    def _watch(self) -> None:
        while not self._over.wait(0.5):
            descendants = psutil.Process().children(recursive=True)
            self.most = max(self.most, sum(map(_share, descendants)))


def _share(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_full_info().pss)
    return 0
