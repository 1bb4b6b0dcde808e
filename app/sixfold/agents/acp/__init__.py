"""Agents that speak the Agent Client Protocol; its library is loaded when one takes a turn."""
