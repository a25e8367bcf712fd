"""``grid``: the runs that a study consists of, what of them is recorded, and making the rest."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from helpers.cli.names import ONE_ENCODER, told_as
from helpers.cli.tables import show_json, show_table
from helpers.errors import UserError

if TYPE_CHECKING:
    from helpers.study.grid import Grid, State
    from helpers.study.grid_run import Made
    from helpers.study.intermediate_design import Cell


@click.command()
@click.argument("designs", nargs=-1, metavar="[DESIGN]...")
@click.option("--data", metavar="SOURCE", help="lab (the default), local:FOLDER or hub.")
@click.option("--encoder", metavar="NAME", help="Folder or Hugging Face id.")
@click.option("--families", metavar="A,B", help="Intermediate data sets; all where none is named.")
@click.option("--seeds", metavar="0,1", help="Seeds of the study; all where none is named.")
@click.option(
    "-p",
    "--parameter",
    "parameters",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help='Another parameter of chapter 7, for all cells (see "run --help"). Repeat for more.',
)
@click.option(
    "--cell", "names", multiple=True, metavar="NAME", help="Only this cell. Repeat for more."
)
@click.option("--part", metavar="I/N", help="Only every N-th cell, from the I-th on: a lane of N.")
@click.option("--run", "running", is_flag=True, help="Make what is missing, in this process.")
@click.option(
    "--rerun",
    default="only-missing",
    show_default=True,
    metavar="WHAT",
    help="only-missing: records stand as they are; changed: those that other code made here than "
    "there is now are made anew, too; always: all are.",
)
@click.option("--json", "as_json", is_flag=True, help="A list of objects, one a cell.")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
def grid(
    designs: tuple[str, ...],
    data: str | None,
    encoder: str | None,
    families: str | None,
    seeds: str | None,
    parameters: tuple[tuple[str, str], ...],
    names: tuple[str, ...],
    part: str | None,
    running: bool,
    rerun: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """The runs of chapter 7 that a DESIGN consists of: primary, controls, context, noise.

    \b
    primary   levels of difficulty by items, of eight data sets (the default)
    noise     the same by exchanged labels
    context   tasks as they are: those eight and four more
    controls  the target learnt twice as long; a task's text with masked words, or with
              labels of other rows

    Without --run nothing is made: what there is, what is recorded, and how long the rest will take,
    by what like runs took on this machine. With it the missing runs are made, one after the other.
    Every record stands as soon as it is made: stop at any time, and the same command goes on. An
    error in one cell is told, the others are made, and the exit code is 1. Several processes may
    share a grid, none makes what another does.

    On published text the controls of all seeds are made first, whichever cells are asked for: they
    tell which targets count, and only those are tuned after a task.

    \b
    Examples:
      python -m helpers grid primary --data local:../shared/data
      python -m helpers grid primary --data local:../shared/data --seeds 0,1 --run
      python -m helpers grid primary controls --families nli,sts --json

    \b
    Two lanes on one machine, each with half of the cells:
      python -m helpers grid primary --data local:../shared/data --part 1/2 --run
      python -m helpers grid primary --data local:../shared/data --part 2/2 --run

    \b
    A small one, offline, and one cell of it:
      python -m helpers grid context --families sts --seeds 0 -p n_items 40 -p train_size 40
      python -m helpers grid context --families sts --seeds 0 -p n_items 40 -p train_size 40 \\
          --cell sts-noise-0-seed0 --run

    "make grid" does the same with several processes, and on a cluster.
    """
    from helpers.study import grid as study
    from helpers.study.grid_run import adopt, check, to_make

    values = _values(parameters, data, encoder)
    own = {} if "seed" in values else {"seed": "seeds"}  # -p seed is refused as what it is
    with told_as(ONE_ENCODER | own):
        found, notes = study.grid(
            designs or ("primary",),
            values,
            families=_names("families", families),
            seeds=_seeds(seeds),
        )
    cells = study.chosen(found, names, part)
    listed = study.states(found, cells)
    missing = to_make(listed, rerun)
    for note in [] if quiet else notes:
        click.echo(f"note: {note}", err=True)
    failed: list[Made] = []
    if running:
        if missing:
            check(found)
        adopt(found, listed)
        failed = _make(found, missing, rerun, told=not as_json, progress=not quiet)
        listed = study.states(found, cells)
    if as_json:
        show_json([_as_json(found, state) for state in listed])
    elif not running:
        _show(listed)
    if failed:
        click.echo(f"{len(failed)} of {len(missing)} cells failed:", err=True)
        for made in failed:
            click.echo(f"  {made.cell.name}: {made.error}", err=True)
        raise click.exceptions.Exit(1)
    if running and not as_json:
        click.echo(f"all {len(cells)} cells are recorded")


def _values(
    parameters: Sequence[tuple[str, str]], data: str | None, encoder: str | None
) -> dict[str, str]:
    values: dict[str, str] = {}
    options = [("data", data), ("encoder", encoder)]
    for name, value in [*parameters, *((name, one) for name, one in options if one is not None)]:
        if name in values:
            raise UserError(name, f"{values[name]}, then {value}", "each parameter once")
        values[name] = value
    return values


def _names(parameter: str, text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    names = tuple(name.strip() for name in text.split(","))
    if not all(names) or len(set(names)) < len(names):
        raise UserError(parameter, text, "names with commas between them, each once")
    return names


def _seeds(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    seeds = tuple(int(name) for name in names if name.isdecimal() and len(name) < 4000)
    if len(set(seeds)) < len(names):
        raise UserError("seeds", text, "whole numbers with commas between them, each once")
    return seeds


def _make(found: Grid, cells: list[Cell], rerun: str, *, told: bool, progress: bool) -> list[Made]:
    """Make the cells with a bar on stderr and a line on stdout for each; those that failed."""
    from tqdm.auto import tqdm

    from helpers.study.grid import noted
    from helpers.study.grid_run import make

    failed = []
    with tqdm(total=len(cells), disable=not progress, unit="cell", smoothing=0) as bar:
        for made in _named(bar, cells, make(found, cells, rerun=rerun)):
            if made.error is not None:
                failed.append(made)
                bar.write(f"{made.cell.name}: {made.error}", file=sys.stderr)
                if made.cause is not None and not isinstance(made.cause, UserError):
                    lines = traceback.format_exception(made.cause)
                    bar.write("".join(lines), file=sys.stderr)
            elif told:
                how = "found recorded" if made.seconds is None else f"{made.seconds:.0f} s"
                of = f"{noted(found)} of {len(found.cells)} cells of the grid"
                bar.write(f"{made.cell.name}: {made.rows} rows, {how}; {of}", file=sys.stdout)
                sys.stdout.flush()  # for whoever reads along in a pipe
            bar.update()
    return failed


def _named(bar: Any, cells: list[Cell], results: Iterator[Made]) -> Iterator[Made]:
    """The results; while each is made the bar has its name."""
    for cell in cells:
        bar.set_description_str(cell.name)
        yield next(results)


def _as_json(found: Grid, state: State) -> dict[str, Any]:
    from helpers.study.grid import chunk_of

    cell = state.cell
    return {
        "cell": cell.name,
        **cell.params,
        "chunk": chunk_of(cell),
        "state": state.state,
        "identity": state.identity,
        "seconds": state.seconds,
        "estimate": state.estimate,
        "code": found.code(cell),
        "grid": found.key,
    }


def _show(listed: list[State]) -> None:
    """A line for each family and mechanism, and what is left in all."""
    from helpers.study.grid import RECORDED

    groups: dict[tuple[str, str], list[State]] = {}
    for state in listed:
        groups.setdefault((state.cell.mechanism, state.cell.intermediate), []).append(state)
    rows = []
    for (mechanism, family), members in groups.items():
        left = [one for one in members if one.state != RECORDED]
        rows.append(
            {
                "mechanism": mechanism,
                "family": family,
                "cells": len(members),
                "recorded": sum(one.state == RECORDED for one in members),
                "changed": sum(one.state == "changed" for one in members),
                "missing": sum(one.state == "missing" for one in members),
                "time left": time_left(left),
            }
        )
    show_table(rows, list(rows[0]) if rows else ["mechanism", "family", "cells"])
    left = [one for one in listed if one.state != RECORDED]
    click.echo(
        f"{len(listed)} cells, {len(listed) - len(left)} recorded, {len(left)} to make; "
        f"time left in one process: {time_left(left)}"
    )


def time_left(states: Sequence[State]) -> str:
    """The sum of estimates in words; "unknown" where nothing like a cell was made here.

    >>> time_left([])
    'none'
    """
    if not states:
        return "none"
    seconds = [one.estimate for one in states]
    if None in seconds:
        return "unknown"
    total = sum(filter(None, seconds))
    if total < 90:
        return f"{max(1, round(total))} s"
    if total < 5400:
        return f"{round(total / 60)} min"
    return f"{total / 3600:.1f} h"
