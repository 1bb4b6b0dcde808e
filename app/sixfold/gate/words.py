"""A `go test` command in its parts, and the same command for other packages and tests. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from sixfold.gate.command import as_go_test
from sixfold.model import TestName

_VALUES = frozenset(
    """
    tags timeout cpu parallel vet exec mod modfile overlay ldflags gcflags asmflags gccgoflags
    compiler pkgdir toolexec installsuffix pgo p C
    """.split()  # noqa: SIM905 - reads better than twenty quoted words
)
"""Flags with a value that say how tests are built and run."""
_LISTED = {"tags", "mod", "modfile", "overlay", "race"}
"""Of these, the ones that say which packages there are."""
_SWITCHES = frozenset(
    """
    race msan asan trimpath buildvcs linkshared modcacherw short fullpath json artifacts work
    """.split()  # noqa: SIM905 - the same
)
"""Flags that have no value of their own, or one behind `=`."""
_DROPPED_SWITCHES = {"v", "failfast", "cover", "a", "n", "x", "work", "c", "i", "benchmem"}
_DROPPED_VALUES = frozenset(
    """
    count run skip shuffle bench benchtime blockprofile blockprofilerate coverprofile coverpkg
    covermode o outputdir list fuzz fuzztime fuzzminimizetime fuzzcachedir cpuprofile memprofile
    memprofilerate mutexprofile mutexprofilefraction trace
    """.split()  # noqa: SIM905 - the same
)
"""Flags that say which tests run, how often, and what is written beside."""


class Words(Struct, frozen=True):
    """A `go test` command without its choice of tests."""

    start: list[str]
    """Up to and with `test -json`."""
    flags: list[list[str]]
    """Each with its value, where that is a word of its own."""
    packages: list[str]
    rest: list[str]
    """Flags of the tests' own; `-args` and what follows."""

    def on(self, packages: Sequence[str], chosen: str = "") -> list[str]:
        """The command for the tests of `packages` that match; all of them without a pattern."""
        flags = [word for flag in self.flags for word in flag]
        run = ["-run", chosen] if chosen else []
        return [*self.start, *flags, "-count=1", *run, *packages, *self.rest]

    def listing(self, *form: str) -> list[str]:
        """The `go list`, in some form, of the packages that would be tested."""
        flags = [word for flag in self.flags if _name(flag[0]) in _LISTED for word in flag]
        return [*self.start[:-2], "list", *form, *flags, *self.packages]


def parse(command: Sequence[str]) -> Words | None:
    """`command` in parts; None where it is no `go test`."""
    if not (parts := _split(command)):
        return None
    start, own, rest = parts
    flags, packages = _apart(own)
    kept = [one for one in flags if _name(one[0]) not in _DROPPED_SWITCHES | _DROPPED_VALUES]
    others = [word for flag in kept if not _known(flag) for word in flag]
    return Words(start, [flag for flag in kept if _known(flag)], packages, [*others, *rest])


def instead(command: Sequence[str], packages: Sequence[str]) -> list[str]:
    """`command` for other packages, all else as it is; empty where it is no `go test`."""
    if not (parts := _split(command)):
        return []
    start, own, rest = parts
    flags, _ = _apart(own)
    known = [word for flag in flags if _known(flag) for word in flag]
    others = [word for flag in flags if not _known(flag) for word in flag]
    return [*start, *known, *packages, *others, *rest]


def given(command: Sequence[str], words: Sequence[str]) -> list[str]:
    """`command` with what a person adds: flags, and packages in the place of its own."""
    if not (parts := _split(command)):
        return [*command, *words]
    start, own, rest = parts
    end = words.index("-args") if "-args" in words else len(words)
    flags, packages = _apart(own)
    added, others = _apart(words[:end])
    ours = [word for flag in flags for word in flag]
    theirs = [word for flag in added for word in flag]  # go takes no package behind one of theirs
    return [*start[:-1], *ours, *(others or packages), *theirs, *(words[end:] or rest)]


def _split(command: Sequence[str]) -> tuple[list[str], list[str], list[str]] | None:
    """What stands up to `test -json`, behind it, and from `-args` on."""
    plain = [word for word in command if word.lstrip("-").partition("=")[0] != "json"]
    go_test = as_go_test(plain)
    if not go_test:
        return None
    words = go_test.command
    own = words.index("-json") + 1  # it was put right behind `test`
    end = words.index("-args") if "-args" in words else len(words)
    return words[:own], words[own:end], words[end:]


def _apart(words: Sequence[str]) -> tuple[list[list[str]], list[str]]:
    """The flags, each with its value where that is a word of its own, and the packages."""
    flags: list[list[str]] = []
    packages: list[str] = []
    at = 0
    while at < len(words):
        takes = _takes(words[at])
        if words[at].startswith("-"):
            flags.append(list(words[at : at + 1 + takes]))
        else:
            packages.append(words[at])
        at += 1 + takes
    return flags, packages


def _known(flag: Sequence[str]) -> bool:
    """Is it go's own; any other is the test binary's, and must stand behind the packages."""
    return _name(flag[0]) in _VALUES | _DROPPED_VALUES | _SWITCHES | _DROPPED_SWITCHES


def _takes(word: str) -> bool:
    """Is the word after this one its value."""
    return word.startswith("-") and "=" not in word and _name(word) in _VALUES | _DROPPED_VALUES


def _name(word: str) -> str:
    return word.lstrip("-").removeprefix("test.").partition("=")[0]


def top(test: str) -> str:
    """`TestX/a/b` -> `TestX`."""
    return test.partition("/")[0]


def pattern(tests: Sequence[str]) -> str:
    """What `-run` takes: each test or subtest by its whole name, and no other."""
    names = dict.fromkeys(tests)
    return "|".join("/".join(f"^{re.escape(part)}$" for part in n.split("/")) for n in names)


def once_more(command: Sequence[str], tests: Sequence[TestName]) -> list[str]:
    """`command` for these tests alone; empty where it is no `go test`, or a test has no package.

    It is one command, so that a test that several packages have is run in all of those that are
    named; with a whole package among `tests` all of the packages' tests are run.
    """
    words = parse(command)
    packages = list(dict.fromkeys(one.package for one in tests))
    if not words or not packages or not all(packages):
        return []
    names = list(dict.fromkeys(one.test for one in tests))
    return words.on(packages, pattern(names) if all(names) else "")
