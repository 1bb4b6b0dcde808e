"""Phases as barriers: which are open, which are halted whole, and whose gate is due."""

from __future__ import annotations

from sixfold.plan.network import Network


class Barriers:
    """Counts for each phase of a network, kept up to date one change at a time.

    A phase is *closed* when its tasks are settled, what it waits for is closed, and its gate
    has passed (or nothing was attempted in it, so there is nothing to judge). It *opens* when
    every phase it needs or follows is closed. It is *ill* when a task in it failed or is
    halted, or when a phase it needs is ill.

    Every method that changes something returns the phases whose members may have changed.
    """

    def __init__(self, network: Network) -> None:
        count = len(network.members)
        self._network = network
        self._unsettled = [len(members) for members in network.members]
        self._attempted = [0] * count
        self._ill = [0] * count
        """Bad members and ill phases needed."""
        self._ill_needs = [0] * count
        self._awaits = [
            set(needs) | set(follows)
            for needs, follows in zip(network.phase_needs, network.phase_follows, strict=True)
        ]
        self._closed = [False] * count
        self._passed: set[int] = set()
        self.due: set[int] = set()
        """Phases whose gate should run now."""

    def opened(self, phase: int) -> bool:
        """Whether all that the phase needs or follows is closed."""
        return not self._awaits[phase]

    def halted(self, phase: int) -> bool:
        """Whether a phase that this one needs is ill."""
        return self._ill_needs[phase] > 0

    def passed(self, phase: int) -> bool:
        """Whether the phase's gate is green, and nothing was reopened since."""
        return phase in self._passed

    def pass_gate(self, phase: int) -> list[int]:
        """The phase's gate is green."""
        self._passed.add(phase)
        return self.review(phase)

    def shift(self, phase: int, *, bad: int, unsettled: int, attempted: int) -> list[int]:
        """Add to the counts of a phase."""
        touched = self._spread(phase, bad) if bad else []
        if unsettled or attempted:
            self._unsettled[phase] += unsettled
            self._attempted[phase] += attempted
            touched += self.review(phase)
        return touched

    def _spread(self, phase: int, step: int) -> list[int]:
        touched: list[int] = []
        work = [(phase, step)]
        while work:
            phase, step = work.pop()
            was_ill = self._ill[phase] > 0
            self._ill[phase] += step
            if was_ill == (self._ill[phase] > 0):
                continue
            for later in self._network.phase_dependents[phase]:
                self._ill_needs[later] += step
                touched.append(later)
                work.append((later, step))
        return touched

    def review(self, phase: int) -> list[int]:
        """Decide anew whether the phase is due or closed, and what that opens or shuts."""
        touched: list[int] = []
        work = [phase]
        while work:
            phase = work.pop()
            closed = self._judge(phase)
            if closed == self._closed[phase]:
                continue
            self._closed[phase] = closed
            for later in self._network.phase_successors[phase]:
                if not closed and self._goes_on(later, phase):
                    continue
                (self._awaits[later].discard if closed else self._awaits[later].add)(phase)
                touched.append(later)
                work.append(later)
        return touched

    def _goes_on(self, later: int, phase: int) -> bool:
        """Whether a phase that merely follows another has begun: it then waits for it no more."""
        follows = later not in self._network.phase_dependents[phase]
        return follows and self._attempted[later] > 0

    def _judge(self, phase: int) -> bool:
        settled = not self._unsettled[phase]
        if not settled:
            self._passed.discard(phase)
        finished = settled and self.opened(phase)
        judged = phase in self._passed or not self._attempted[phase]
        (self.due.add if finished and not judged else self.due.discard)(phase)
        return finished and judged
