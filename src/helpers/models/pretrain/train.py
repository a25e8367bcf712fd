"""The training loop: objectives by step, averaged weights, checkpoints that resume exactly.

Every draw depends on (seed, step) alone, so a checkpoint holds weights, optimiser, average and
step, and a resumed run ends with the weights of an unbroken one: to the last bit on the same kind
of machine with the same number of threads, which decides the order of sums.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from . import checkpoint
from .network import build, start_as_bag, start_as_embeddings, start_from_frequencies
from .objectives import Objectives
from .recipe import Recipe
from .static import train_static
from .tokens import Group

STATIC, LOG = "static.npy", "log.jsonl"
# Entries of a recipe that may change between two parts of one run without changing its weights.
_FREE = ("name", "description", "checkpoint_every", "evaluate_every")


def train(
    recipe: Recipe,
    groups: dict[str, Group],
    vocabulary_size: int,
    work: Path,
    max_steps: int | None = None,
    device: str = "cpu",
    evaluate: Callable[[torch.nn.Module], dict[str, float]] | None = None,
    say: Callable[[str], None] = print,
):
    """Train one encoder in ``work``, resuming from its checkpoint; returns the averaged model.

    ``max_steps`` stops early without changing the schedule: a later call goes on to the end.
    """
    work.mkdir(parents=True, exist_ok=True)
    spec = recipe.training
    made_by = _digest(recipe, vocabulary_size)
    saved = checkpoint.load(work, made_by, device)
    if saved:
        model = build(recipe.network, vocabulary_size, spec.seed).to(device)
    else:
        model = _started(recipe, groups, vocabulary_size, work, say).to(device)
    kind = torch.device(device).type
    if kind == "cpu":  # short sequences: the fused kernel's backward pass is slower there
        model.set_attn_implementation("eager")
    objectives = Objectives(recipe, groups, vocabulary_size, device)
    optimiser = _optimiser(model, recipe)
    average = {name: torch.zeros_like(value) for name, value in model.state_dict().items()}
    step, averaged = 0, 0
    if saved:
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        average, step, averaged = saved["average"], saved["step"], saved["averaged"]
        del saved  # as large as everything else together
        _forget(work, step)
        say(f"resumed at step {step}")
    last = min(spec.steps, max_steps or spec.steps)
    meter = _Meter(work, step, last, say)
    average_from = int(spec.steps * (1 - spec.average_last))
    while step < last:
        rng = np.random.default_rng([spec.seed, 2, step])
        _set_rates(optimiser, spec, step)
        with torch.autocast(kind, torch.bfloat16, enabled=_fast_bf16(kind)):
            name, loss, tokens = objectives.loss(model, rng)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step > average_from:
            averaged += 1
            _update_average(average, model, averaged)
        meter.step(name, loss.item(), tokens, step)
        if step % spec.checkpoint_every == 0 or step == last:
            meter.tell(step)  # rows after this one belong to steps that a killed run loses
            state = {
                "model": model.state_dict(),
                "optimiser": optimiser.state_dict(),
                "average": average,
                "step": step,
                "averaged": averaged,
            }
            checkpoint.save(work, state, made_by)
        if evaluate and (step % spec.evaluate_every == 0 or step == last):
            meter.note(step, evaluate(model))
    if averaged:
        model.load_state_dict(average)
    if averaged and spec.start_share:
        start = _started(recipe, groups, vocabulary_size, work, say).to(device).state_dict()
        model.load_state_dict(
            {name: value.lerp(start[name], spec.start_share) for name, value in average.items()}
        )
    return model


def _started(recipe, groups, vocabulary_size, work, say):
    """The network before its first step: random, or from static vectors."""
    vectors = None
    if recipe.static.pairs != "none":
        vectors = _static(recipe, groups, vocabulary_size, work, say)
    # Seeds the generator that the start draws from, too: after the static stage, which a resumed
    # run does not repeat.
    model = build(recipe.network, vocabulary_size, recipe.training.seed)
    if vectors is not None:
        start = start_as_bag if recipe.static.start == "bag" else start_as_embeddings
        start(model, vectors)
    start_from_frequencies(model, _frequencies(groups, vocabulary_size))
    return model


def _static(recipe, groups, vocabulary_size, work, say) -> np.ndarray:
    if not (work / STATIC).is_file():
        started = time.monotonic()
        vectors = train_static(groups, recipe, vocabulary_size, recipe.network.hidden - 1, say)
        partial = work / f".{STATIC}.{os.getpid()}.npy"
        np.save(partial, vectors)
        os.replace(partial, work / STATIC)
        log(work, {"stage": "static", "seconds": round(time.monotonic() - started, 1)})
    return np.load(work / STATIC)


def _frequencies(groups: dict[str, Group], vocabulary_size: int) -> np.ndarray:
    counts = np.zeros(vocabulary_size)
    for group in groups.values():
        counts += np.bincount(group.ids, minlength=vocabulary_size)
    return counts


def _optimiser(model, recipe: Recipe) -> torch.optim.Optimizer:
    spec = recipe.training
    table, decayed, plain = [], [], []
    for name, value in model.named_parameters():
        if "word_embeddings" in name:
            table.append(value)
        else:
            (decayed if value.ndim > 1 else plain).append(value)
    return torch.optim.AdamW(
        [
            {"params": table, "weight_decay": 0.0, "base": spec.embedding_learning_rate},
            {"params": decayed, "weight_decay": spec.weight_decay, "base": spec.learning_rate},
            {"params": plain, "weight_decay": 0.0, "base": spec.learning_rate},
        ],
        lr=spec.learning_rate,
        betas=(0.9, 0.98),
        eps=1e-6,
    )


def _set_rates(optimiser, spec, step: int) -> None:
    """Linear warm-up, then linear decay to zero at the recipe's last step."""
    up = min(1.0, (step + 1) / max(1, spec.warmup))
    down = max(0.0, (spec.steps - step) / max(1, spec.steps - spec.warmup))
    for group in optimiser.param_groups:
        group["lr"] = group["base"] * min(up, down)


