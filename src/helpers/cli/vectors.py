"""``encode`` and ``align``: sentence embeddings of a text file, and a map between two of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from helpers.cli.files import file_to_write
from helpers.cli.names import ONE_ENCODER, told_as
from helpers.errors import UserError

if TYPE_CHECKING:
    import numpy as np

POOLING = ("mean", "cls", "max")
STEPS = ("unit", "centre")
_FILE = click.Path(path_type=Path)


def _common(command):
    for option in (
        click.option(
            "--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N, mps."
        ),
        click.option(
            "--token-budget",
            type=click.IntRange(min=1),
            default=8192,
            show_default=True,
            help="Tokens in a batch, padding included.",
        ),
        click.option("--normalise", is_flag=True, help="Sentence vectors of length one."),
        click.option(
            "--layers",
            default="-1",
            show_default=True,
            help="Hidden states to average, with commas: 0 the embeddings, -1 the last layer.",
        ),
        click.option(
            "--pooling", type=click.Choice(POOLING), default=POOLING[0], show_default=True
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("textfile", type=_FILE)
@click.option("--encoder", required=True, help="Folder, Hugging Face id, or bag-of-words.")
@click.option("--out", type=_FILE, required=True, metavar="X.npy", help="float32 [lines, dim].")
@_common
def encode(textfile: Path, encoder: str, out: Path, **options) -> None:
    """Sentence embeddings of TEXTFILE (UTF-8), one row a line, empty lines included.

    \b
    Examples:
      python -m helpers encode ko.txt --encoder models/xlmr-nano --out ko.npy
      python -m helpers encode ko.txt --encoder xlm-roberta-base --layers 7,8 --out ko.npy
    """
    file = file_to_write(out, ".npy")
    texts = _lines(textfile, "textfile")
    with told_as(ONE_ENCODER):
        vectors = _open(encoder, options).encode(texts)
    _write_arrays(file, vectors)
    click.echo(f"{vectors.shape[0]} x {vectors.shape[1]}: {out}")


@click.command()
@click.option("--source-vectors", type=_FILE, required=True, help="Vectors (.npy) to be mapped.")
@click.option("--target-vectors", type=_FILE, required=True, help="Vectors (.npy) mapped into.")
@click.option("--encoder", help="Encode both files, which are then texts with one sentence a line.")
@click.option("--method", default="procrustes", show_default=True, help="Name of the map.")
@click.option(
    "--steps",
    default=",".join(STEPS),
    show_default=True,
    help="Normalisation of each side before the map, with commas: unit, centre.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--out", type=_FILE, required=True, metavar="map.npz")
@_common
def align(
    source_vectors: Path,
    target_vectors: Path,
    encoder: str | None,
    method: str,
    steps: str,
    seed: int,
    out: Path,
    **options,
) -> None:
    """Learn a map between two files whose row i is the same sentence in two languages.

    map.npz holds W, mean_x, mean_y (and target_W where the target side is mapped too): rows x of
    the source become (unit(x) - mean_x) @ W, comparable with unit(y) - mean_y of the target, with
    unit() only where it is one of the steps. Its normalise holds the steps that were taken (none by
    --method none), its method the name of the map.

    \b
    Examples:
      python -m helpers align --source-vectors ko.npy --target-vectors en.npy \\
          --method ridge --out ko-en.npz
      python -m helpers align --source-vectors ko.txt --target-vectors en.txt \\
          --encoder models/xlmr-nano --out ko-en.npz
    """
    from helpers.maths.alignment import BASELINES, METHODS

    file = file_to_write(out, ".npz")
    if method not in (*METHODS, *BASELINES):
        raise UserError("method", method, (*METHODS, *BASELINES))
    chosen = tuple(step.strip() for step in steps.split(",") if step.strip())
    for step in chosen:
        if step not in STEPS:
            raise UserError("steps", step, STEPS)
    if chosen not in ((), *((step,) for step in STEPS), STEPS):
        # The file holds one mean a side; lengths made 1 after centring are not in it.
        raise UserError("steps", steps, f"one of them, or in this order: {','.join(STEPS)}")
    with told_as(ONE_ENCODER):
        X, Y = _both_sides(source_vectors, target_vectors, encoder, options)
    arrays, loss = _learn(X, Y, method, chosen, seed)
    _write_arrays(file, **arrays)
    shape = " x ".join(map(str, arrays["W"].shape))
    click.echo(f"{method} from {len(X)} pairs, W {shape}, training error {loss:.4f}: {out}")


def _both_sides(
    source: Path, target: Path, encoder: str | None, options: dict
) -> tuple[np.ndarray, np.ndarray]:
    names = {"source_vectors": source, "target_vectors": target}
    if encoder is None:
        X, Y = (_vectors(path, name) for name, path in names.items())
    else:
        texts = [_lines(path, name) for name, path in names.items()]
        _check_counts(target, *map(len, texts))
        opened = _open(encoder, options)
        X, Y = map(opened.encode, texts)
    _check_counts(target, len(X), len(Y))
    return X, Y


def _check_counts(target: Path, n_source: int, n_target: int) -> None:
    if n_source != n_target:
        accepted = f"{n_source} rows, as many as source_vectors has"
        raise UserError("target_vectors", f"{target} with {n_target} rows", accepted)


def _learn(
    X: np.ndarray, Y: np.ndarray, method: str, steps: tuple[str, ...], seed: int
) -> tuple[dict[str, np.ndarray], float]:
    """Arrays of the map, and the mean squared error on its own training pairs."""
    import numpy as np

    from helpers.maths.alignment import make_aligner

    try:
        with np.errstate(all="ignore"):  # what is not finite is refused below
            aligner = make_aligner(method, normalise=steps, seed=seed).fit(X, Y)
            mapped, into = aligner.transform(X), aligner.transform_target(Y)
            loss = float(np.mean(np.sum((mapped - into) ** 2, axis=1)))
    except ValueError as error:  # too few pairs, widths that a method cannot bridge
        raise UserError(
            "source_vectors, target_vectors", str(error), f"pairs that suit {method}"
        ) from None
    arrays = {"W": aligner.W_, "normalise": np.array(aligner.normalise, dtype=np.str_)}
    centred = "centre" in aligner.normalise or method == "cca"
    for name, mean in (("mean_x", aligner.mean_x_), ("mean_y", aligner.mean_y_)):
        arrays[name] = mean if centred else np.zeros_like(mean)
    if aligner.target_W_ is not None:
        arrays["target_W"] = aligner.target_W_
    if not (np.isfinite(loss) and np.isfinite(arrays["W"]).all()):
        given = "numbers whose squares are none any more"
        raise UserError("source_vectors, target_vectors", given, "smaller ones")
    arrays["method"] = np.array(method)
    return arrays, loss


def _open(encoder: str, options: dict):
    from helpers.models.encoder import open_encoder

    given = options.pop("layers")
    try:
        layers = tuple(int(layer) for layer in given.split(","))
    except ValueError:
        raise UserError("layers", given, "whole numbers with commas") from None
    return open_encoder(encoder, layers=layers, **options)


def _lines(path: Path, parameter: str) -> list[str]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(
            parameter, str(path), f"a file that can be read ({error.strerror})"
        ) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError(parameter, f"{path}, line {line}", "text in UTF-8") from None
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines:
        raise UserError(parameter, str(path), "a file with at least one line")
    return lines


def _vectors(path: Path, parameter: str) -> np.ndarray:
    import numpy as np

    wanted = "a .npy file of numbers [rows, dimensions], or texts and --encoder"
    try:
        vectors = np.load(path, allow_pickle=False)
    except OSError as error:
        raise UserError(parameter, str(path), f"{wanted} ({error.strerror or error})") from None
    except (ValueError, EOFError):
        raise UserError(parameter, str(path), wanted) from None
    if not isinstance(vectors, np.ndarray) or vectors.ndim != 2 or vectors.dtype.kind not in "fiu":
        raise UserError(parameter, str(path), wanted)
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise UserError(parameter, f"{path}: NaN or infinity in row {row}", "finite numbers")
    return vectors


def _write_arrays(file: Path, *alone: np.ndarray, **named: np.ndarray) -> None:
    import io

    import numpy as np

    from helpers.study.store import write_atomic

    buffer = io.BytesIO()
    if alone:
        np.save(buffer, alone[0], allow_pickle=False)
    else:
        np.savez(buffer, allow_pickle=False, **named)
    write_atomic(file, buffer.getvalue())
