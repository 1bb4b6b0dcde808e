"""Sixfold: a dashboard and runner for the implement step of Spec Kit on Go projects."""

__version__ = "0.1.0"
