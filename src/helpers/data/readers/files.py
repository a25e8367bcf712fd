"""Bytes of a file, compressed or not, and its lines: what all line-based formats share.

Lines end in LF or CR LF and nothing else: sentences hold other separators (U+2028, U+0085, form
feeds), at which ``str.splitlines`` would break them.
"""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.data.rows import RowProblem
from helpers.errors import UserError

_UTF8_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class File:
    """A file's name, as errors and reports show it, and its uncompressed bytes."""

    name: str
    data: bytes


def file_error(name: str, problem: str, mend: str) -> UserError:
    """The refusal of a whole file: which, what is wrong with it, what to do."""
    return UserError("data", f"{name}: {problem}", mend)


def read_file(path: Path, name: str) -> File:
    """Read ``path``, decompressing where it ends in .xz, .gz or .gz.xz.

    Raises
    ------
    UserError : the file cannot be read, or its compressed stream is damaged or ends early.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise file_error(name, f"cannot be read ({error.strerror})", "a readable file") from error
    for suffix in reversed(path.suffixes):
        if suffix == ".xz":
            data = _unxz(data, name, f"a complete file: fetch it again (xz --test {path.name})")
        elif suffix == ".gz":
            data = _gunzip(data, name, f"a complete file: fetch it again ({path.name})")
        else:
            break
    return File(name, data)


def _unxz(data: bytes, name: str, again: str) -> bytes:
    decompressor, parts = lzma.LZMADecompressor(), []
    try:
        while data:
            parts.append(decompressor.decompress(data))
            if not decompressor.eof:
                raise file_error(name, "truncated: its compressed stream ends early", again)
            data = decompressor.unused_data.lstrip(b"\0")  # stream padding
            decompressor = lzma.LZMADecompressor()
    except lzma.LZMAError as error:
        raise file_error(name, f"damaged: not a valid .xz stream ({error})", again) from error
    if not parts:
        raise file_error(name, "truncated: it is empty", again)
    return b"".join(parts)


def _gunzip(data: bytes, name: str, again: str) -> bytes:
    if not data:
        raise file_error(name, "truncated: it is empty", again)
    try:
        return gzip.decompress(data)
    except EOFError as error:
        raise file_error(name, "truncated: its compressed stream ends early", again) from error
    except (OSError, zlib.error) as error:
        raise file_error(name, f"damaged: not a valid .gz stream ({error})", again) from error


def lines(file: File) -> Iterator[str | RowProblem]:
    """The file's lines without their ends, in order; a line that is no text is a problem.

    Raises
    ------
    UserError : the file is empty, or is UTF-16.
    """
    for raw in _body(file).removesuffix(b"\n").split(b"\n"):
        yield _decode(raw.removesuffix(b"\r"))


def text(file: File) -> str:
    """The whole file as one text, for formats whose rows are no lines.

    Raises
    ------
    UserError : the file is empty, or is not UTF-8; then with the line.
    """
    data = _body(file)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise file_error(file.name, f"line {line}: not valid UTF-8", "UTF-8 text") from error


def _body(file: File) -> bytes:
    if file.data.startswith(_OTHER_BOMS):
        raise file_error(file.name, "is UTF-16", "UTF-8 text")
    data = file.data.removeprefix(_UTF8_BOM)
    if not data:
        raise file_error(file.name, "is empty", "a file with at least one row")
    return data


def _decode(raw: bytes) -> str | RowProblem:
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return RowProblem(f"not valid UTF-8 (byte {error.start + 1} of the line)")
    if "\0" in line:
        return RowProblem("holds the character 0x0000")
    if "\r" in line:
        return RowProblem("holds a carriage return that ends no line")
    return line
