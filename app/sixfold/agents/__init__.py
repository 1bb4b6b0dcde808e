"""Coding agents: one protocol, its adapters, and what they are told."""
