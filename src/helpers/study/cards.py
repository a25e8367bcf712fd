"""Model cards of the shipped encoders, written from what made them and from recorded scores.

No number in a card is typed: how it was made comes from the folder's ``pretraining.json``, what it
scores from records of the ``encoders`` study. A test holds the committed cards to this.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from helpers.errors import UserError
from helpers.study import store
from helpers.study.card_alignment import alignment_section
from helpers.study.encoders_cloze import CLOZE
from helpers.study.row import Row
from helpers.study.store import Stored

MADE, CARD = "pretraining.json", "README.md"
STUDY = "encoders"
ABLATION = "ablation.json"
_DEVELOP_STS = ("sts en train", "sts ko train", "sts en-ko train")
_CLOZE_TOLD = (
    "One token at a time blanked in the sentences of Tatoeba's REPORT pairs; *unigram* always says "
    "the commonest token of the language's DEVELOP pairs."
)
# Tasks whose contexts the corpus holds, by how their names begin.
_CONTEXTS = {
    "arcd": "ARCD",
    "cmrc2018": "CMRC",
    "jaquad": "JaQuAD",
    "tquad": "TQuAD",
    "klue": "KLUE",
    "kobest": "KoBEST",
}


def write_card(folder: Path, results: Path | None = None) -> Path:
    """Write the folder's card, atomically; returns its path.

    Raises
    ------
    UserError : the folder was not made by ``python -m helpers pretrain``.
    """
    path = folder / CARD
    store.write_atomic(path, card(folder, results).encode())
    return path


def card(folder: Path, results: Path | None = None) -> str:
    """Text of the card of a shipped encoder."""
    made_file = folder / MADE
    if not made_file.is_file():
        raise UserError("encoders", folder.name, f"a folder with {MADE}, as `pretrain` writes it")
    made = json.loads(made_file.read_text(encoding="utf-8"))
    recipe = made["recipe"]
    label = f"models/{folder.name}"
    runs = [
        one
        for one in store.scan(results, STUDY)[0]
        if any(name.removeprefix("models/") == folder.name for name in one.record.encoders)
    ]
    parts = [
        _header(folder.name, made),
        f"# {folder.name}",
        recipe["description"].strip(),
        "It is a research instrument of this project and is **not** XLM-R: see *Limits*.",
        "## How it was made",
        _how(recipe, made),
        "## Text",
        _text(made),
        "## Scores, nothing tuned",
        _scores(label, runs),
        *alignment_section(folder.name, results),
        *_ablation(folder),
        "## Limits",
        _limits(recipe, made["corpus"]),
        "## Licence",
        "The weights have a note of their own: [LICENSE-WEIGHTS.md](../LICENSE-WEIGHTS.md).",
    ]
    return "\n\n".join(parts) + "\n"


def _ablation(folder: Path) -> list[str]:
    """What each part of the recipe brings, where it was measured for this encoder."""
    path = folder.parent / ABLATION
    made = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    of = made.get("of", {})
    if of.get("recipe") != folder.name:
        return []
    parts = [
        "## What each part brings",
        "On DEVELOP items only; one seed a row, so differences under a point are noise. Tatoeba: "
        "precision@1 (%), mean over ko, de, es, fr, ru and both directions. STS: Spearman on "
        "training pairs of STSb and KorSTS.",
    ]
    if made["variants"]:
        parts += [
            f"Static vectors alone, {of['steps']} steps of {of['batch']} pairs, one change at a "
            "time (`benchmarks/ablation.py`):",
            _develop_table(made["variants"]),
        ]
    if stage := made.get("encoder_stage"):
        parts += ["The encoder itself, from its start to what is shipped:", _develop_table(stage)]
    return parts


def _develop_table(variants: dict[str, dict[str, float]]) -> str:
    rows = [
        (label, f"{100 * scores['mean']:.1f}", *(f"{scores[name]:.3f}" for name in _DEVELOP_STS))
        for label, scores in variants.items()
    ]
    return _table(("", "Tatoeba", *(name.split()[1] for name in _DEVELOP_STS)), rows)


def _header(name: str, made: dict[str, Any]) -> str:
    languages = sorted(made["corpus"]["lines"])
    listed = "\n".join(f"- '{language}'" for language in languages)
    named = f"library_name: transformers\nlicense: other\nmodel_name: {name}"
    return f"---\nlanguage:\n{listed}\n{named}\n---"


def _how(recipe: dict[str, Any], made: dict[str, Any]) -> str:
    network, static, training = recipe["network"], recipe["static"], recipe["training"]
    where = made["environment"]
    shares = sum(training["objectives"].values())
    objectives = ", ".join(
        f"{name} {100 * share / shares:.0f} %" for name, share in training["objectives"].items()
    )
    rows = [
        ("made by", f"`python -m helpers pretrain {_call(recipe)}`"),
        (
            "network",
            f"XLM-R architecture, {network['layers']} layers of {network['hidden']}, "
            f"{network['heads']} heads, {made['parameters'] / 1e6:.1f} M parameters, inputs of up "
            f"to {network['max_length']} tokens",
        ),
        (
            "vocabulary",
            f"Unigram, {recipe['vocabulary']['size']:,} pieces, balanced over languages",
        ),
        ("start", _start(static)),
        ("objectives", objectives),
        ("training", f"{training['steps']:,} steps, {made['tokens_seen'] / 1e6:.1f} M tokens"),
        ("seed", training["seed"]),
        (
            "time",
            f"{made['seconds'] / 60:.0f} minutes, trained on {where['processor']}, "
            f"{where['threads']} thread(s), torch {where['torch']}",
        ),
    ]
    return _table(("", ""), rows)


def _call(recipe: dict[str, Any]) -> str:
    """Recipe and options: another seed than the recipe's is part of the encoder's name."""
    name, _, seed = recipe["name"].partition("-seed")
    return f"{name} --seed {seed}" if seed.isdecimal() else recipe["name"]


def _start(static: dict[str, Any]) -> str:
    told = {
        "none": "random",
        "halves": "static vectors by ranking the two halves of monolingual lines",
        "translations": "static vectors by ranking translations",
    }[static["pairs"]]
    return told if static["pairs"] == "none" else f"{told}, {static['steps']:,} steps"


def _text(made: dict[str, Any]) -> str:
    corpus, tokens = made["corpus"], made["corpus"]["tokens"]
    lines, pairs = sum(corpus["lines"].values()), sum(corpus["pairs"].values())
    told = (
        f"{lines:,} monolingual lines ({tokens['mono'] / 1e6:.1f} M tokens) in "
        f"{len(corpus['lines'])} languages and {pairs:,} pairs "
        f"({tokens['pairs'] / 1e6:.1f} M tokens) were prepared; the vocabulary was trained on "
        "both. "
    )
    uses_pairs = {"rank", "tlm"} & set(made["recipe"]["training"]["objectives"])
    uses_pairs = uses_pairs or made["recipe"]["static"]["pairs"] == "translations"
    told += (
        "The network saw pairs."
        if uses_pairs
        else "The network saw the monolingual lines only, no pair."
    )
    if not corpus["removed"]:
        return told + " All of it is generated by the laboratory (training split)."
    rows = [(name, each["exact"], each["near"]) for name, each in corpus["removed"].items()]
    left = corpus["remaining"]
    exact, near = (sum(each[kind] for each in left.values()) for kind in ("exact", "near"))
    where = ", ".join(sorted(left, key=lambda name: -sum(left[name].values()))[:6])
    if thinned := corpus.get("thinned"):
        told += (
            f" Of {thinned['tokens'] / 1e6:.1f} M tokens {thinned['kept'] / 1e6:.1f} M went to the "
            "machine that trained, large languages and sources being thinned."
        )
    if missing := corpus.get("not_given"):
        told += f" Not at hand, so nothing was removed for it: {', '.join(missing)}."
    return "\n\n".join(
        [
            told,
            "Removed because a line repeats an evaluation sentence (near: it holds half of the "
            "sentence's 5-grams):",
            _table(("evaluation set", "exact", "near"), rows),
            f"Counted again afterwards by the rules that stand now: {exact} exact, {near} near"
            + (f", most of them short ones of {where}" if left else "")
            + ". Left out too: "
            + "; ".join(f"{count:,} {name}" for name, count in sorted(corpus["left_out"].items()))
            + "."
            + (" Scores without these and more: the book's appendix on encoders." if left else ""),
        ]
    )


def _scores(label: str, runs: Sequence[Stored]) -> str:
    if not runs:
        return "Not recorded yet: `python -m helpers run encoders`."
    parts = []
    latest = {
        run.record.data["source"]: run
        for run in sorted(runs, key=lambda run: (run.record.study_version, _created(run)))
    }
    for _, one in sorted(latest.items(), reverse=True):
        record = one.record
        source = record.data["source"]
        kind = {
            "lab": "**Laboratory** sentences, generated: not evidence about natural language.",
            "local": "**Published test sets** (Tatoeba: REPORT pairs are queries and pool).",
            "hub": "**Published test sets** (Tatoeba: REPORT pairs are queries and pool).",
        }[source]
        own = label.removeprefix("models/")
        names = [name for name in record.encoders if name.removeprefix("models/") == own]
        baselines = ["bag-of-words", *(n for n in record.encoders if n.startswith("untrained:"))]
        parts.append(kind + " Intervals are 95 %, over items.")
        parts.append(_score_table(record.rows, names[0], baselines))
        if cloze := [row for row in record.rows if row.name == CLOZE and row.encoder == names[0]]:
            parts += [_CLOZE_TOLD, _cloze_table(cloze)]
    return "\n\n".join(parts)


def _score_table(rows: Iterable[Row], encoder: str, baselines: Sequence[str]) -> str:
    rows = list(rows)
    by_encoder: dict[str, dict[str, Row]] = {}
    for row in (row for row in rows if row.name != CLOZE):
        by_encoder.setdefault(row.encoder, {})[_what(row)] = row
    lines = [
        (what, _value(row), *(_value(by_encoder[name].get(what)) for name in baselines))
        for what, row in by_encoder[encoder].items()
    ]
    return _table(("", encoder, *baselines), lines)


def _cloze_table(rows: Iterable[Row]) -> str:
    by_language: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_language.setdefault(row.target_language, {})[row.method] = row
    lines = [
        (language, *(_value(methods.get(method)) for method in ("none", "unigram")))
        for language, methods in by_language.items()
    ]
    return _table(("cloze accuracy (%)", "encoder", "unigram"), lines)


def _created(run: Stored) -> str:
    return str(run.record.environment.get("created", ""))


def _what(row: Row) -> str:
    if row.name == "precision@1":
        arrow = {"target->source": f"{row.target_language} to en"}.get(
            str(row.setting["direction"]), f"en to {row.target_language}"
        )
        return f"{row.task}, {arrow}, precision@1 (%)"
    pair = f"en-{row.target_language}" if row.setting["across"] else row.target_language
    return f"{row.task}, {pair}, {row.split}, Spearman"


def _value(row: Row | None) -> str:
    if row is None or row.low is None or row.high is None:
        return ""
    if row.name in ("precision@1", CLOZE):
        return f"{100 * row.value:.1f} [{100 * row.low:.1f}, {100 * row.high:.1f}]"
    return f"{row.value:.3f} [{row.low:.3f}, {row.high:.3f}]"


def _limits(recipe: dict[str, Any], corpus: dict[str, Any]) -> str:
    if recipe["corpus"]["kind"] == "laboratory":
        return (
            "Knows the laboratory's generated sentences and nothing else. It is for tests and for "
            "what the book trains while you watch."
        )
    told = (
        "Small, and trained on little text, much of it documentation of software, scripture and "
        "interface text. "
    )
    if exposed := _exposed(corpus["removed"]):
        told += (
            "Unlabelled text of some evaluation sets that the book does not score yet "
            f"({exposed}) is in the monolingual lines. "
        )
    return told + "Statements about it are statements about it."


def _exposed(removed: Iterable[str]) -> str:
    """Evaluation sets whose text the corpus holds, without those that were taken out of it."""

    def cleaned(name: str) -> bool:
        return any(one.startswith(name) for one in removed)

    removed = list(removed)
    told = [] if cleaned("nsmc") else ["NSMC reviews"]
    contexts = [shown for name, shown in _CONTEXTS.items() if not cleaned(name)]
    if len(contexts) > 1:
        told.append(f"contexts of {', '.join(contexts[:-1])} and {contexts[-1]}")
    elif contexts:
        told.append(f"contexts of {contexts[0]}")
    return ", ".join(told)


def _table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(str(cell) for cell in head) + " |"]
    lines.append("|" + "---|" * len(head))
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
