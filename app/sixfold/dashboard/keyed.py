"""An app whose keys are those of the table: what they depend on, what they do, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from sixfold.dashboard import screens, words
from sixfold.dashboard.actions import ACTIONS, BY_ID
from sixfold.dashboard.panes.phases import Phases
from sixfold.dashboard.situation import Situation, refusals
from sixfold.dashboard.steering import Steering
from sixfold.model import TestName


def _bindings() -> list[BindingType]:
    return [
        Binding(
            action.keys,
            f"app.do({action.id!r})",
            action.label,
            id=action.id,
            tooltip=action.tooltip,
            show=False,
        )
        for action in ACTIONS
    ]


class Keyed(Steering, inherit_bindings=False):
    """Each key has one binding, which does the action or says why that can not be done now."""

    BINDINGS: ClassVar[list[BindingType]] = _bindings()
    situation = Situation(place="dialog")
    """What the keys depend on, as of the last frame; before the first no key does anything."""

    def mind_keys(self) -> None:
        """The footer follows what the keys depend on."""
        now = self.look_around()
        if now != self.situation:
            self.situation = now
            if self.page:
                self.page.refresh_keys()

    def look_around(self) -> Situation:
        """What the keys depend on, now."""
        page, state = self.page, self.state
        if page is None:
            return Situation(place="dialog", status=state.status)
        log = page.log_view
        meant = self.targets
        return Situation(
            place=page.place,
            status=state.status,
            startable=self.startable,
            over=self.over,
            targets=meant | {action: _briefly(tests) for action, tests in self.reruns.items()},
            alone=self.gate_only,
            refused=page.unable()
            | refusals(
                state,
                meant,
                self.asked,
                self.reruns,
                linked=self.source is not None and not (self.over or self.connecting),
                startable=self.startable,
                replayed=self.replay is not None,
                kept=self.over and not (self.replay or self.gate_only),
                bound=page.chosen_task if page.bound else None,
            ),
            replay=self._replays,
            chosen=page.chosen,
            log=log is not None,
            following=log is not None and log.following,
            searched=log is not None and log.pattern is not None,
            standing=log.standing if log else "",
            zoomed=bool(page.zoomed) and not self.gate_only,
            tests=page.tests,
            enter=page.enter,
            wrapped=log is not None and log.wrapped,
            steps=page.slot in state.work and page.slot in self.feed.steps,
            planned=state.plan is not None,
            diff=page.diff,
            sections=page.sections,
            attempts=page.of_attempt,
            phases=isinstance(page.pane, Phases),
            running=any(one.state in words.AT_WORK for one in state.tasks.values()),
            failing=any(one.state == "failed" for one in state.tasks.values()),
            yes_or_no=self.asked is not None and "yes" in self.asked.options,
        )

    @property
    def _replays(self) -> Literal["", "plays", "rests"]:
        if self.replay is None:
            return ""
        return "plays" if self.replay.playing else "rests"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """True: it can be done, or it can be said why not. None: not now. False: not here."""
        now = self.look_around()
        if action == "do":
            return BY_ID[str(parameters[0])].can(now) is not False
        name = f"{action}({', '.join(map(repr, parameters))})" if parameters else action
        if name not in BY_ID:
            return super().check_action(action, parameters)
        can = BY_ID[name].can(now)
        return None if isinstance(can, str) else can

    async def action_do(self, id_: str) -> None:
        """What a key does; where it can not be done now, why not."""
        if not await self.run_action(BY_ID[id_].name):
            self.explain(id_)

    def explain(self, id_: str) -> None:
        """Say why an action can not be done now."""
        why = BY_ID[id_].can(self.look_around())
        if isinstance(why, str):
            self.toast(f"{BY_ID[id_].shown_key} {BY_ID[id_].label}: {why}")

    async def action_help(self) -> None:
        """All keys."""
        await self.open(screens.HelpScreen(self.look_around()))

    def action_command_palette(self) -> None:
        """All actions, found by typing."""
        if not isinstance(self.screen, screens.Palette):
            self.push_screen(screens.Palette(id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002 - Textual's
        """The palette: every action of the table that belongs here, and the theme."""
        for action in [one for one in ACTIONS if one.belongs(self.look_around())]:
            yield SystemCommand(
                f"{action.label} ({action.shown_key})",
                action.tooltip,
                lambda name=action.id: self.call_later(self.action_do, name),
            )
        yield SystemCommand("theme", "Other colours", self.action_change_theme)


def _briefly(tests: Sequence[TestName]) -> str:
    """What a rerun would run, beside its key."""
    if len(tests) > 1:
        return str(len(tests))
    return words.package_name(tests[0].package) if not tests[0].test else tests[0].test
