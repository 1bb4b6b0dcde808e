"""What holds for all tests."""

from hypothesis import settings

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")  # how long an example takes there says nothing
