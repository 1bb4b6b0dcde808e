"""What a person does with a replay: stand still, go on, faster, forward and back."""

from __future__ import annotations

from collections.abc import Callable

from sixfold.dashboard.feed import Feed
from sixfold.dashboard.following import Following
from sixfold.dashboard.story import Story


class Playing(Following, inherit_bindings=False):
    """The app's actions on the time of a replay."""

    def action_play(self) -> None:
        """Stand still, or go on; at the end, from the beginning."""
        if replay := self.replay:
            self.turn(replay.play)

    def action_pace(self, factor: float) -> None:
        """Faster or slower."""
        if replay := self.replay:
            self.turn(lambda: replay.pace(factor))

    def action_seek(self, steps: int) -> None:
        """Go on, or back."""
        if replay := self.replay:
            self.turn(lambda: replay.seek(steps))

    def action_seek_event(self, forward: bool) -> None:
        """Go on, or back, by an event."""
        if replay := self.replay:
            self.turn(lambda: replay.step(forward=forward))

    def action_seek_edge(self, last: bool) -> None:
        """Go to the run's beginning or its end."""
        if replay := self.replay:
            self.turn(lambda: replay.go_to(replay.length if last else 0.0))

    def turn(self, how: Callable[[], None]) -> None:
        """Turn the replay's time; what is in the past now is listened to anew."""
        assert self.replay  # noqa: S101 - those who call it looked
        before = self.replay.position
        how()
        if self.replay.position < before:
            self._forget()
            self.follow(self.replay)
        self.feed.changed = True

    def _forget(self) -> None:
        self.feed, self.story, self._read = Feed(), Story(), 0
        self.forget_output()

    def forget_output(self) -> None:
        """Empty the logs. To be given by the app, which has them."""
        raise NotImplementedError
