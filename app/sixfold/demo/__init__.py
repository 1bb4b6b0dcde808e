"""The sample feature that `sixfold demo` runs."""
