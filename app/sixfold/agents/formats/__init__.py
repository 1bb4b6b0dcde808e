"""The JSON streams that headless agents print: one module for each."""
