"""Keys of a registry's entries, and what a good value of each is: a wrong one names task and key.

Not for what entries mean together, nor for the tasks that they make (``tasks``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Codes = Mapping[str, str]

# What is computed for each kind: two lists of labels by maths.metrics, else by answers, retrieval
METRICS_OF = {
    "similarity": ("spearman", "pearson"),
    "classification": ("accuracy", "macro_f1", "matthews"),
    "span": ("f1",),
    "choice": ("accuracy",),
    "tagging": ("accuracy", "macro_f1", "entity_f1"),
    "retrieval": ("accuracy", "map@20"),
}
# What a row cannot do without, of the kinds whose rows a file of columns without header can hold
NEEDED = {
    "similarity": ("sentence1", "sentence2", "score"),
    "classification": ("text", "label"),
    "choice": ("label",),
    "retrieval": ("source_text", "target_text"),
}
# ISO 639-1. A language that is not in it has three letters, by ISO 639-3, which nobody checks
_TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv "
    "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr "
    "ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw "
    "ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv "
    "ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr "
    "ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu"
)
_ISO_639_1 = frozenset(_TWO_LETTERS.split())
_TASK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


class RegistryError(Exception):
    """A wrong entry of a registry: where it stands, what was found and what is right.

    task, key : None where the file as a whole is wrong, or no task.
    """

    def __init__(self, task: str | None, key: str | None, found: object, right: str):
        named = (f"{what} {name!r}" for what, name in (("task", task), ("key", key)) if name)
        self.place, self.found, self.right = ", ".join(named), found, right
        super().__init__(f"{self.under('tasks.toml')}: got {found!r}; accepted: {right}")

    def under(self, file: str) -> str:
        """The place within a file, whatever that is called."""
        return f"{file}, {self.place}" if self.place else file


_NAMES = "names in one string, separated by blanks"
_PATTERN = "a pattern of {code}, {language} and {split}"


def _names(value: object) -> tuple[str, ...] | None:
    """Names in one string; None, as from every function below, where the value is no such thing."""
    names = tuple(value.split()) if isinstance(value, str) else ()
    return names if names and len(set(names)) == len(names) else None


def _pattern(value: object) -> str | None:
    try:
        value.format(code="xx", language="xx", split="test")
    except (AttributeError, KeyError, IndexError, ValueError):
        return None
    return value


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _share(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 1 else None


def _languages(value: object) -> tuple[str, ...] | None:
    names = _names(value)
    known = (one in _ISO_639_1 or re.fullmatch("[a-z]{3}", one) for one in names or ())
    return names if all(known) else None


def _whole(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= 3 else None


def _strings(value: object) -> tuple[str, ...] | None:
    return tuple(value) if isinstance(value, list) and value and all(map(_string, value)) else None


def _patterns(value: object) -> tuple[str, ...] | None:
    patterns = _strings(value)
    return patterns if patterns and all(map(_pattern, patterns)) else None


def _files(value: object) -> tuple[str, ...] | Mapping[str, tuple[str, ...]] | None:
    if not isinstance(value, dict):
        return _patterns(value)
    files = {split: _patterns(patterns) for split, patterns in value.items()}
    return files if files and all(files.values()) else None


def table_of_strings(value: object) -> Codes | None:
    """A table whose values are strings, none empty."""
    return value if isinstance(value, dict) and all(map(_string, value.values())) else None


def _pattern_table(value: object) -> Codes | None:
    table = table_of_strings(value)
    return table if table and all(map(_pattern, table.values())) else None


def _columns(value: object) -> tuple[str, ...] | Codes | None:
    return _strings(value) or table_of_strings(value)


def _codes(value: object) -> str | Codes | None:
    return _string(value) or table_of_strings(value)


def _entry(value: object) -> object:
    return value or None


# key -> (what turns a good value into the field's and a bad one into None, what is good)
_STRING, _TABLE = (_string, "a string"), (table_of_strings, "a table of strings")
REQUIRED = ("title", "kind", "languages", "splits", "metric", "chance", "licence", "citation")
_CODES = (_codes, "a table of strings or the name of one under [codes]")
TASK = dict.fromkeys(("title", "kind", "metric", "licence", "citation", "family"), _STRING) | {
    "languages": (_languages, f"{_NAMES}: codes of ISO 639-1, or else of ISO 639-3"),
    "splits": (_names, _NAMES),
    "chance": (_share, "a number from 0 to 1"),
    "human": (_share, "a number from 0 to 1"),
    "suite": (_names, _NAMES),
    "parallel": _STRING,
    "id": (_pattern, _PATTERN),
    "labels": (_names, _NAMES),
    "rules": _STRING,
    "built": _STRING,
    "codes": _CODES,
    "lab": (_entry, "a table"),
    "local": (_entry, "a table or an array of them"),
    "hub": (_entry, "a table"),
}
LAB = {"kind": _STRING, "languages": (_names, _NAMES), "depth": (_whole, "0, 1, 2 or 3")}
_SHARED = {
    "languages": (_names, _NAMES),
    "splits": _TABLE,
    "codes": _CODES,
    "labels": _TABLE,
    "only": (_pattern_table, f"a table, each value {_PATTERN}"),
}
LOCAL = _SHARED | {
    "folder": _STRING,
    "files": (_files, f"a list, each {_PATTERN}, or a table of such lists by split"),
    "id": (_pattern, _PATTERN),
    "reader": _STRING,
    "columns": (_columns, "a list or a table of strings"),
}
HUB = _SHARED | {
    "id": _STRING,
    "revision": _STRING,
    "config": (_pattern, _PATTERN),
    "file": (_pattern, _PATTERN),
    "columns": _TABLE,
}


def checked(
    task: str, entry: object, keys: Mapping[str, Any], required: Iterable[str], where: str = ""
) -> dict[str, Any]:
    """The entry's fields in their final form; a `RegistryError` for the first wrong key."""
    if not isinstance(entry, Mapping):
        raise RegistryError(task, where.rstrip(".") or "task", entry, "a table")
    fields = {}
    for key, value in entry.items():
        if key not in keys:
            raise RegistryError(task, where + key, value, f"only the keys {', '.join(keys)}")
        convert, right = keys[key]
        if (converted := convert(value)) is None:
            raise RegistryError(task, where + key, value, right)
        fields[key] = converted
    for key in required:
        if key not in fields:
            raise RegistryError(task, where + key, None, f"{keys[key][1]}: the key is required")
    return fields


def among(task: str, key: str, given: Iterable[str], names: Iterable[str]) -> None:
    """Refuse what is given and none of the names."""
    if unknown := [name for name in given if name not in names]:
        raise RegistryError(task, key, " ".join(unknown), ", ".join(names))


def check_name(task: str) -> None:
    """Refuse a name that could not be typed: tables, item ids and command lines have it."""
    if not _TASK_NAME.fullmatch(task):
        raise RegistryError(task, "task", task, "a name of letters, digits and . _ + -")


def check_columns(task: str, key: str, kind: str, columns: object) -> None:
    """Refuse a list of columns, which is all that such a file has, that makes no row."""
    if isinstance(columns, tuple):
        needed = NEEDED.get(kind, ())
        if any(columns.count(name) != 1 for name in needed):
            right = f"a list with each of {', '.join(needed)} once"
            raise RegistryError(task, key, " ".join(columns), right)
