"""The loop that joins plan, agents and gate; its journal and its control socket."""
