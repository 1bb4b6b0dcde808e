"""The panes of the dashboard, one class a file."""
