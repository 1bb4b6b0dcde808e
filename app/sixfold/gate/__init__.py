"""The gate: run the test command, decode its stream, fold it into a report."""
