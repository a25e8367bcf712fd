"""Fine-tuning an encoder on one task: glue to transformers' Trainer, and nothing that it can do.

``finetune`` takes rows and gives a tuned model. The best epoch and the learning rate are chosen on
validation rows of the source language, never on a target's. A run that was killed goes on from its
last epoch; a finished one is found again. Several devices or machines work through the launchers
that Trainer knows (``accelerate launch``, ``torchrun``). Not for scoring tasks (``study``).
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from helpers.errors import UserError
from helpers.models.features import Collator, LikeLengths
from helpers.models.heads import HEAD_FACTOR, TaskModel

PRECISIONS = ("float32", "bfloat16")
FROZEN = ("nothing", "embeddings")
DONE, LOG = "tuned.safetensors", "log.json"
_WEIGHT_DECAY, _WARMUP = 0.01, 0.06

Score = Callable[[TaskModel], float]


@dataclass(frozen=True)
class Recipe:
    """How an encoder is tuned.

    learning_rate : of the encoder; the head's is ``heads.HEAD_FACTOR`` times it.
    epochs, batch_size : passes over the rows, rows a step.
    frozen : ``embeddings`` keeps the token embeddings as they were pretrained: words that the
        source language never shows stay where they are (Wu & Dredze 2019 freeze lower layers to
        the same end); ``nothing`` tunes all.
    pooling : how tokens become the vector of a text.
    seed : of the head's first weights and of the order of rows.
    precision : of the encoder's products, ``float32`` or ``bfloat16`` (see `fast_precision`).

    >>> Recipe(learning_rate=3e-4).epochs
    3
    """

    learning_rate: float = 3e-4
    epochs: int = 3
    batch_size: int = 32
    frozen: str = "embeddings"
    pooling: str = "mean"
    seed: int = 0
    precision: str = "float32"

    def __post_init__(self) -> None:
        if self.frozen not in FROZEN:
            raise UserError("frozen", self.frozen, FROZEN)
        if self.precision not in PRECISIONS:
            raise UserError("precision", self.precision, PRECISIONS)
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise UserError(name, getattr(self, name), "a whole number, 1 or more")
        if not 0 < self.learning_rate < math.inf:
            raise UserError("learning_rate", self.learning_rate, "a number above 0")


@dataclass(frozen=True)
class Tuned:
    """A tuned model and what is known of its making.

    ``log``: one entry an epoch: {"epoch", "score" (validation), "loss" (mean since the last)}.
    ``score``: validation score of the epoch that was kept. ``seconds``: of training and
    validation, all sessions.
    """

    model: TaskModel
    recipe: Recipe
    score: float
    log: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0


def finetune(
    base: Callable[[], Any],
    form: str,
    rows: Sequence[dict[str, Any]],
    recipe: Recipe,
    *,
    score: Score,
    padding_id: int,
    n_labels: int = 0,
    device: str = "cpu",
    begin: Callable[[TaskModel], None] | None = None,
    work: Path | None = None,
    label: str = "",
    progress: bool = False,
) -> Tuned:
    """Tune an encoder; the epoch with the best validation score is kept.

    Parameters
    ----------
    base : gives a fresh copy of the encoder (float32 ``AutoModel``).
    form : see ``features.FORMS``. rows : of ``features.features``, or labelled windows.
    score : validation score of a model, higher is better; called after each epoch.
    padding_id : of the tokenizer. n_labels : classes or tags, where the form has them.
    begin : called on the new model, before anything is learnt.
    work : folder of checkpoints and of the finished weights: a killed run goes on from it, a
        finished one is read from it. It must name this very run. None: nothing is kept.
    label : shown in the progress bar.

    Errors: UserError where there are no rows, or where training left the finite numbers.
    """
    if not rows:
        raise UserError("rows", "no rows", "one row to learn from, or more")
    model = TaskModel(
        base(),
        form,
        n_labels=n_labels,
        pooling=recipe.pooling,
        seed=recipe.seed,
        precision=recipe.precision,
    )
    if begin is not None:
        begin(model)
    if recipe.frozen == "embeddings":
        model.base.get_input_embeddings().requires_grad_(False)
    with _folder(work) as folder, _quiet():
        checkpoints = folder / "checkpoints"
        if (folder / LOG).is_file():
            if (folder / DONE).is_file():
                return _finished(model.to(device), recipe, folder)
            shutil.rmtree(checkpoints, ignore_errors=True)  # its removal was cut off: all anew
        trainer = _trainer(
            model, rows, recipe, score, Collator(form, padding_id), checkpoints, device
        )
        if progress:
            trainer.add_callback(_bar(label))
        trainer.train(resume_from_checkpoint=_last(checkpoints))
        history = trainer.state.log_history
        log = _by_epoch(history)
        if not all(math.isfinite(value) for entry in log for value in entry.values()):
            shutil.rmtree(checkpoints, ignore_errors=True)
            accepted = "one at which training stays finite (a lower one)"
            raise UserError("learning_rate", recipe.learning_rate, accepted)
        seconds = sum(entry.get("seconds", 0.0) for entry in history)
        best = max(entry["score"] for entry in log)
        tuned = Tuned(model.eval(), recipe, best, log, seconds)
        if work is not None and os.environ.get("RANK", "0") == "0":
            _keep(tuned, work)
    return tuned


def fast_precision(device: str) -> str:
    """``bfloat16`` where the device multiplies in it faster than in float32, else ``float32``.

    Graphics cards since 2020 do, and processors that have instructions for it.
    """
    if device.startswith("cuda"):
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    fast = device == "cpu" and torch.cpu._is_avx512_bf16_supported()
    return "bfloat16" if fast else "float32"


def sweep(
    tune: Callable[[Recipe], Tuned], recipe: Recipe, learning_rates: Sequence[float]
) -> tuple[Recipe, list[tuple[float, float]]]:
    """The recipe with the learning rate whose trial validates best, and all trials.

    ``tune`` runs a trial. Every arm of a study gets the same learning rates, so the same budget. Of
    equal scores the lower learning rate is taken; one that leaves the finite numbers loses. A
    single learning rate is taken without a trial.
    """
    if len(learning_rates) == 1:
        return replace(recipe, learning_rate=learning_rates[0]), []
    trials: list[tuple[float, float]] = []
    for rate in sorted(learning_rates):
        try:
            found = tune(replace(recipe, learning_rate=rate)).score
        except UserError as error:
            if error.parameter != "learning_rate":
                raise
            found = -math.inf
        trials.append((rate, found))
    best = max(trials, key=lambda trial: trial[1])
    return replace(recipe, learning_rate=best[0]), trials


def _trainer(
    model: TaskModel,
    rows: Sequence[dict[str, Any]],
    recipe: Recipe,
    score: Score,
    collator: Collator,
    checkpoints: Path,
    device: str,
) -> Any:
    from transformers import Trainer, TrainingArguments
    from transformers.trainer_callback import PrinterCallback, ProgressCallback

    class Tuning(Trainer):
        """Trainer with our order of rows, validation by ``score``, and a faster head."""

        since = time.monotonic()  # of the epoch; kept with it, so that a resumed run can add up

        def _get_train_sampler(self, train_dataset: Any = None) -> Any:
            lengths = [row["length"] for row in rows]
            return LikeLengths(lengths, batch_size=recipe.batch_size, seed=recipe.seed)

        def create_optimizer(self, *given: Any) -> Any:
            if self.optimizer is None:
                rate = recipe.learning_rate
                learning = [p for p in model.base.parameters() if p.requires_grad]
                groups = [
                    {"params": list(model.head.parameters()), "lr": rate * HEAD_FACTOR},
                    {"params": learning, "lr": rate},
                ]
                self.optimizer = torch.optim.AdamW(groups, lr=rate, weight_decay=_WEIGHT_DECAY)
            return self.optimizer

        def evaluate(self, *given: Any, **more: Any) -> dict[str, float]:
            model.eval()
            # A class is chosen among NaN too: the score alone would not tell.
            finite = all(bool(torch.isfinite(weight).all()) for weight in model.parameters())
            found = {"eval_score": float(score(model)) if finite else math.nan}
            now = time.monotonic()
            found["seconds"], self.since = now - self.since, now
            self.log(found)
            self.control = self.callback_handler.on_evaluate(
                self.args, self.state, self.control, found
            )
            self.control.should_training_stop |= not finite
            return found

    steps = math.ceil(len(rows) / recipe.batch_size) * recipe.epochs
    arguments = TrainingArguments(
        output_dir=str(checkpoints),
        per_device_train_batch_size=recipe.batch_size,
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        warmup_steps=math.ceil(_WARMUP * steps),
        lr_scheduler_type="linear",
        seed=recipe.seed,
        data_seed=recipe.seed,
        eval_strategy="epoch",
        save_strategy="epoch",
        logging_strategy="epoch",
        logging_nan_inf_filter=False,  # it would hide that training left the finite numbers
        save_total_limit=1,
        load_best_model_at_end=True,
        metric_for_best_model="eval_score",
        greater_is_better=True,
        report_to=[],
        remove_unused_columns=False,
        use_cpu=device == "cpu",
        disable_tqdm=True,
    )
    trainer = Tuning(
        model=model,
        args=arguments,
        train_dataset=list(rows),
        eval_dataset=[],
        data_collator=collator,
    )
    for callback in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(callback)
    return trainer


def _bar(label: str) -> Any:
    """A bar over the steps with the time left, on stderr; Trainer's own prints the log as well."""
    from tqdm.auto import tqdm
    from transformers import TrainerCallback

    class Bar(TrainerCallback):
        def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            self.bar = tqdm(total=state.max_steps, desc=label, unit="step", delay=1)
            self.bar.update(state.global_step)

        def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            self.bar.update(state.global_step - self.bar.n)

        def on_train_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            self.bar.close()

    return Bar()


