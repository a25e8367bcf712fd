"""Refusals from the floors below, told under the names that a command's own options have.

Below, whatever is wrong with an encoder is told of ``encoders``, as most chapters call them; who
typed ``--encoder`` looks for that. Not for what is refused, nor for what is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from helpers.errors import UserError

ONE_ENCODER = {"encoders": "encoder"}


@contextmanager
def told_as(names: dict[str, str]) -> Iterator[None]:
    """Within it a refusal of a parameter in ``names`` is raised as one of what it maps to.

    >>> with told_as({"seed": "seeds"}):
    ...     raise UserError("seed", 99, "0, 1")
    Traceback (most recent call last):
        ...
    helpers.errors.UserError: seeds: got 99; accepted: 0, 1
    """
    try:
        yield
    except UserError as error:
        if error.parameter not in names:
            raise
        raise UserError(names[error.parameter], error.given, error.accepted) from error
