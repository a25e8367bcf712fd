"""``pretrain`` and ``exposure``: an encoder from a recipe; what its corpus holds of test sets."""

from __future__ import annotations

from pathlib import Path

import click

from helpers.cli.files import file_to_write


@click.command()
@click.argument("recipe")
@click.option(
    "--max-steps",
    type=click.IntRange(min=1),
    help="Stop after so many steps, without an encoder; the same call without it goes on.",
)
@click.option(
    "--seed",
    "seeds",
    type=click.IntRange(min=0),
    multiple=True,
    help="Seed of weights and draws instead of the recipe's; repeat for several encoders of one "
    "text and vocabulary. Seed N of a recipe whose own is another becomes RECIPE-seedN.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the encoder; by default models/RECIPE.",
)
@click.option(
    "--corpus",
    metavar="DIR|hub:ID[/CONFIG]",
    help="Pretraining text, for recipes that do not learn from the laboratory.",
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
@click.option(
    "--work",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of checkpoints and log; by default _build/pretrain/RECIPE.",
)
@click.option(
    "--travel",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Train nothing: write the prepared text of this recipe to DIR, to be taken elsewhere and "
    "given there as --prepared.",
)
@click.option(
    "--travel-size",
    type=click.FloatRange(min=0, min_open=True),
    default=45.0,
    show_default=True,
    metavar="MB",
    help="Largest token file of --travel; a larger one is thinned, the largest parts first.",
)
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:N, mps.")
@click.option(
    "--fresh",
    is_flag=True,
    help="Throw away the checkpoint of an earlier run, and prepared text unless --prepared names "
    "its folder.",
)
def pretrain(
    recipe: str,
    max_steps: int | None,
    seeds: tuple[int, ...],
    out: Path | None,
    corpus: str | None,
    data: str | None,
    prepared: Path | None,
    work: Path | None,
    travel: Path | None,
    travel_size: float,
    device: str,
    fresh: bool,
) -> None:
    """Pretrain an encoder by RECIPE: a name (tiny, xlmr-nano, xlmr-nano-tlm) or a YAML file.

    An interrupted run goes on from its checkpoint with the same command, without --fresh. The
    folders of the encoders go to stdout.

    \b
    Examples:
      python -m helpers pretrain tiny --out DIR
      python -m helpers pretrain tiny --fresh --seed 0 --seed 1 --seed 2
      python -m helpers pretrain xlmr-nano --corpus DIR --data local:../shared/data
      python -m helpers pretrain xlmr-nano --corpus DIR --data local:../shared/data --travel BOX
      python -m helpers pretrain xlmr-nano --prepared BOX --device cuda
    """
    from helpers.models.pretrain import command

    where = {"corpus": corpus, "data": data, "work": work, "prepared": prepared}
    if travel is not None:
        click.echo(str(command.pack(recipe, travel, travel_size, fresh=fresh, **where)))
        return
    for folder in command.pretrain_seeds(
        recipe, seeds, out=out, max_steps=max_steps, resume=not fresh, device=device, **where
    ):
        click.echo(str(folder))


@click.command()
@click.argument("recipe")
@click.option(
    "--corpus",
    required=True,
    metavar="DIR|hub:ID[/CONFIG]",
    help="Pretraining text, as of pretrain.",
)
@click.option(
    "--data",
    required=True,
    metavar="local:FOLDER",
    help="Evaluation sets, as of pretrain; those that the recipe names are looked at.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="By default results/data/exposure.json, which the appendix on encoders reads.",
)
def exposure(recipe: str, corpus: str, data: str, out: Path | None) -> None:
    """Name the items of evaluation sets that the corpus of RECIPE repeats before any removal.

    No item that is left out of the list can have been read in pretraining. Ids, never sentences,
    are written; the table on stdout tells how many of each set.

    \b
    Example:
      python -m helpers exposure xlmr-nano-tlm --corpus DIR --data local:../shared/data
    """
    from tqdm import tqdm

    from helpers.cli.tables import show_table
    from helpers.models.pretrain.evaluation_sets import evaluation_tables
    from helpers.models.pretrain.exposure import exposed
    from helpers.models.pretrain.prepare import read_text
    from helpers.models.pretrain.recipe import read_recipe
    from helpers.study import exposure as recorded

    file = file_to_write(recorded.FILE if out is None else out, ".json")
    chosen = read_recipe(recipe)
    text = read_text(chosen, corpus)
    tables = {
        (task, language, split): table
        for task, language, split, table in evaluation_tables(chosen, data)
        if table is not None
    }
    found = exposed(text, tables, lambda rows, name: tqdm(rows, desc=name, leave=False))
    recorded.write(found, file)
    columns = ("task", "language", "split")
    lines = [
        dict(zip(columns, name, strict=True)) | {"items": one.items, "exposed": len(one.ids)}
        for name, one in found.items()
    ]
    show_table(lines, (*columns, "items", "exposed"))
