"""Tool calls in words: what a call does, and why it failed, in one line each."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sixfold.agents.speech import LONGEST_LINE

_SHELLS = {"sh", "bash", "zsh", "dash"}
_PATHS = ("file_path", "filePath", "notebook_path", "dir_path", "path")
_SUBJECTS = ("pattern", "query", "url", "description", "skill")
_SIDES = (("old_string", "new_string"), ("oldString", "newString"))
LONGEST_SIDE = 100_000
"""Characters of a file that are looked at."""


def line(kind: str, title: str, command: str, paths: Sequence[str], cwd: Path) -> str:
    """What a call does: kind, its title or command, and the file where the title has it not."""
    title = first_line(command or title).replace(f"{cwd}/", "")
    words = [] if title.lower().startswith(kind) else [kind]
    words.append(title)
    shown = [] if command else paths[:1]
    words += [path.removeprefix(f"{cwd}/") for path in shown if Path(path).name not in title]
    return " ".join(filter(None, words)) or "a tool"


def by_parameters(name: str, parameters: object, cwd: Path) -> str:
    """What a call of the tool called `name` does, as far as its parameters say."""
    given = parameters if isinstance(parameters, Mapping) else {}
    if script := command(given.get("command")):
        return line("run", "", script, (), cwd)[:LONGEST_LINE]
    paths = [path for key in _PATHS if isinstance(path := given.get(key), str)]
    subjects = [word for key in _SUBJECTS if isinstance(word := given.get(key), str)]
    title = name if paths else f"{name} {first_line(subjects[0])}" if subjects else name
    told = line("", title, "", paths, cwd)[:LONGEST_LINE]
    return " ".join(filter(None, [told, _change(given)]))


def command(words: object) -> str:
    """The shell command in these words, or in this line; empty where there is none."""
    if isinstance(words, str):
        return words
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return ""
    if len(words) == 3 and Path(words[0]).name in _SHELLS and words[1] in ("-c", "-lc"):
        return str(words[2])
    return shlex.join(words)


def failure(call: str, why: object) -> str:
    """That a call failed, and why where it says so."""
    reason = telling(why)
    return f"{call}: {reason}" if reason else f"{call} failed"


def telling(text: object) -> str:
    """The first line of a text that says anything; empty where there is none."""
    lines = text[:LONGEST_SIDE].splitlines() if isinstance(text, str) else []
    return next((line.strip() for line in lines if line.strip("` \t")), "")


def first_line(text: str) -> str:
    """The first line, and whether there are more."""
    first, _, rest = text.strip().partition("\n")
    return f"{first} …" if rest else first


def _change(given: Mapping[str, object]) -> str:
    """How much a call writes or changes; empty where it does neither."""
    for old, new in _SIDES:
        before, after = _lines(given.get(old)), _lines(given.get(new))
        if before or after:
            return f"(+{(after - before).total()} -{(before - after).total()})"
    content = _lines(given.get("content")).total()
    return f"({content} line{'s' * (content != 1)})" if content else ""


def _lines(text: object) -> Counter[str]:
    return Counter(text[:LONGEST_SIDE].splitlines() if isinstance(text, str) else ())
