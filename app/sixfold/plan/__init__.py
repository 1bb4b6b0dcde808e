"""The plan: edges and why each exists, and what may start now. Pure."""
