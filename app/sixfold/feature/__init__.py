"""Reading a Spec Kit feature: spec_info, prerequisites, checklists, tasks."""
