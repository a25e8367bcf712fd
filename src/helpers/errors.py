"""The one error a user is meant to read: which parameter, what was given, what is accepted.

Not for programming errors; those stay ordinary exceptions with their traceback.
"""

from __future__ import annotations

from collections.abc import Iterable


class UserError(ValueError):
    """Refusal of an input, told so that the reader can mend it.

    Parameters
    ----------
    parameter : name of the option, column or file that is wrong.
    given : what was given.
    accepted : what would have been accepted, as a sentence or a list of names.

    >>> str(UserError("target_languages", "klingon", ["de", "ko"]))
    "target_languages: got 'klingon'; accepted: de, ko"
    """

    def __init__(self, parameter: str, given: object, accepted: str | Iterable[object]):
        self.parameter, self.given = parameter, given
        self.accepted = (
            accepted if isinstance(accepted, str) else ", ".join(str(name) for name in accepted)
        )
        super().__init__(f"{parameter}: got {given!r}; accepted: {self.accepted}")

    def __reduce__(self):
        return (type(self), (self.parameter, self.given, self.accepted))
