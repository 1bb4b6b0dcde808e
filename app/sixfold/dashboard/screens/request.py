"""What is asked of the person, in full."""

from __future__ import annotations

from sixfold import events as ev
from sixfold.dashboard.screens import pages
from sixfold.dashboard.screens.text import TextScreen


class RequestScreen(TextScreen):
    """A request's page; it goes once the request is answered."""

    def __init__(self, asked: ev.PermissionAsked) -> None:
        super().__init__(f"{asked.task}  ASKS", pages.request_page(asked), about=asked.task)
        self._request = asked.request

    @property
    def chosen_request(self) -> str | None:
        """The request that is shown."""
        return self._request

    def refresh_state(self) -> None:
        """The state changed: is it still asked."""
        if self._request not in self.dashboard.state.asked:
            self.close()
