"""``check``: is every row of a folder of published files accounted for?"""

from __future__ import annotations

import json

import click

from helpers.cli.tables import show_table


@click.command()
@click.argument("data", metavar="local:FOLDER")
@click.option("--task", "names", multiple=True, metavar="NAME", help="Only this task; repeatable.")
@click.option(
    "--json", "as_json", is_flag=True, help="One object: tables, unread and absent files."
)
def check(data: str, names: tuple[str, ...], as_json: bool) -> None:
    """Read every task, language and split of a folder and report on every row.

    Rows listed in the folder's MANIFEST.json (where it has one), rows read, kept, put right and
    skipped, with the reasons; then the files that no task reads, and those that are listed and not
    there (with --task those of the tasks named). The exit code is 1 where a file could not be read,
    a listed one is not there, or no task has a file in the folder.

    \b
    Examples:
      python -m helpers check local:../shared/data
      python -m helpers check local:../shared/data --task xquad --task tatoeba --json
    """
    from helpers.data.report import absent, check_folder, folder_of, unread

    found = []
    for one in check_folder(data, names or None):
        found.append(one)
        click.echo(f"{one.task} {one.language} {one.split}: {one.seconds:.1f} s", err=True)
    folder = folder_of(data)
    left = [] if names else unread(folder, found)
    gone = absent(folder, names or None)
    if as_json:
        content = {"tables": [one.to_dict() for one in found], "unread": left, "absent": gone}
        click.echo(json.dumps(content, ensure_ascii=False, indent=1))
    else:
        _show(found, left, gone)
    if not found:
        click.echo(f"no task has a file in {data}", err=True)
    if gone or not found or any(one.error for one in found):
        raise click.exceptions.Exit(1)


def _show(found: list, left: list[str], gone: list[str]) -> None:
    rows = [
        {
            **one.to_dict(),
            "skipped": sum((one.skipped or {}).values()),
            "mended": sum((one.mended or {}).values()),
        }
        for one in found
    ]
    show_table(
        rows,
        ["task", "language", "split", "listed", "read", "kept", "skipped", "mended", "seconds"],
    )
    for one in found:
        name = f"{one.task} {one.language} {one.split}"
        for what, reasons in (("skipped", one.skipped), ("mended", one.mended)):
            for reason, count in (reasons or {}).items():
                first = (one.first or {}).get(reason, reason)
                click.echo(f"{name}: {count} {what}: {first}{' (first of them)' * (count > 1)}")
        if one.listed not in (None, one.read):
            click.echo(f"{name}: {one.listed} rows listed, {one.read} read")
        if one.error:
            click.echo(f"{name}: {one.error}")
    for file in left:
        click.echo(f"read by no task: {file}")
    for file in gone:
        click.echo(f"listed, not there: {file}")
    kept = sum(one.kept for one in found)
    click.echo(f"{len(found)} tables, {sum(one.read for one in found)} rows read, {kept} kept")
