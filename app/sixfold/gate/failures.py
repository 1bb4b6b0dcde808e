"""From what was printed to the one line that says what is wrong. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from sixfold.gate.places import Sources
from sixfold.gate.reports import OUTPUT_LIMIT
from sixfold.gate.text import clean, shorten
from sixfold.model import Failure, FailureKind, Place

MESSAGE_LIMIT = 240
CONTINUED = 2
"""Lines of a message that are told beside its first."""
PLACES = 5
"""Errors of a build that are shown in their source."""
MUTE = "failed, and said nothing"
RACE_NOTE = "race detected during execution of test"

_LOGGED = re.compile(r"\s*([^\s:]+\.go):(\d+): ?(.*)")
_BUILD = re.compile(r"(?:vet: )?((?:[A-Za-z]:)?[^\s:][^:]*\.\w+):(\d+)(?::\d+)?: (.*)")
_PLACE = re.compile(r"((?:[\w.@+-]+/)*[\w@+-][\w.@+-]*\.[A-Za-z]\w*):(\d+)\b")
_DEEPER = "        "
"""How go indents the lines of a message below its first."""
_LABEL = re.compile(r"\s+Error:\s+(.*)")
_CYCLE = re.compile(r"\s*imports (\S+) from (\S+): (import cycle .*)")
_IMPORT = re.compile(r"(?:package|\s*imports) (\S+)")
_NOISE = re.compile(r"(PASS|FAIL|exit status \d+|coverage: .*|FAIL\t.*|)\s*$")


class Told(Struct, frozen=True):
    """What a piece of output says: where, and what."""

    file: str = ""
    line: int = 0
    text: str = ""

    def message(self, why: str = "") -> str:
        """One line for a list."""
        text = (
            clean(": ".join(part for part in (why, self.text) if part))[:MESSAGE_LIMIT]
            .replace("\n", " ")
            .strip()
        )
        where = f"{posixpath.basename(self.file)}:{self.line}" if self.file else ""
        return "  ".join(part for part in (text, where) if part)


def _told_by_test(lines: Sequence[str], errors: Sequence[str]) -> Told:
    """What a failed test says.

    `errors` are the lines that Go (since 1.27) marks as errors: the first counts. Older ones mark
    nothing; there the last logged line counts, since logs come before what fails the test.
    """
    marked = [n for n, line in enumerate(errors) if _telling(line)]
    if marked:
        return _logged(errors, marked[0])
    logged = [n for n, line in enumerate(lines) if _telling(line)]
    if logged:
        return _logged(lines, logged[-1])
    return Told(text=" ".join(line.strip() for line in lines if RACE_NOTE not in line))


def _telling(line: str) -> bool:
    return bool(_LOGGED.match(line)) and RACE_NOTE not in line


def _logged(lines: Sequence[str], index: int) -> Told:
    """The logged line at `index`, with what its continuation says where it says nothing itself."""
    match = _LOGGED.match(lines[index])
    file, line, text = match.groups() if match else ("", "0", lines[index])
    if not text.strip():
        rest = lines[index + 1 : index + 12]
        labels = [n for n, more in enumerate(rest) if _LABEL.match(more)]
        told = rest[labels[0] : labels[0] + 3] if labels else rest[:1]
        text = " ".join(more.strip().removeprefix("Error:").strip() for more in told)
    else:
        text = " ".join([text, *_continued(lines[index + 1 : index + 1 + CONTINUED])])
    return Told(file, int(line), text)


def _continued(lines: Sequence[str]) -> Iterable[str]:
    """What a message says on the lines below its first: `got 2,` and `want 3`."""
    for line in lines:
        if not line.startswith(_DEEPER) or _LOGGED.match(line):
            return
        yield line.strip()


def says_something(lines: Iterable[str]) -> bool:
    """Whether a logged line is there, beside the race detector's."""
    return any(map(_telling, lines))


def only_a_race(lines: Sequence[str], errors: Sequence[str]) -> bool:
    """Whether the race detector's verdict is all that fails a test."""
    said = errors or lines
    return any(RACE_NOTE in line for line in said) and not any(map(_telling, errors))


def failed_test(
    package: str,
    test: str,
    lines: Sequence[str],
    errors: Sequence[str],
    sources: Sources,
    *,
    kind: FailureKind = "fail",
    why: str = "",
) -> Failure:
    """A test that failed, or never ended, by what it printed."""
    told = _told_by_test(lines, errors)
    file = sources.in_package(package, told.file) if told.file else ""
    return Failure(
        package,
        test,
        kind,
        file,
        told.line,
        told.message(why) or MUTE,
        shorten("\n".join(lines), OUTPUT_LIMIT, head=OUTPUT_LIMIT // 4),
    )


def failed_package(package: str, lines: Sequence[str], timed_out: str = "") -> Failure:
    """A package that failed although none of its tests did, by the last that it printed."""
    said = [line for line in lines if not _NOISE.match(line)]
    flag = next((line for line in said if line.startswith("flag provided but")), "")
    last = flag or (said[-1].strip() if said else "the test binary failed, and said nothing")
    message = Told(text=timed_out or last).message()
    output = shorten("\n".join(lines), OUTPUT_LIMIT, head=OUTPUT_LIMIT // 4)
    kind: FailureKind = "timeout" if timed_out else "fail"
    return Failure(package, "", kind, message=message, output=output)


def build_failure(package: str, lines: Sequence[str], sources: Sources) -> Failure:
    """A package that does not build or cannot be set up, by its errors."""
    said = [line for line in lines if line.strip() and not line.startswith("#")]
    places = [match for line in said if (match := _BUILD.match(line))]
    told = Told(text=said[0].strip() if said else "build failed")
    if places:
        text = places[0][3].removesuffix("; to add it:")
        told = Told(sources.printed(places[0][1]), int(places[0][2]), text)
    elif cycle := _cycle(said, sources):
        told = cycle
    more = f"  (and {len(places) - 1} more)" if len(places) > 1 else ""
    return Failure(
        package,
        "",
        "build",
        told.file,
        told.line,
        told.message() + more,
        shorten("\n".join(lines), OUTPUT_LIMIT, head=OUTPUT_LIMIT),
        places=[
            Place(sources.printed(match[1]), int(match[2]), clean(match[3])[:MESSAGE_LIMIT])
            for match in places[:PLACES]
        ],
    )


def _cycle(said: Sequence[str], sources: Sources) -> Told | None:
    """Packages that import each other, at the top of the file that closes the circle."""
    path: list[str] = []
    for line in said:
        if package := _IMPORT.match(line):
            path.append(package[1])
        if len(path) > 1 and (closed := _CYCLE.match(line)):
            circle = " -> ".join(sources.short(one) for one in path)
            return Told(sources.in_package(path[-2], closed[2]), 1, f"{closed[3]}: {circle}")
    return None


def command_failure(reason: str, lines: Sequence[str], kind: FailureKind = "command") -> Failure:
    """A test command that failed as a whole: the first place it names, and its last words."""
    places = [match for line in lines if (match := _PLACE.search(clean(line)))]
    file, line = (places[0][1], int(places[0][2])) if places else ("", 0)
    output = shorten("\n".join(lines), OUTPUT_LIMIT, head=0)
    message = Told(text=reason).message()
    return Failure("", "", kind, file, line, message, output)
