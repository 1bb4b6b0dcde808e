"""Repositories that the real Spec Kit set up, one for each test; processes that end with it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from repository import PATIENCE
from speckit import INIT, SpecKitRepository

# Where the tests run in the background of a shell SIGINT is ignored, and so it would be by runs.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def processes() -> Iterator[list[Popen[str]]]:
    """Processes that a test started: those that still run are told to end."""
    started: list[Popen[str]] = []
    yield started
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="session")
def fresh_speckit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository straight after `specify init`; to be copied, not changed."""
    root = tmp_path_factory.mktemp("speckit") / "repository"
    root.mkdir()
    repository = SpecKitRepository(root)
    repository.run("git", "init", "--quiet", "--initial-branch", "main")
    for key, value in {"user.name": "A", "user.email": "a@example.com"}.items():
        repository.run("git", "config", key, value)
    repository.run(str(Path(sys.executable).with_name("specify")), *INIT)
    return root


@pytest.fixture
def speckit_repository(
    fresh_speckit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> SpecKitRepository:
    """A repository of one's own after `specify init`, none of Spec Kit's variables set."""
    for name in [name for name in os.environ if name.startswith("SPECIFY_")]:
        monkeypatch.delenv(name)
    root = tmp_path / "repository"
    shutil.copytree(fresh_speckit, root, symlinks=True)
    return SpecKitRepository(root)
