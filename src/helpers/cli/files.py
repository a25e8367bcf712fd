"""Files that a command writes: refused before the work where they could not be written after it.

Whoever writes them makes a temporary neighbour and renames it. That would put a plain file in the
place of a device or of a link, and needs a name with room for more. Not for folders of records
(``study.store``).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from helpers.errors import UserError


def file_to_write(out: Path, suffix: str = "") -> Path:
    """The file that ``out`` names, links followed. Nothing is left behind.

    Errors: UserError on ``out``: another suffix, no file, no folder, a folder that takes no file.
    """
    if suffix and out.suffix != suffix:
        raise UserError("out", str(out), f"a file name that ends in {suffix}")
    try:
        file = out.resolve()
        if file.exists() and not file.is_file():
            raise UserError("out", str(out), "a file, not a folder or a device")
        if not file.parent.is_dir():
            raise UserError("out", str(out), "a file in a folder that exists")
        # A trial, as permissions do not tell: root has them all, and not every folder takes files.
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", suffix=".tmp"):
            pass
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        reason = getattr(error, "strerror", None) or error
        raise UserError("out", str(out), f"a file that can be written ({reason})") from None
    return file
