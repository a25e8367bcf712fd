"""``run`` and ``results``: studies of the book's chapters and what was recorded of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from helpers.cli.names import ONE_ENCODER, told_as
from helpers.cli.tables import show_json, show_table
from helpers.errors import UserError

RERUN = ("only-missing", "always", "never")
_GIVEN = "helpers.run.given"  # the words after `run`, kept for its help


class WithParameters(click.Command):
    """Adds chapters and their parameters to the help; they are read only when help is asked for.

    All chapters with a line each; of those that are named the parameters, else of all.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_GIVEN] = [*args]
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from helpers.study.params import MODELS, PURPOSES, describe

        named = [chapter for chapter in MODELS if chapter in ctx.meta.get(_GIVEN, ())]
        if not named:
            with formatter.section("Chapters"):
                formatter.write_dl([(chapter, PURPOSES[chapter]) for chapter in MODELS])
        for chapter in named or MODELS:
            with formatter.section(f"Parameters of {chapter}"):
                if named:
                    formatter.write_text(PURPOSES[chapter] + ".")
                for line in sizes_told(chapter):
                    formatter.write_text(line)
                formatter.write_dl(
                    [(f"{name} [{default}]", said) for name, default, said in describe(chapter)]
                )


def sizes_told(chapter: str) -> list[str]:
    """What "the chapter's own number" is: a line a source task of a chapter that learns."""
    from helpers.study.courses import COURSES

    told = []
    for course in COURSES.get(chapter, ()):
        line = f"Own numbers of {course.name}: {_numbers(course.sizes)}"
        if course.lab:
            line += f"; laboratory: {_numbers(course.laboratory)}"
        told.append(f"{line}.")
    return told


def _numbers(sizes: Any) -> str:
    return f"train_size {sizes.train}, report_size {sizes.report}, epochs {sizes.epochs}"


@click.command(cls=WithParameters)
@click.argument("chapter")
@click.option(
    "-p",
    "--parameter",
    "parameters",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="A parameter of the chapter; lists with commas. Repeat for more.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write DIR/record.json instead of results/CHAPTER/IDENTITY/record.json.",
)
@click.option(
    "--rerun",
    type=click.Choice(RERUN),
    default=RERUN[0],
    show_default=True,
    help="only-missing: nothing is done twice; always: replace the record; never: only read it.",
)
@click.option("--quiet", is_flag=True, help="No progress and no notes on stderr.")
def run(
    chapter: str,
    parameters: tuple[tuple[str, str], ...],
    out: Path | None,
    rerun: str,
    quiet: bool,
) -> None:
    """Run the study of CHAPTER and record it.

    Wrong parameters are refused before any work. The same parameters on the same data are run once;
    an interrupted run is started again with the same command and finds its embeddings cached.
    "run CHAPTER --help" tells the parameters of that chapter alone.

    \b
    Examples:
      python -m helpers run 02_alignment
      python -m helpers run 02_alignment -p target_languages ko -p seed 1
      python -m helpers run 02_alignment -p encoders models/xlmr-nano,xlm-roberta-base \\
          -p data local:../shared/data -p target_languages ko,de --out DIR
    """
    from helpers.study.params import model_for, parse
    from helpers.study.run import run as run_study
    from helpers.study.store import RECORD, folder_of

    params = parse(chapter, parameters)
    with told_as({} if "encoders" in model_for(chapter).model_fields else ONE_ENCODER):
        record = run_study(chapter, params, out=out, rerun=rerun, progress=not quiet)
    folder = folder_of(chapter, record.identity) if out is None else out
    for note in [] if quiet else record.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(f"{len(record.rows)} rows, {record.data['source']} data: {folder / RECORD}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A list of objects, all fields.")
@click.option("--chapter", help="Only this chapter, e.g. 02_alignment.")
@click.option(
    "-w",
    "--where",
    "conditions",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="Only rows whose field or setting NAME is VALUE. Repeat for more.",
)
def results(as_json: bool, chapter: str | None, conditions: tuple[tuple[str, str], ...]) -> None:
    """Recorded rows under results/: value, interval, and all that was varied.

    \b
    Examples:
      python -m helpers results --chapter 02_alignment -w name precision@1 -w method ridge
      python -m helpers results --json -w target_language ko -w n_pairs 100
    """
    from helpers.study.params import model_for
    from helpers.study.store import result_rows, scan

    if chapter is not None:
        model_for(chapter)
    stored, problems = scan(chapter=chapter)
    for problem in problems:
        click.echo(f"warning: {problem}", err=True)
    recorded = result_rows(stored)
    if conditions and not recorded:  # what a chapter without rows would have, others tell
        _check_names(result_rows(scan()[0]), conditions)
    rows = _where(recorded, conditions)
    if as_json:
        show_json(rows)
        return
    if not recorded:
        click.echo("no recorded rows; python -m helpers run CHAPTER makes some", err=True)
        return
    click.echo(f"{len(rows)} of {len(recorded)} recorded rows", err=True)
    if len(rows) > _MANY:
        click.echo("fewer: -w NAME VALUE, as in -w name precision@1", err=True)
    if not rows:
        return
    fixed = ["chapter", "data", "name", "encoder", "method", "target_language", "seed"]
    show_table(rows, [*fixed, "value", "low", "high", "n", "setting"])


_MANY = 200  # rows that nobody reads


def _where(rows: list[dict[str, Any]], conditions: tuple[tuple[str, str], ...]) -> list[dict]:
    _check_names(rows, conditions)
    for name, wanted in conditions:
        rows = [row for row in rows if _is(row.get(name, row["setting"].get(name)), wanted)]
    return rows


def _check_names(rows: list[dict[str, Any]], conditions: tuple[tuple[str, str], ...]) -> None:
    """Refuse a name that no row has; where there are no rows, any may be right."""
    names = {name for row in rows for name in (*row, *row["setting"])} - {"setting"}
    for name, _ in conditions:
        if names and name not in names:
            raise UserError("where", name, sorted(names))


def _is(value: Any, wanted: str) -> bool:
    """Whether a value is what was typed: by its spelling, a number by its size."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return value == float(wanted)
        except ValueError:
            return False
    return _spelt(value) == wanted


def _spelt(value: Any) -> str:
    return (
        "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )


@click.command()
def cards() -> None:
    """Write the card of every shipped encoder from what made it and from its recorded scores.

    \b
    The scores come from runs of the encoders' study, so record those first:
      python -m helpers run encoders -p encoders models/tiny
      python -m helpers run encoders -p encoders models/xlmr-nano,models/xlmr-nano-tlm \\
          -p data local:../shared/data -p target_languages ko,de,es,fr
      python -m helpers cards
    """
    from helpers import paths
    from helpers.study.cards import MADE, write_card

    for made in sorted(paths.MODELS.glob(f"*/{MADE}")):
        click.echo(str(write_card(made.parent).relative_to(paths.ROOT)))
