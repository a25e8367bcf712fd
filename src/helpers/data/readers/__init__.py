"""Readers: one function a file format, each giving (line, fields or problem) row by row.

A reader knows a format, not a task: which columns mean what, and what a usable row is, the registry
(``tasks.toml``) and ``rows`` say. A new task in one of these formats needs no code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from helpers.data.readers.copa import copa_xml
from helpers.data.readers.delimited import csv, tsv
from helpers.data.readers.dialogue import dialogues
from helpers.data.readers.files import File, read_file
from helpers.data.readers.json_text import json_array, json_lines
from helpers.data.readers.labelled import label_first
from helpers.data.readers.mewsli import mewsli_x
from helpers.data.readers.parallel import line_pairs, text_labels
from helpers.data.readers.qed import qed
from helpers.data.readers.squad import squad
from helpers.data.readers.tagged import char_tags, conllu, iob2, wikiann
from helpers.data.rows import Event

READERS: dict[str, Callable[..., Iterator[Event]]] = {
    "csv": csv,
    "tsv": tsv,
    "json-lines": json_lines,
    "json-array": json_array,
    "dialogues": dialogues,
    "copa-xml": copa_xml,
    "label-first": label_first,
    "line-pairs": line_pairs,
    "text-labels": text_labels,
    "squad": squad,
    "qed": qed,
    "conllu": conllu,
    "iob2": iob2,
    "char-tags": char_tags,
    "wikiann": wikiann,
    "mewsli-x": mewsli_x,
}
# Formats of which one row lies in several files; of all others a reader is given one file
ALIGNED = ("line-pairs", "text-labels", "mewsli-x")

__all__ = ["ALIGNED", "READERS", "File", "csv", "line_pairs", "read_file", "tsv"]
