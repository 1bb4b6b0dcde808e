"""Every style sheet and theme of the dashboard."""
