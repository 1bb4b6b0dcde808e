"""What an agent may do unasked: rules by kind, path and command. Pure.

A shell command counts as the simple commands it is made of, each judged by itself, the strictest
verdict for all. One that is more than words, pipes and chains (a redirection, a substitution) is
never allowed unasked.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from msgspec import Struct

from sixfold.config import PermissionSettings

Verdict: TypeAlias = Literal["allow", "ask", "deny"]


class Rule(Struct, frozen=True):
    """What becomes of requests that all its patterns fit; the first rule that fits decides.

    In a pattern `*` stands for anything, blanks and slashes included.
    """

    then: Verdict
    kinds: tuple[str, ...] = ()
    """Of the protocol's tools: edit, delete, move, read, search, fetch, ...; none: all.
    Whatever has a command is `execute`."""
    path: str = ""
    """Of paths below the worktree, relative to it: must fit all of them to allow, one to refuse."""
    command: str = ""
    """Must fit a simple command, a blank behind its last word."""


class Wish(Struct, frozen=True):
    """What a tool would do. Paths are absolute, without links and dots."""

    kind: str
    paths: tuple[str, ...] = ()
    command: str = ""


class Option(Struct, frozen=True, rename="camel"):
    """An answer that the agent offers."""

    option_id: str
    kind: str = ""
    """allow_once, allow_always, reject_once or reject_always."""
    name: str = ""


class Request(Struct, frozen=True):
    """An agent's question whether it may use a tool."""

    root: str
    """The worktree, absolute, without links and dots."""
    wish: Wish
    line: str
    """What it wants, in one line."""
    options: tuple[Option, ...]
    diff: str = ""
    """What it would change, where it says so."""

    @property
    def same(self) -> str:
        """The same for every request of the same thing, in whichever worktree."""
        if self.wish.command:
            return f"{self.wish.kind}: {self.wish.command}"
        paths = [_inside(path, self.root) or path for path in self.wish.paths]
        return f"{self.wish.kind}: {', '.join(paths) or self.line}"

    def option(self, *kinds: str) -> str | None:
        """The id of an option of the first of these kinds that is offered."""
        found = (one.option_id for kind in kinds for one in self.options if one.kind == kind)
        return next(found, None)


_GO = "build doc env fmt get list mod run test version vet"
_GIT = (
    "blame cat-file describe diff diff-tree grep log ls-files ls-tree merge-base rev-list "
    "rev-parse shortlog show status"
)
_READERS = "cat echo head ls pwd tail wc grep"
_RUNS_OTHERS = {"exec", "toolexec", "vettool", "modfile", "overlay", "compiler", "http"}
_WRITES_OR_RUNS = (
    "--output",
    "--ext-diff",
    "--textconv",
    "--filters",
    "--open-files-in-pager",
    "--exec-path",
)
_OFF_LIMITS = {".git", ".sixfold"}
"""Git's own files, and the run's."""
_RESULTS = (".sixfold/results/*", ".sixfold/runs/*/results/*")
_EDITS = ("edit", "delete", "move")


def _allow(*commands: str) -> Iterable[Rule]:
    return (Rule("allow", command=f"{command} *") for command in commands)


DEFAULTS: tuple[Rule, ...] = (
    *(Rule("allow", kinds=(*_EDITS, "read"), path=path) for path in _RESULTS),
    *(Rule("ask", path=path) for name in sorted(_OFF_LIMITS) for path in (name, f"{name}/*")),
    *(Rule("ask", path=path) for path in ("*/.git", "*/.git/*")),
    Rule("allow", kinds=(*_EDITS, "read", "search"), path="*"),
    Rule("allow", kinds=("think",)),
    Rule("ask", command="go env*-[wu]*"),
    Rule("ask", command="go run*@*"),
    *_allow(*(f"go {verb}" for verb in _GO.split()), "go tool cover", "gofmt"),
    *_allow(*(f"git {verb}" for verb in _GIT.split()), "git branch --show-current"),
    *_allow(*(f"git --no-pager {verb}" for verb in _GIT.split())),
    *_allow(*_READERS.split(), "cd"),
)
"""Edits and reading inside the worktree, the go commands, and what only reads.

`go test` and `go run` run what an agent wrote, and so does the gate; `go generate` and `go tool`
run other programs, and are asked for.
"""


def protect(tasks_file: str) -> Rule:
    """Only the runner writes `tasks.md`; its path counts from the worktree."""
    return Rule("deny", kinds=_EDITS, path=tasks_file)


def rules_of(settings: PermissionSettings) -> tuple[Rule, ...]:
    """The rules of a config, in the order in which they are asked: deny, ask, allow."""
    verdicts: tuple[Verdict, ...] = ("deny", "ask", "allow")
    return tuple(
        Rule(
            then,
            kinds=(rule.kind,) if isinstance(rule.kind, str) else tuple(rule.kind),
            path=rule.path,
            command=_whole(rule.command),
        )
        for then in verdicts
        for rule in getattr(settings, then)
    )


def _whole(pattern: str) -> str:
    """A pattern of a config as it fits a simple command, a blank behind its last word."""
    return pattern if not pattern or pattern.endswith("*") else f"{pattern} "