def _by_epoch(history: list[dict[str, float]]) -> list[dict[str, float]]:
    """Trainer's log as one entry an epoch."""
    found: dict[int, dict[str, float]] = {}
    for entry in history:
        if "eval_score" in entry or "loss" in entry:
            kept = found.setdefault(round(entry["epoch"]), {"epoch": round(entry["epoch"])})
            if "loss" in entry:
                kept["loss"] = float(entry["loss"])
            if "eval_score" in entry:
                kept["score"] = float(entry["eval_score"])
    return [found[epoch] for epoch in sorted(found)]


def _last(checkpoints: Path) -> str | None:
    """The newest checkpoint that was written whole, if there is any; torn ones are removed."""
    from transformers.trainer_utils import get_last_checkpoint

    while checkpoints.is_dir() and (found := get_last_checkpoint(str(checkpoints))):
        # Trainer writes the state of the run last.
        try:
            json.loads((Path(found) / "trainer_state.json").read_text())
            return found
        except (OSError, ValueError):
            shutil.rmtree(found)
    return None


def _keep(tuned: Tuned, work: Path) -> None:
    """Finished weights, then the log: weights without one are of a run that was killed here."""
    from safetensors.torch import save_file

    state = {name: tensor.contiguous() for name, tensor in tuned.model.state_dict().items()}
    save_file(state, str(work / f"{DONE}.part"))
    os.replace(work / f"{DONE}.part", work / DONE)
    told = {
        "recipe": asdict(tuned.recipe),
        "score": tuned.score,
        "log": tuned.log,
        "seconds": tuned.seconds,
    }
    (work / f"{LOG}.part").write_text(json.dumps(told))
    os.replace(work / f"{LOG}.part", work / LOG)
    shutil.rmtree(work / "checkpoints", ignore_errors=True)


def _finished(model: TaskModel, recipe: Recipe, work: Path) -> Tuned:
    from safetensors.torch import load_file

    model.load_state_dict(load_file(str(work / DONE)))
    told = json.loads((work / LOG).read_text())
    return Tuned(model.eval(), recipe, told["score"], told["log"], told["seconds"])


@contextlib.contextmanager
def _folder(work: Path | None) -> Iterator[Path]:
    if work is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    from filelock import FileLock

    work.mkdir(parents=True, exist_ok=True)
    # Two runs of a grid may want the same training: the second waits and finds it done. Processes
    # of one launcher train together, each with its share of the rows, and must not wait.
    together = int(os.environ.get("WORLD_SIZE", "1")) > 1
    with contextlib.nullcontext() if together else FileLock(f"{work}.lock"):
        yield work


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' remarks on what it was told in so many words."""
    from transformers.utils import logging

    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