def _fast_bf16(kind: str) -> bool:
    """bf16 products where the processor has matrix instructions for them; else they are slower."""
    if kind == "cpu":
        return bool(torch.backends.mkldnn.is_available()) and torch.cpu._is_amx_tile_supported()
    return kind == "cuda" and torch.cuda.is_bf16_supported()


@torch.no_grad()
def _update_average(average: dict, model, count: int) -> None:
    for name, value in model.state_dict().items():
        if value.is_floating_point():
            average[name] += (value - average[name]) / count
        else:
            average[name].copy_(value)


def _digest(recipe: Recipe, vocabulary_size: int) -> str:
    """Of all that decides the weights of a run except its text."""
    entries = dataclasses.asdict(recipe)
    for part in (entries, entries["training"]):
        for name in _FREE:
            part.pop(name, None)
    # What the text was made by is the prepared folder's to answer for.
    entries["vocabulary"] = vocabulary_size
    spelt = json.dumps(entries, sort_keys=True)
    return hashlib.sha256(spelt.encode()).hexdigest()[:16]


def log(work: Path, row: dict) -> None:
    """Append a row to the run's log; rows count what happened since the row before."""
    with (work / LOG).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(row) + "\n")


def _forget(work: Path, step: int) -> None:
    """Drop what the log tells of steps after ``step``: they are done again."""
    if (work / LOG).is_file():
        rows = [json.loads(line) for line in (work / LOG).read_text().splitlines()]
        kept = "".join(json.dumps(row) + "\n" for row in rows if row.get("step", 0) <= step)
        partial = work / f".{LOG}.{os.getpid()}"
        partial.write_text(kept, encoding="utf-8")
        os.replace(partial, work / LOG)


class _Meter:
    """Running loss by objective, tokens a second and time left; a line every few seconds."""

    def __init__(self, work: Path, step: int, last: int, say: Callable[[str], None]):
        self.work, self.last, self.say = work, last, say
        self.losses: dict[str, float] = {}
        self.told, self.tokens, self.since = step, 0, time.monotonic()

    def step(self, name: str, loss: float, tokens: int, step: int) -> None:
        if not np.isfinite(loss):
            raise FloatingPointError(f"the loss of {name} is {loss} at step {step}")
        self.losses[name] = 0.95 * self.losses.get(name, loss) + 0.05 * loss
        self.tokens += tokens
        if time.monotonic() - self.since >= 10 or step == self.last:
            self.tell(step)

    def tell(self, step: int) -> None:
        """Print and log what happened since the last time."""
        if step == self.told:
            return
        spent = time.monotonic() - self.since
        left = spent / (step - self.told) * (self.last - step)
        losses = "  ".join(f"{key} {value:.3f}" for key, value in sorted(self.losses.items()))
        self.say(
            f"step {step}/{self.last}  {losses}  {self.tokens / spent:,.0f} tokens/s  "
            f"{left:,.0f} s left"
        )
        seconds = round(spent, 3)
        log(self.work, {"step": step, "tokens": self.tokens, "seconds": seconds, **self.losses})
        self.told, self.tokens, self.since = step, 0, time.monotonic()

    def note(self, step: int, scores: dict[str, float]) -> None:
        told = "  ".join(f"{name} {value:.3f}" for name, value in scores.items())
        self.say(f"step {step}  DEVELOP  {told}")
        log(self.work, {"step": step, "develop": scores})
        self.since = time.monotonic()