def decide(wish: Wish, root: str, rules: Sequence[Rule] = ()) -> Verdict:
    """Whether the tool may be used in the worktree at `root` (absolute).

    `rules` come before `DEFAULTS`, and may allow what leads out of the worktree.
    """
    paths = [_inside(path, root) for path in wish.paths]
    if not wish.command:
        kind = "edit" if wish.kind == "think" and paths else wish.kind
        return _first(rules, kind, paths) or _first(DEFAULTS, kind, paths) or "ask"
    verdicts = {_of_command(words, root, paths, rules) for words in _simple(wish.command)}
    strictest = (verdict for verdict in ("deny", "ask", "allow") if verdict in verdicts)
    return next(strictest, "ask")


def _of_command(
    words: Sequence[str], root: str, paths: Sequence[str], rules: Sequence[Rule]
) -> Verdict:
    command = " ".join(words) + " "
    if said := _first(rules, "execute", paths, command):
        return said
    verdict = _first(DEFAULTS, "execute", paths, command) or "ask"
    return "ask" if not all(paths) or _reaches_out(words, root) else verdict


def _first(
    rules: Sequence[Rule], kind: str, paths: Sequence[str], command: str = ""
) -> Verdict | None:
    return next((rule.then for rule in rules if _fits(rule, kind, paths, command)), None)


def _fits(rule: Rule, kind: str, paths: Sequence[str], command: str) -> bool:
    """Whether a rule is for this. A path that lies outside is empty, and fits none."""
    if rule.kinds and kind not in rule.kinds:
        return False
    if rule.command and not (command and fnmatchcase(command, rule.command)):
        return False
    if not rule.path:
        return True
    fitting = [bool(path) and fnmatchcase(path, rule.path) for path in paths]
    return bool(fitting) and all(fitting) if rule.then == "allow" else any(fitting)


def _inside(path: str, root: str) -> str:
    """A path relative to the worktree; empty where it lies outside."""
    pure = PurePosixPath(path)
    inside = pure.is_relative_to(root) and ".." not in pure.parts
    return str(pure.relative_to(root)) if inside else ""


def _reaches_out(words: Sequence[str], root: str) -> bool:
    """Whether a word leads out of the worktree, writes a file or runs another program."""
    options = [word.partition("=")[0] for word in words if word.startswith("-")]
    if words[0] == "git":
        # Git takes an option by its first letters.
        if any(risk.startswith(name) for name in options for risk in _WRITES_OR_RUNS if name[2:]):
            return True
        if any(name.startswith("-O") for name in options):
            return True
    if words[0] == "go" and any(name.strip("-") in _RUNS_OTHERS for name in options):
        return True
    if words[0] == "go" and any("-extld" in word or "gccgo" in word for word in words):
        return True
    return list(words) in (["cd"], ["cd", "-"]) or any(_leads_out(w, root) for w in words[1:])


def _leads_out(word: str, root: str) -> bool:
    """Whether a word may name something out of the worktree, or in it what is nobody's."""
    if "{" in word and ("," in word or ".." in word):
        return True  # a shell makes several words of it
    return any(_is_foreign(piece, root) for piece in _pieces(word))


def _pieces(word: str) -> list[str]:
    """What may be a path in a word: `-fx`, `--file=x` and `HEAD:x` hold one each."""
    attached = [word[2:]] if _ATTACHED.match(word) else []
    return [*_BETWEEN.split(word), *attached]


def named(command: str) -> list[tuple[str, str]]:
    """What may be a path in a shell command, each with the directory that it counts from."""
    place, found = "", list[tuple[str, str]]()
    for words in _simple(command):
        found += [(place, piece) for word in words[1:] for piece in _pieces(word) if piece]
        place = words[-1] if words[0] == "cd" else place
    return found


def _is_foreign(path: str, root: str) -> bool:
    if path.startswith("/"):
        path = _inside(path, root) or ".."
    parts = PurePosixPath(path).parts
    hidden = [part for part in parts if part.startswith(".")]
    return path.startswith("~") or any(
        fnmatchcase(name, part) for part in hidden for name in ("..", *_OFF_LIMITS)
    )


_ATTACHED = re.compile(r"-[A-Za-z]")
_BETWEEN = re.compile(r"[\s=,:]+")


_HARMLESS = re.compile(r"(?<=\s)(?:2>&1|[12&]?>\s?/dev/null)(?=[\s;|&]|$)")
_PUNCTUATION = set("();<>|&")
_CHAINS = {"&&", "||", ";", "|"}


def _simple(command: str) -> list[list[str]]:
    """The words of each simple command; none where there is more to the shell command."""
    if set(command) & set("`$\n\r\0"):
        return []
    lexer = shlex.shlex(_HARMLESS.sub("", command), posix=True, punctuation_chars=True)
    lexer.commenters, lexer.whitespace_split = "", True
    try:
        tokens = list(lexer)
    except ValueError:
        return []
    commands: list[list[str]] = [[]]
    for token in tokens:
        if token in _CHAINS:
            commands.append([])
        elif token and set(token) <= _PUNCTUATION:
            return []
        else:
            commands[-1].append(token)
    plain = all(words and len(words[0].split()) == 1 for words in commands)
    return commands if plain else []
