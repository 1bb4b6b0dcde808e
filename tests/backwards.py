"""`sixfold WORDS`, under a clock that is set back by an hour whenever the journal looks at it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta, tzinfo

from sixfold import cli
from sixfold.runner import journal


class Backwards(datetime):
    """A clock that goes the wrong way."""

    looks = 0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The time, earlier than it ever was."""
        cls.looks += 1
        return datetime.now(tz or UTC) - timedelta(hours=cls.looks)


if __name__ == "__main__":
    journal.datetime = Backwards  # type: ignore[attr-defined]
    sys.exit(cli.main(sys.argv[1:]))
