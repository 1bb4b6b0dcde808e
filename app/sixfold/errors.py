"""What a person can mend: where, what, and what to do next."""

from __future__ import annotations


class UserError(Exception):
    """Printed as `sixfold: WHERE: WHAT; HINT`; the command ends with exit code 2."""

    def __init__(self, where: str, what: str, hint: str) -> None:
        super().__init__(f"{where}: {what}; {hint}")
        self.where, self.what, self.hint = where, what, hint
