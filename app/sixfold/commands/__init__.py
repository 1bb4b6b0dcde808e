"""What each command of the command line does: one module each, joining runner and dashboard."""
