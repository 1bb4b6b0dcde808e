"""The repository's own `check-prerequisites.sh`: run, and its answer read.

The script of the repository decides, whichever version it is. We name the feature to it through
the environment where we know it, see that it agrees, and that it changes nothing.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from sixfold.feature.error import FeatureError

SCRIPT = ".specify/scripts/bash/check-prerequisites.sh"
PINNED = ".specify/feature.json"
ARGUMENTS = ("--json", "--require-tasks", "--include-tasks")
TIMEOUT = 60.0
"""Seconds the script may take."""
LONGEST = 1 << 20
"""Bytes of its output that are read."""


class Prerequisites(Struct, frozen=True):
    """The script's answer."""

    feature_dir: Path
    """Absolute, as printed."""
    docs: tuple[str, ...]
    """`AVAILABLE_DOCS`: `research.md`, `contracts/`, `tasks.md`, ..."""
    notes: tuple[str, ...] = ()
    """What a person should know though it is no failure."""


class Ended(Struct, frozen=True):
    """How a process ended."""

    code: int
    out: str
    err: str


def check(root: Path, feature: Path | None, *, timeout: float = TIMEOUT) -> Prerequisites:
    """Run the script from `root`; `feature` (inside `root`) is what it must find, if known.

    Raises `FeatureError` where there is no script, it fails, hangs (after `timeout` seconds),
    answers nothing that can be read, or answers with another feature.
    """
    if not (root / SCRIPT).is_file():
        raise FeatureError(SCRIPT, "no such file", "run `specify init --here` in the repository")
    pinned = root / PINNED
    before = pinned.read_bytes() if pinned.is_file() else None
    ended = _run(root, environment(os.environ, root, feature), timeout)
    rewritten = _restore(pinned, before)
    answer = read_answer(ended, named=feature is not None)
    _agree(answer.feature_dir, root, feature)
    if not rewritten:
        return answer
    note = f"{SCRIPT} rewrote {PINNED}; it was put back as it was"
    return Prerequisites(answer.feature_dir, answer.docs, (*answer.notes, note))


def environment(base: Mapping[str, str], root: Path, feature: Path | None) -> dict[str, str]:
    """The script's environment. New scripts obey the directory, old ones the feature's name."""
    added = {"SPECIFY_FEATURE_NO_PERSIST": "1"}
    if feature is not None:
        added["SPECIFY_FEATURE_DIRECTORY"] = feature.relative_to(root).as_posix()
        added["SPECIFY_FEATURE"] = feature.name
    return {**base, **added}


def read_answer(ended: Ended, *, named: bool) -> Prerequisites:
    """The script's answer from what it printed; stderr is no failure by itself.

    `named` tells whether the feature was named to it, for the hint. Raises `FeatureError`.
    """
    if ended.code != 0:
        raise _failure(ended, named=named)
    answer = _last_answer(ended.out)
    if answer is None:
        what = "it printed no JSON with FEATURE_DIR" + _aside(ended.err)
        raise FeatureError(SCRIPT, what, "update Spec Kit: `specify init --here --force`")
    docs = answer.get("AVAILABLE_DOCS")
    notes = tuple(f"{SCRIPT} says: {line}" for line in _lines(ended.err))
    return Prerequisites(
        Path(str(answer["FEATURE_DIR"])),
        tuple(map(str, docs)) if isinstance(docs, list) else (),
        notes,
    )


def _last_answer(out: str) -> dict[str, object] | None:
    """The last JSON object with a `FEATURE_DIR`: whatever a profile or hook prints around it."""
    decoder = json.JSONDecoder(strict=False)
    for brace in reversed(list(re.finditer(r'\{(?=\s*")', out))):
        try:
            value, _ = decoder.raw_decode(out, brace.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and isinstance(value.get("FEATURE_DIR"), str):
            return value
    return None


def _failure(ended: Ended, *, named: bool) -> FeatureError:
    """The script's own first error, and what it says to do about it."""
    lines = _lines(ended.err) or _lines(ended.out)
    errors = [line for line in lines if line.startswith("ERROR")]
    if not lines:
        what = f"it ended with exit code {ended.code} and said nothing"
        return FeatureError(SCRIPT, what, "run it by hand to see why")
    first = (errors or lines)[0]
    advice = " ".join(line for line in lines[lines.index(first) + 1 :] if line not in errors)
    return FeatureError(SCRIPT, _sentence(first), _sentence(advice) or _hint(first, named=named))


def _hint(error: str, *, named: bool) -> str:
    if "SPECIFY_INIT_DIR" in error:
        return "unset SPECIFY_INIT_DIR, or let it name this repository"
    if named:
        return "mend that and start again"
    return "name the feature with --feature DIR, or as feature_dir in artifacts/spec_info"


def _sentence(text: str) -> str:
    return re.sub(r"^ERROR:\s*", "", text).rstrip(" .;")


def _aside(err: str) -> str:
    lines = _lines(err)
    return f" (it says: {lines[0]})" if lines else ""


def _lines(text: str) -> list[str]:
    """Lines with something on them; control codes do not reach a terminal through us."""
    plain = re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", text)
    lines = ("".join(c if c.isprintable() else " " for c in line) for line in plain.splitlines())
    return [line.strip() for line in lines if line.strip()]


def _agree(answer: Path, root: Path, feature: Path | None) -> None:
    """See that the answer is a directory of this repository, and the feature that was named."""
    found = (root / answer).resolve()
    if not found.is_dir():
        raise FeatureError(str(answer), "FEATURE_DIR is no directory", f"see what {SCRIPT} prints")
    if not found.is_relative_to(root.resolve()):
        what = "FEATURE_DIR lies outside the repository"
        raise FeatureError(str(answer), what, "see SPECIFY_INIT_DIR and .specify/feature.json")
    if feature is not None and found != feature.resolve():
        what = f"it answers with {found.name}, though the feature was named as {feature.name}"
        hint = "two features with one number, or an old script: rename one, or update Spec Kit"
        raise FeatureError(SCRIPT, what, hint)


def _restore(path: Path, before: bytes | None) -> bool:
    """Put the pinned feature back as it was; whether that was needed."""
    after = path.read_bytes() if path.is_file() else None
    if after == before:
        return False
    if before is None:
        path.unlink()
    else:
        path.write_bytes(before)
    return True


def _run(root: Path, env: Mapping[str, str], timeout: float) -> Ended:
    """Run the script in a session of its own.

    Files take its output, since whatever it leaves behind may hold a pipe open for ever.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(
                ["bash", SCRIPT, *ARGUMENTS],
                cwd=root,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        except OSError as error:
            what = f"bash cannot be started: {error.strerror or error}"
            raise FeatureError(SCRIPT, what, "install bash, and see that it is on PATH") from error
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            what = f"it has not ended after {timeout:g} seconds"
            raise FeatureError(SCRIPT, what, "run it by hand to see what it waits for") from None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read(LONGEST).decode(errors="replace"))
        return Ended(code, *texts)
