"""``tasks`` and ``laboratory``: what there is to measure on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from helpers.cli.files import file_to_write
from helpers.cli.tables import show_json, show_table
from helpers.errors import UserError


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A list of objects, all fields.")
@click.option("--suite", help="Only tasks of this suite, in its order, e.g. xtreme-r.")
@click.option("--kind", help="Only tasks of this kind, e.g. span or tagging.")
@click.option(
    "--data",
    metavar="local:FOLDER",
    help="Also look which languages lie in this folder.",
)
def tasks(as_json: bool, suite: str | None, kind: str | None, data: str | None) -> None:
    """The registry: every task with its kind, metric, languages and where it is available.

    "languages" are the published ones; in "available" is how many of them each source has (lab: the
    laboratory, hub: the Hugging Face hub, local: a folder, counted with --data only).

    \b
    Examples:
      python -m helpers tasks
      python -m helpers tasks --suite xtreme-r --json
      python -m helpers tasks --kind span --data local:../shared/data
    """
    from helpers.data.kinds import KINDS
    from helpers.data.sources import languages
    from helpers.data.tasks import tasks as registry

    if kind is not None and kind not in KINDS:
        raise UserError("kind", kind, KINDS)
    if data is not None and not _is_source(data):
        raise UserError("data", data, "local:FOLDER, a folder that exists")
    found = []
    for task in registry(suite).values():
        if kind not in (None, task.kind):
            continue
        places = {name: name for name in task.sources if name != "local"}
        if data is not None:
            places[data.partition(":")[0]] = data
        available = {}
        for place, source in places.items():
            try:
                available[place] = list(languages(task.name, source))
            except UserError as error:
                if error.parameter != "data":
                    raise
                available[place] = []  # the source is right: it has nothing of this task
        found.append(
            {
                "name": task.name,
                "title": task.title,
                "kind": task.kind,
                "languages": list(task.languages),
                "metric": task.metric,
                "chance": task.chance,
                "human": task.human,
                "family": task.family,
                "suite": list(task.suite),
                "splits": list(task.splits),
                "labels": list(task.labels),
                "built": task.built,
                "licence": task.licence,
                "citation": task.citation,
                "sources": list(task.sources),
                "available": available,
            }
        )
    if as_json:
        show_json(found)
        return
    for task in found:
        where = [f"{place} ({len(there)})" for place, there in task["available"].items()]
        unseen = [place for place in task["sources"] if place not in task["available"]]
        task["available"] = ", ".join(where + unseen)
    show_table(found, ["name", "kind", "metric", "available", "languages"])


def _is_source(data: str) -> bool:
    kind, _, name = data.partition(":")
    folder = kind == "local" and bool(name) and Path(name).expanduser().is_dir()
    return folder or data in ("lab", "hub")


@click.command()
@click.option(
    "--kind", default="parallel", show_default=True, help="parallel, sts, mrc, reviews or nli."
)
@click.option(
    "--languages",
    default="en,ko,ru",
    show_default=True,
    help="Language codes with commas, of en, ko, ru, zh, hi, ar; or en-twin, ru-twin: the same "
    "sentences in a script of their own.",
)
@click.option("--n", type=int, default=1000, show_default=True, help="Number of items.")
@click.option("--split", default="train", show_default=True, help="train, dev or test.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--noise",
    type=float,
    default=0.0,
    show_default=True,
    help="Share of training labels exchanged for another one; no input changes.",
)
@click.option("--size", type=int, help="At most so many training items, the first of a larger set.")
@click.option(
    "--rarity",
    type=float,
    default=0.0,
    show_default=True,
    help="Share of the choices in training that pass over a fixed half of the words.",
)
@click.option(
    "--depth",
    type=int,
    help="Operations to compose before the label is known, 0 to 3 (mrc, reviews, nli).",
)
@click.option("--distractors", type=int, help="Sentences that share words with the question (mrc).")
@click.option(
    "--sharing", type=float, help="Share of the question's words that each of them has (mrc)."
)
@click.option("--length", type=int, help="Sentences of a passage, a review or a premise.")
@click.option(
    "--overlap",
    type=float,
    default=0.0,
    show_default=True,
    help="Share of the content words of other languages that are spelt as in English.",
)
@click.option(
    "--order",
    default="own",
    show_default=True,
    help="own, or english: the words of other languages in the order of English.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    default="-",
    show_default=True,
    metavar="FILE.jsonl",
    help="- is stdout.",
)
def laboratory(
    kind: str, languages: str, n: int, split: str, seed: int, out: Path, **dials: Any
) -> None:
    """Generate items of the laboratory corpus, one JSON object a line.

    The laboratory is a small multilingual grammar: an instrument for causal questions, not a sample
    of natural language. The same arguments give the same items on every machine. Each dial changes
    what it names and nothing else; one that is not given stays where the kind has it.

    \b
    Examples:
      python -m helpers laboratory --n 3
      python -m helpers laboratory --kind sts --languages en,ko --split dev --out sts.jsonl
      python -m helpers laboratory --kind mrc --depth 3 --distractors 1 --length 7 --n 2
      python -m helpers laboratory --kind reviews --noise 0.2 --size 500 --out noisy.jsonl
      python -m helpers laboratory --languages en,ko --overlap 0.5 --order english --n 3
    """
    from helpers.data.lab import api

    names = [name.strip() for name in languages.split(",")]
    if unknown := [name for name in names if name not in (*api.LANGUAGES, *api.TWINS)]:
        raise UserError("languages", unknown[0], (*api.LANGUAGES, *api.TWINS))
    to_stdout = str(out) == "-"
    file = out if to_stdout else file_to_write(out)
    items = api.generate(kind, names, n, split, seed, api.Dials(**dials))
    if to_stdout:
        for item in items:
            click.echo(json.dumps(item, ensure_ascii=False))
        return
    api.write_jsonl(file, items)
    click.echo(f"{len(items)} items: {out}")
