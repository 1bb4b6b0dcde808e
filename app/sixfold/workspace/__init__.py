"""The tree that agents work in: what changed, and whether a task's change is really there."""
