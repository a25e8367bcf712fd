"""The command line: ``python -m helpers``. Commands only; what they do stands on the floors below.

Everything heavy is imported inside a command, so that help comes at once. A refusal of the user's
input is one line on stderr and exit code 2; tables and JSON go to stdout, progress to stderr.
"""

from __future__ import annotations

import errno

import click

from helpers.cli.check import check
from helpers.cli.corpus import laboratory, tasks
from helpers.cli.grid import grid
from helpers.cli.pretraining import exposure, pretrain
from helpers.cli.studies import cards, results, run
from helpers.cli.vectors import align, encode
from helpers.errors import UserError


class Refusal(click.ClickException):
    """A UserError as click shows it: the message, no traceback, exit code 2."""

    exit_code = 2


# Said in a line: what the machine refuses, not what the code does wrong.
_OF_THE_MACHINE = (
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO),
    *(errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EMFILE, errno.ENFILE),
)


class Commands(click.Group):
    """A group whose commands may raise UserError, or be refused by the machine."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except UserError as error:
            raise Refusal(str(error)) from error
        except OSError as error:
            if error.errno not in _OF_THE_MACHINE:
                raise
            raise Refusal(f"{error.filename or 'output'}: {error.strerror}") from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Zero-shot cross-lingual transfer, measured: run the book's studies and their parts.

    \b
    First steps:
      python -m helpers tasks                          what can be measured, and where
      python -m helpers run 02_alignment               chapter 2, on the offline laboratory
      python -m helpers results --chapter 02_alignment -w target_language ko   what was recorded

    \b
    The same chapter with other parameters, on published files in a folder:
      python -m helpers run 02_alignment -p data local:../shared/data \\
          -p target_languages ko,de,es,fr --out DIR

    "python -m helpers COMMAND --help" explains a command and shows examples.
    """


for _command in (
    run,
    grid,
    tasks,
    check,
    results,
    encode,
    align,
    pretrain,
    exposure,
    cards,
    laboratory,
):
    main.add_command(_command)
