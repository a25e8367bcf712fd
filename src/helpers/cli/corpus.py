"""``tasks``, ``laboratory`` and ``pretrain``: what there is to measure on, and to learn from."""

from __future__ import annotations

import json
from pathlib import Path

import click

from helpers.cli.tables import show_json, show_table
from helpers.errors import UserError


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A list of objects, all fields.")
@click.option("--suite", help="Only tasks of this suite, e.g. xtreme-r.")
@click.option(
    "--data",
    metavar="local:FOLDER",
    help="Also look which languages lie in this folder.",
)
def tasks(as_json: bool, suite: str | None, data: str | None) -> None:
    """The registry: every task with its kind, metric, languages and where it is available.

    \b
    Examples:
      python -m helpers tasks
      python -m helpers tasks --json --data local:../shared/data
    """
    from helpers.data.sources import languages
    from helpers.data.tasks import tasks as registry

    found = []
    for task in registry(suite).values():
        places = {name: name for name in task.sources if name != "local"}
        if data is not None:
            places[data.partition(":")[0]] = data
        available = {}
        for kind, source in places.items():
            try:
                available[kind] = list(languages(task.name, source))
            except UserError as error:
                if error.parameter == "data" and not _is_folder(source):
                    raise
                available[kind] = []
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
        where = [f"{kind} ({len(there)})" for kind, there in task["available"].items()]
        unseen = [kind for kind in task["sources"] if kind not in task["available"]]
        task["available"] = ", ".join(where + unseen)
    show_table(found, ["name", "kind", "metric", "available", "languages"])


def _is_folder(source: str) -> bool:
    kind, _, name = source.partition(":")
    return kind in ("lab", "hub") or (kind == "local" and Path(name).expanduser().is_dir())


@click.command()
@click.option("--kind", default="parallel", show_default=True, help="parallel or sts.")
@click.option(
    "--languages", default="en,ko,ru", show_default=True, help="Language codes with commas."
)
@click.option("--n", type=int, default=1000, show_default=True, help="Number of items.")
@click.option("--split", default="train", show_default=True, help="train, dev or test.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    default="-",
    show_default=True,
    metavar="FILE.jsonl",
    help="- is stdout.",
)
def laboratory(kind: str, languages: str, n: int, split: str, seed: int, out: Path) -> None:
    """Generate items of the laboratory corpus, one JSON object a line.

    The laboratory is a small multilingual grammar: an instrument for causal questions, not a sample
    of natural language. The same arguments give the same items on every machine.

    \b
    Examples:
      python -m helpers laboratory --n 3
      python -m helpers laboratory --kind sts --languages en,ko --split dev --out sts.jsonl
    """
    from helpers.data.lab import api

    names = [name.strip() for name in languages.split(",")]
    if unknown := [name for name in names if name not in api.LANGUAGES]:
        raise UserError("languages", unknown[0], api.LANGUAGES)
    to_stdout = str(out) == "-"
    if not to_stdout and not out.absolute().parent.is_dir():
        raise UserError("out", str(out), "a file in a folder that exists")
    items = api.generate(kind, names, n, split, seed)
    if to_stdout:
        for item in items:
            click.echo(json.dumps(item, ensure_ascii=False))
        return
    api.write_jsonl(out, items)
    click.echo(f"{len(items)} items: {out}")


@click.command()
@click.argument("recipe")
@click.option("--max-steps", type=click.IntRange(min=1), help="Stop after so many steps.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the encoder; by default models/RECIPE.",
)
@click.option(
    "--corpus",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of pretraining text, for recipes that do not learn from the laboratory.",
)
@click.option(
    "--data",
    metavar="local:FOLDER",
    help="Evaluation sets whose sentences are taken out of the text.",
)
@click.option(
    "--prepared",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of prepared text (made there if need be), to share between recipes of one corpus.",
)
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:N, mps.")
@click.option("--fresh", is_flag=True, help="Throw away the checkpoint of an earlier run.")
def pretrain(
    recipe: str,
    max_steps: int | None,
    out: Path | None,
    corpus: Path | None,
    data: str | None,
    prepared: Path | None,
    device: str,
    fresh: bool,
) -> None:
    """Pretrain an encoder by RECIPE: a name (tiny, xlmr-nano, xlmr-nano-tlm) or a YAML file.

    An interrupted run goes on from its checkpoint with the same command.

    \b
    Examples:
      python -m helpers pretrain tiny --out DIR
      python -m helpers pretrain xlmr-nano --corpus DIR --data local:../shared/data
    """
    from helpers.models.pretrain.command import pretrain as make

    folder = make(
        recipe,
        max_steps=max_steps,
        out=out,
        corpus=corpus,
        data=data,
        prepared=prepared,
        resume=not fresh,
        device=device,
    )
    click.echo(str(folder))
