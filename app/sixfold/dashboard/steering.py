"""What a person asks of the run. A key sends a command; the screen waits for the event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from textual import work
from textual.app import SuspendNotSupported
from textual.worker import Worker, WorkerState

from sixfold import events as ev
from sixfold.dashboard import editor, screens, words
from sixfold.dashboard.choice import Choice
from sixfold.dashboard.playing import Playing
from sixfold.dashboard.results import Results
from sixfold.dashboard.screens.page import Page
from sixfold.dashboard.situation import option, request, reruns, targets
from sixfold.link import LinkError, Source
from sixfold.model import RunStatus, TestName
from sixfold.refusal import built_on, refusal

CANCEL = Choice("y", "cancel it", "yes")
UNDO = Choice("y", "undo it", "yes")
SET_ASIDE = Choice("y", "set it aside", "yes")
STOP = Choice("s", "stop the run: what is running is cancelled", "stop")
LEAVE = Choice("l", "let it run; `sixfold attach` comes back to it", "leave")


class Steering(Playing, inherit_bindings=False):
    """The app's actions on the run, and on what is in front."""

    def __init__(
        self,
        source: Source | None,
        start: Callable[[], Awaitable[Source]] | None,
        clock: Callable[[], datetime],
        *,
        leave_alone: bool,
        gate_only: bool,
    ) -> None:
        super().__init__(source, clock, gate_only=gate_only)
        self.away = False
        """Has the person's editor the terminal."""
        self.stopped = False
        """Did the person here ask for the run to be stopped."""
        self._start, self._leave_alone, self._starting = start, leave_alone, False

    @property
    def page(self) -> Page | None:
        """What is in front; None where that is a question, or has no panes yet."""
        screen = self.screen_stack[-1] if self.screen_stack else None
        return screen if isinstance(screen, Page) and screen.ready else None

    @property
    def targets(self) -> dict[str, str]:
        """Action -> the task that it would act on, as things are selected now."""
        page = self.page
        if page is None:
            return {}
        return targets(
            self.state,
            page.chosen_task,
            page.slot,
            name=page.chosen_request,
            bound=page.bound,
        )

    @property
    def results(self) -> Results:
        """What the tests show. To be given by the app."""
        raise NotImplementedError

    @property
    def reruns(self) -> dict[str, list[TestName]]:
        """Action -> the tests that it would run once more, as things are selected now."""
        page = self.page
        return reruns(self.results, page.meant) if page else {}

    @property
    def startable(self) -> bool:
        """Can the run be started from here."""
        return self._start is not None and self.source is None and not self._starting

    @property
    def connecting(self) -> bool:
        """Is there a run that has not said a word yet."""
        expected = self._starting or self.source is not None
        return expected and not (self.gone or self.gate_only) and self.state.status == "ready"

    async def ask(self, command: ev.AnyCommand) -> ev.Answer | None:
        """Send a command; a refusal is told with its reason, and None."""
        if self.source is None:
            return None
        try:
            answer = await self.source.ask(command)
        except LinkError as error:
            self.tell(f"not sent: {error}", "bad")
            return None
        if answer.accepted:
            return answer
        self.tell(f"refused: {answer.reason or 'no reason given'}")
        return None

    @work
    async def send(self, command: ev.AnyCommand) -> None:
        """Send a command, and let the keys go on meanwhile."""
        await self.ask(command)

    def action_start(self) -> None:
        """Start the run that was planned."""
        self._starting = True
        self.feed.changed = True
        self.begin()

    @work(exit_on_error=False, name="begin")
    async def begin(self) -> None:
        """Wait for the run, then follow it."""
        assert self._start  # noqa: S101 - `startable` looked
        self.source = await self._start()
        self.follow(self.source)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A start that failed says so; the plan stays, and can be started again."""
        if event.worker.name == "begin" and event.state is WorkerState.ERROR:
            self._starting = False
            self.feed.changed = True
            self.tell(f"could not start: {event.worker.error}", "bad")

    def action_pause(self) -> None:
        """Pause, or go on."""
        resting = self.state.status in {"paused", "blocked"}
        self.send(ev.Resume() if resting else ev.Pause())

    def action_retry(self) -> None:
        """A fresh attempt."""
        self.send(ev.Retry(task=self.targets["retry"]))

    def action_skip(self) -> None:
        """Let a task go."""
        self.send(ev.Skip(task=self.targets["skip"]))

    def action_cancel(self) -> None:
        """End an attempt, after a short question."""
        task = self.targets["cancel"]
        where = "stays in the tree" if self.state.isolation == "shared" else "is kept on its branch"
        kept = f"Its agent is ended; what it changed so far {where}."
        self._confirm(f"Cancel {task}?", kept, CANCEL, ev.Cancel(task=task))

    def action_undo(self) -> None:
        """Take a finished task back, after a question that names what goes with it."""
        task = self.targets["undo"]
        later = built_on(self.state, task)
        self._confirm(
            f"Undo {task}?",
            undoing(self.state.status, later),
            UNDO,
            ev.Undo(task=task, dependents=True),
            stands=lambda: built_on(self.state, task) == later,
        )

    def action_set_aside(self) -> None:
        """Take the culprit of a red gate out, after a question."""
        task = self.targets["set_aside"]
        self._confirm(
            f"Set {task} aside?",
            "Its commit is reverted and its work kept on a branch. The task has failed then, and "
            "what needs it is halted; r tries it again.",
            SET_ASIDE,
            ev.SetAside(task=task),
        )

    @property
    def asked(self) -> ev.PermissionAsked | None:
        """What the person is asked, of all that waits for an answer."""
        page = self.page
        if page is None:
            return None
        return request(
            self.state, page.chosen_task, page.slot, page.chosen_request, bound=page.bound
        )

    def action_allow(self) -> None:
        """Yes."""
        self._answer("allow")

    def action_allow_always(self) -> None:
        """Yes, for the rest of the run."""
        self._answer("allow_always")

    def action_reject(self) -> None:
        """No."""
        self._answer("reject")

    def action_reject_always(self) -> None:
        """No, for the rest of the run."""
        self._answer("reject_always")

    def _answer(self, action: str) -> None:
        if asked := self.asked:
            self.send(ev.Decide(request=asked.request, option=option(asked, action)))

    def action_hold(self) -> None:
        """Pause, and cut running turns short."""
        self.send(ev.Pause(now=True))

    def action_retry_with(self) -> None:
        """A fresh attempt by another agent, which is asked for by its name."""
        task = self.targets["retry_with"]
        known = {self.state.agent, *(one.agent for one in self.state.tasks.values())}
        names = ", ".join(sorted(name for name in known if name))
        about = f"An agent of sixfold.yaml or of the catalogue. This run knows {names}."
        text = f"Retry {task} with which agent?"
        self._write(text, about, lambda name: ev.Retry(task=task, agent=name))

    def action_tell(self) -> None:
        """Say something to an agent at work."""
        task = self.targets["tell"]
        about = "Its agent gets it at the end of its turn, and goes on with it."
        self._write(f"What to say to {task}?", about, lambda text: ev.Tell(task=task, text=text))

    def _write(self, text: str, about: str, command: Callable[[str], ev.AnyCommand]) -> None:
        """Send a line that the person writes, as long as the command that carries it makes sense.

        The screen for it is in front at once: keys that come at the same time are meant for it.
        """

        def sensible() -> bool:
            return not self.over and not refusal(self.state, command("x"))

        def send(written: str | None) -> None:
            if written:
                self.send(command(written))

        self.push_screen(screens.Line(text, about, stands=sensible), send)

    def _confirm(
        self,
        text: str,
        explanation: str,
        yes: Choice,
        command: ev.AnyCommand,
        *,
        stands: Callable[[], bool] = lambda: True,
    ) -> None:
        """Send a command if the person says so, and as long as it still makes sense."""

        def sensible() -> bool:
            return not self.over and not refusal(self.state, command) and stands()

        def send(answer: str | None) -> None:
            if answer:
                self.send(command)

        self.push_screen(screens.Question(text, explanation, (yes,), stands=sensible), send)

    def action_gate(self) -> None:
        """Run the tests."""
        self.send(ev.Gate())

    def action_rerun(self) -> None:
        """Run the selected test once more."""
        self._rerun("rerun")

    def action_rerun_failed(self) -> None:
        """Run what fails once more."""
        self._rerun("rerun_failed")

    def action_rerun_package(self) -> None:
        """Run the selected package once more."""
        self._rerun("rerun_package")

    def _rerun(self, action: str) -> None:
        if tests := self.reruns.get(action):
            self.send(ev.Rerun(tests=tests))

    @work
    async def edit(self, file: Path, line: int) -> None:
        """Have the person's editor at a line; the terminal is its own until it ends."""
        words = editor.command(editor.wanted(editor.environment()), file, line)
        try:
            if editor.has_window(words):
                await editor.beside(words)
                self.toast(f"{words[0]} has {file.name}:{line}")
                return
            self.away = True
            with self.batch_update(), self.suspend():
                code = await editor.in_front(words)
            if code:
                self.tell(f"{words[0]} ended with exit code {code}", "look")
        except SuspendNotSupported:
            self.tell("no editor can be opened from here: this is no terminal of yours", "look")
        except OSError as error:
            self.tell(f"cannot start {words[0]}: {error.strerror or error}", "bad")
        finally:
            self.away = False

    def action_revalidate(self) -> None:
        """Send back what is not met."""
        self.send(ev.Revalidate())

    @work
    async def action_diff(self) -> None:
        """Show the change so far."""
        task = self.targets.get("diff", "")
        if answer := await self.ask(ev.Diff(task=task)):
            await self.open(screens.DiffScreen(task, answer.text))

    def action_leave(self) -> None:
        """Leave at once where nothing runs, else ask what becomes of the run."""
        live = self.state.live and not (self.over or self.replay)
        if self.stopped or self.source is None or not live:
            self.exit()
            return
        choices = (LEAVE, STOP) if self._leave_alone else (STOP,)
        question = screens.Question(
            "Leave?", "The run is not over.", choices, stands=lambda: not self.over
        )
        self.push_screen(question, self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer == "leave":
            self.exit()
        elif answer == "stop":
            self._stop()

    @work
    async def _stop(self) -> None:
        if await self.ask(ev.Stop()):
            self.stopped = self.feed.changed = True

    async def action_plan(self) -> None:
        """The plan, or back to it, or back from it."""
        await self._turn_to(screens.PlanScreen)

    async def action_inbox(self) -> None:
        """All that waits for the person, or back to it, or back from it."""
        await self._turn_to(screens.InboxScreen)

    async def action_timeline(self) -> None:
        """The timeline, or back to it, or back from it."""
        await self._turn_to(screens.TimelineScreen)

    async def _turn_to(
        self, kind: type[screens.PlanScreen | screens.InboxScreen | screens.TimelineScreen]
    ) -> None:
        """A page that there is once: open it, go back to it, or leave it."""
        if isinstance(self.screen, kind):
            self.screen.close()
        elif any(isinstance(screen, kind) for screen in self.screen_stack):
            self.pop_screen()
        else:
            await self.push_screen(kind())

    async def action_messages(self) -> None:
        """What happened so far."""
        lines = self.story.lines() or [("nothing yet", "quiet")]
        self.mark_read()
        await self.open(screens.TextScreen("MESSAGES", lines, at_end=True))

    async def open(self, page: screens.TextScreen) -> None:
        """Show a page of text; it takes the place of another, so that one Escape goes back."""
        if isinstance(self.screen, screens.TextScreen):
            await self.switch_screen(page)
        else:
            await self.push_screen(page)


def undoing(status: RunStatus, later: Sequence[str]) -> str:
    """What undoing a task does, `later` being the finished tasks that need it."""
    need = "need it and are" if later[1:] else "needs it and is"
    also = f"; {words.both(later)} {need} undone too" if later else ""
    again = (
        "It will run again: pause first if you want it to wait."
        if status == "running"
        else f"It will run again, once the run is no longer {status}."
    )
    return f"Its commit is reverted and its box opened{also}. {again}"
