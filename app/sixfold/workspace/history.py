"""The run's branch as a story: what a commit's message says, and how it is read again."""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct

_TRAILER = "Sixfold-"
_LONGEST_SUBJECT = 72
_FORMAT = "%x01%H%x00%B%x00"
LOG = (
    *("log", "-z", "--first-parent", "--reverse", "--no-show-signature", "--encoding=UTF-8"),
    *("--diff-merges=first-parent", "--name-only", "--no-renames", "--ignore-submodules=none"),
    f"--format={_FORMAT}",
)
"""The git command whose output `read` takes, whatever the person's settings say."""


class Integrated(Struct, frozen=True):
    """One commit of the run's branch."""

    commit: str
    subject: str
    task: str
    """Whose change it is; empty for a fix, a revert, and what a person committed."""
    fix: int
    """Position of the phase whose gate it mends; 0 where it is no fix."""
    attempt: int
    undoes: str
    """The task whose change it takes back."""
    files: list[str]
    """Paths it changed; both names of what it renamed."""


def message(subject: str, **trailers: str | int) -> str:
    """A commit's message; `task="T001"` becomes the trailer `Sixfold-Task: T001`.

    Subjects and values are data: one line each, nothing invisible. A subject that is too long is
    cut, and stands in full below. Empty trailers are left out.
    """
    line = _plain(subject)
    if line.startswith("#"):  # what git would take for a comment when the message is edited
        line = f"Sixfold: {line}"
    parts = [line]
    if len(line) > _LONGEST_SUBJECT:
        parts = [line[: _LONGEST_SUBJECT - 1].rstrip() + "…", f"In full: {line}"]
    said = {key: _plain(str(value)) for key, value in trailers.items() if value}
    parts.append("\n".join(f"{_TRAILER}{key.capitalize()}: {said[key]}" for key in said))
    return "\n\n".join(part for part in parts if part) + "\n"


def _plain(text: str) -> str:
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def read(log: str) -> list[Integrated]:
    """The commits in what `LOG` prints."""
    words = log.split("\0")
    starts = [at for at, word in enumerate(words) if word.startswith("\x01")]
    return [
        _integrated(words[start][1:], words[start + 1], words[start + 2 : end])
        for start, end in pairwise([*starts, len(words)])
    ]


def _integrated(commit: str, body: str, names: list[str]) -> Integrated:
    subject, _, below = body.strip("\n").partition("\n\n")
    said = dict(
        line.removeprefix(_TRAILER).split(": ", 1)
        for line in below.rpartition("\n\n")[2].splitlines()
        if line.startswith(_TRAILER) and ": " in line
    )
    files = [name for name in names if name]
    if files:
        files[0] = files[0].removeprefix("\n")
    return Integrated(
        commit=commit,
        subject=subject,
        task=said.get("Task", ""),
        fix=_number(said.get("Fix", "")),
        attempt=_number(said.get("Attempt", "")),
        undoes=said.get("Undo", ""),
        files=files,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
