"""The Textual app: a view of events and state, and a source of commands."""
