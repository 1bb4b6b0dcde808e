"""What a key does: its words, its place in the footer, and when it can be done. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from msgspec import Struct

from sixfold.dashboard import when
from sixfold.dashboard.situation import Situation
from sixfold.dashboard.when import Can
from sixfold.refusal import NO_RUN

Foot: TypeAlias = Literal["", "offered", "always"]
ALWAYS: Foot = "always"
OFFERED: Foot = "offered"
ALONE = Situation(alone=True, tests=True, log=True, searched=True, chosen="run")
"""Tests alone, with all that there can be of them."""


class Action(Struct, frozen=True, kw_only=True):
    """A thing a key does: `action_ID` of the app, or of the screen in front."""

    id: str
    keys: str
    """Comma-separated names of keys; the first is the one shown."""
    label: str
    tooltip: str
    can: Callable[[Situation], Can]
    on: str = "app"
    cap: str = ""
    """The key as the screen shows it, where that is not its name."""
    foot: Foot = ""
    """Does it stand in the footer: always, or only while it can be done (`offered`)."""
    rank: int = 1
    """Where the footer is short of room the least comes first: 0 belongs to what is in front."""
    pair: str = ""
    """A word that it shares in the footer with the next of the table: `← → bars`."""

    @property
    def name(self) -> str:
        """As Textual calls it: `app.pause`, `screen.zoom`."""
        return f"{self.on}.{self.id}"

    def stands(self, now: Situation) -> bool:
        """Does it stand in the footer now: what can not be done is dimmed.

        Below a text, in a replay, without a run, and once nobody obeys any more, it is gone.
        """
        can = self.can(now)
        past = bool(now.replay) or now.over or can == NO_RUN
        if self.foot == OFFERED or now.place == "text" or past:
            return bool(self.foot) and can is True
        return bool(self.foot) and can is not False

    def belongs(self, now: Situation) -> bool:
        """Is there ever something for it to do: of what a run has, tests alone have little."""
        return not now.alone or self.can(ALONE) not in {False, NO_RUN}

    @property
    def shown_key(self) -> str:
        """The key as the screen shows it."""
        return self.cap or self.keys.split(",")[0]


def of_screen(
    id_: str,
    keys: str,
    label: str,
    tooltip: str,
    can: Callable[[Situation], Can] = when.anywhere,
    *,
    cap: str = "",
    foot: Foot = "",
    rank: int = 1,
    pair: str = "",
) -> Action:
    """An action of the screen in front."""
    return Action(
        id=id_,
        keys=keys,
        label=label,
        tooltip=tooltip,
        can=can,
        on="screen",
        cap=cap,
        foot=foot,
        rank=rank,
        pair=pair,
    )


_CAPS = {
    "ctrl+c": "Ctrl+C",
    "ctrl+q": "Ctrl+Q",
    "down": "↓",
    "up": "↑",
    "equals_sign": "=",
    "space": "Space",
    "left": "←",
    "right": "→",
    "shift+left": "⇧←",
    "shift+right": "⇧→",
    "home": "Home",
    "end": "End",
    "plus": "+",
    "minus": "-",
}
"""Keys whose name is not what stands on them."""


def cap(key: str) -> str:
    """A key as the screen shows it."""
    return _CAPS.get(key, key)


def of_run(
    id_: str,
    key: str,
    tooltip: str,
    foot: Foot = ALWAYS,
    *,
    can: Callable[[Situation], Can] | None = None,
    label: str = "",
    rank: int = 1,
    pair: str = "",
) -> Action:
    """An action of the app, which by default can be done unless the run would refuse it."""
    return Action(
        id=id_,
        keys=key,
        label=label or id_.replace("_", " "),
        tooltip=tooltip,
        can=can or when.asks(id_),
        cap=cap(key.split(",", maxsplit=1)[0]),
        foot=foot,
        rank=rank,
        pair=pair,
    )
