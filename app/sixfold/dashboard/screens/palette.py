"""All actions, found by typing."""

from __future__ import annotations

from textual.command import CommandPalette
from textual.widgets import OptionList


class Palette(CommandPalette):
    """Textual's, which dies of a key for its list before that has been laid out."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing can be done with a list that is not shown yet, or no more."""
        if action == "command_list":
            return any(one.scrollable_content_region for one in self.query(OptionList))
        return super().check_action(action, parameters)
