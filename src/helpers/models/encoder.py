"""Sentence and token embeddings of any Hugging Face encoder, and the one way to open an encoder.

``open_encoder`` takes a name and gives something with ``encode``. Training is not done here.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from helpers.errors import UserError
from helpers.models import loading
from helpers.models.baselines import BagOfWords
from helpers.models.batching import budget_batches, check_token_budget, deduplicate, padded
from helpers.models.cache import VectorCache, space_name, text_key
from helpers.models.pooling import check_pooling, pool, resolve_layers
from helpers.models.protocol import EncoderProtocol, check_texts, unit_rows

WINDOW = 16_384  # texts tokenised, and stored in the cache, at a time
VECTORS_VERSION = 1  # raise when the arithmetic here changes: old cached vectors are then not found


def open_encoder(
    name: str,
    *,
    pooling: str = "mean",
    layers: Sequence[int] = (-1,),
    normalise: bool = False,
    device: str = "auto",
    token_budget: int = 8192,
    max_length: int = 512,
    cache: bool = True,
    progress: bool | None = True,
    seed: int = 0,
) -> EncoderProtocol:
    """The encoder that a name stands for.

    Parameters
    ----------
    name : a folder (``models/tiny``: sought from the current directory, then in the checkout); an
        id on the Hugging Face hub, with ``@revision`` where wanted; ``bag-of-words``;
        ``bag-of-subwords:NAME``, the pieces of NAME's tokenizer; ``untrained:NAME``, the same
        architecture and tokenizer with random weights from ``seed``.
    pooling, layers, normalise, token_budget, max_length, cache, progress : see ``Encoder``.
    device : ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    seed : of ``untrained:`` only.

    Errors: ``UserError`` naming the option, before anything is loaded where that is possible.

    >>> open_encoder("bag-of-words").encode([]).shape
    (0, 1024)
    """
    check_pooling(pooling)
    check_token_budget(token_budget)
    _check_seed(seed)
    loading.check_device(device)
    _check_max_length(max_length)
    if name == "bag-of-words":
        return BagOfWords(normalise=normalise)
    kind, _, base = name.partition(":")
    if kind not in ("untrained", "bag-of-subwords"):
        kind, base = "", name
    shown = f"{kind}:{loading.shown_name(base)}" if kind else loading.shown_name(name)
    folder = loading.find_folder(base, weights=not kind)
    device = loading.find_device(device)
    tokenizer = loading.load_tokenizer(folder, base)
    fingerprint = loading.fingerprint_files(folder, weights=not kind)
    if kind == "bag-of-subwords":
        return BagOfWords(
            normalise=normalise,
            features=tokenizer.tokenize,
            name=shown,
            features_fingerprint=fingerprint,
        )
    if kind == "untrained":
        model = loading.random_model(folder, base, seed)
        fingerprint = hashlib.blake2b(
            f"untrained {fingerprint} {seed}".encode(), digest_size=16
        ).hexdigest()
    else:
        model = loading.load_model(folder, base)
    return Encoder(
        model,
        tokenizer,
        name=shown,
        fingerprint=fingerprint,
        pooling=pooling,
        layers=layers,
        normalise=normalise,
        device=device,
        token_budget=token_budget,
        max_length=max_length,
        cache=cache,
        progress=progress,
    )


class Encoder:
    """Embeddings from a transformers model and its tokenizer.

    Parameters
    ----------
    model, tokenizer : as ``AutoModel`` (weights in float32) and ``AutoTokenizer`` give them. The
        model is moved to ``device``.
    name : printed in tables and errors.
    fingerprint : content hash. None for a model still in training: nothing is then cached, and the
        property hashes the weights as they are when it is read.
    pooling : ``mean``, ``cls`` or ``max`` over the tokens of a text, special tokens included.
    layers : which hidden states are averaged before pooling: 0 the embeddings, -1 the last layer.
    normalise : sentence vectors of unit length.
    device : ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    token_budget : most tokens in a batch, padding included; a matter of memory and speed, never of
        results beyond the noise of float32.
    max_length : most tokens of a text, special tokens included; lower where the model has fewer
        positions. Longer texts are cut, counted in ``n_truncated`` and warned about once.
    cache : sentence vectors are kept on disk (see ``helpers.models.cache``).
    progress : a bar with the time left on stderr (after a second); None: only on a terminal.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        name: str,
        fingerprint: str | None = None,
        pooling: str = "mean",
        layers: Sequence[int] = (-1,),
        normalise: bool = False,
        device: str = "auto",
        token_budget: int = 8192,
        max_length: int = 512,
        cache: bool = True,
        progress: bool | None = True,
    ):
        self.name, self.pooling = name, check_pooling(pooling)
        self.n_layers = int(model.config.num_hidden_layers)
        self.layers = resolve_layers(layers, self.n_layers)
        self.normalise, self.progress = normalise, progress
        self.token_budget = check_token_budget(token_budget)
        self.device = loading.find_device(device)
        self.model, self.tokenizer = model.to(self.device), tokenizer
        self.dim = int(model.config.hidden_size)
        self.max_length = _longest(model, tokenizer, _check_max_length(max_length))
        self.n_truncated = 0
        self._fingerprint, self._warned = fingerprint, False
        self._cache = self._open_cache() if cache and fingerprint else None

    @property
    def fingerprint(self) -> str:
        """Hash of weights, configuration and tokenizer; same files, same fingerprint."""
        if self._fingerprint:
            return self._fingerprint
        total = hashlib.blake2b(digest_size=16)
        for key, tensor in self.model.state_dict().items():
            total.update(key.encode() + tensor.detach().float().cpu().numpy().tobytes())
        return total.hexdigest()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Sentence embeddings.

        Returns
        -------
        float32 [n, dim], rows in the order of ``texts``. An empty text is the vector of its special
        tokens (zeros where the tokenizer has none).

        Errors: ``UserError`` on ``texts`` for anything but strings; on ``encoders`` where the model
        gives NaN or infinity, with the index of the first such text.
        """
        unique, inverse = deduplicate(check_texts(texts))
        keys = [text_key(text) for text in unique]
        if self._cache:
            found, vectors, cut = self._cache.get(keys)
        else:
            found, cut = np.zeros(len(unique), dtype=bool), np.zeros(len(unique), dtype=bool)
            vectors = np.zeros((len(unique), self.dim), dtype=np.float32)
        for rows, pooled, was_cut in self._windows(unique, np.flatnonzero(~found), self._pooled):
            bad = rows[~np.isfinite(pooled).all(axis=1)]
            if len(bad):
                raise self._not_finite(inverse, bad)
            vectors[rows], cut[rows] = pooled, was_cut
            if self._cache:
                self._cache.put([keys[row] for row in rows], pooled, was_cut)
        self._note_truncated(int(cut.sum()), len(unique))
        return (unit_rows(vectors) if self.normalise else vectors)[inverse]

    def tokens(self, texts: Sequence[str], *, special_tokens: bool = True) -> list[np.ndarray]:
        """Token embeddings, averaged over ``layers``; neither pooled, normalised nor cached.

        Parameters
        ----------
        special_tokens : keep the vectors of ``<s>`` and ``</s>`` (or the model's own). With them
            the mean over tokens is the ``mean`` sentence embedding.

        Returns
        -------
        One float32 [length, dim] a text, length at most ``max_length``. Equal texts share an array.
        """
        unique, inverse = deduplicate(check_texts(texts))
        result: list[np.ndarray] = [np.zeros((0, self.dim), dtype=np.float32)] * len(unique)
        cut = 0
        everything = np.arange(len(unique))
        for rows, states, was_cut in self._windows(unique, everything, self._unpooled):
            bad = [
                row for row, (s, _) in zip(rows, states, strict=True) if not np.isfinite(s).all()
            ]
            if bad:
                raise self._not_finite(inverse, bad)
            for row, (state, special) in zip(rows, states, strict=True):
                result[row] = state if special_tokens else state[~special]
            cut += int(was_cut.sum())
        self._note_truncated(cut, len(unique))
        return [result[row] for row in inverse]

    def _windows(
        self, texts: list[str], rows: np.ndarray, finish: Callable
    ) -> Iterator[tuple[np.ndarray, Any, np.ndarray]]:
        """Run ``rows`` of ``texts`` through the model, a window of texts of like size at a time.

        Gives (rows, whatever ``finish`` made of them, whether each was cut). What a window gave is
        safe in the cache before the next begins, so an interrupted run goes on where it was.
        """
        from tqdm import tqdm

        sizes = np.array([len(texts[row]) for row in rows], dtype=np.int64)
        rows = rows[np.argsort(-sizes, kind="stable")]
        disable = None if self.progress is None else not self.progress
        training = self.model.training
        self.model.eval()
        try:
            # Characters, not sentences: the longest come first, and time left should be honest.
            with tqdm(
                total=int(sizes.sum()),
                desc=self.name,
                unit="char",
                unit_scale=True,
                delay=1,
                disable=disable,
            ) as bar:
                for start in range(0, len(rows), WINDOW):
                    window = rows[start : start + WINDOW]
                    chosen = [texts[row] for row in window]
                    ids, special, cut = self._tokenise(chosen)
                    yield window, finish(chosen, ids, special, bar), cut
        finally:
            self.model.train(training)

    def _tokenise(self, texts: list[str]) -> tuple[list, list, np.ndarray]:
        """Token ids, special-token masks, and whether each text was cut."""
        encoded = self.tokenizer(
            texts, truncation=True, max_length=self.max_length, return_special_tokens_mask=True
        )
        ids = encoded["input_ids"]
        cut = np.zeros(len(texts), dtype=bool)
        full = [row for row, row_ids in enumerate(ids) if len(row_ids) >= self.max_length]
        if full:
            whole = self.tokenizer([texts[row] for row in full], verbose=False)["input_ids"]
            cut[full] = [len(row_ids) > self.max_length for row_ids in whole]
        return ids, encoded["special_tokens_mask"], cut

    def _pooled(self, texts: list[str], ids: list, special: list, bar: Any) -> np.ndarray:
        vectors = np.zeros((len(ids), self.dim), dtype=np.float32)
        for batch, hidden, mask in self._forward(ids):
            vectors[batch] = pool(hidden, mask, self.pooling).float().cpu().numpy()
            bar.update(sum(len(texts[row]) for row in batch))
        return vectors

    def _unpooled(self, texts: list[str], ids: list, special: list, bar: Any) -> list:
        states = [(np.zeros((0, self.dim), dtype=np.float32), np.zeros(0, dtype=bool))] * len(ids)
        for batch, hidden, _ in self._forward(ids):
            values = hidden.float().cpu().numpy()
            for place, row in enumerate(batch):
                state = values[place, : len(ids[row])].copy()
                states[row] = state, np.array(special[row], dtype=bool)
            bar.update(sum(len(texts[row]) for row in batch))
        return states

    def _forward(self, ids: list) -> Iterator[tuple[np.ndarray, Any, Any]]:
        """(rows, hidden states averaged over layers, mask) of each batch; empty texts left out."""
        import torch

        padding_id = self.tokenizer.pad_token_id or 0
        last_only = self.layers == (self.n_layers,)
        lengths = [len(row) for row in ids]
        for batch in budget_batches(lengths, self.token_budget):
            if lengths[batch[0]] == 0:
                continue
            tokens, mask = padded(ids, batch, padding_id)
            with torch.inference_mode():
                inputs = {
                    "input_ids": torch.from_numpy(tokens).to(self.device),
                    "attention_mask": torch.from_numpy(mask).to(self.device),
                }
                output = self.model(**inputs, output_hidden_states=not last_only)
                if last_only:
                    hidden = output.last_hidden_state
                else:
                    chosen = [output.hidden_states[layer] for layer in self.layers]
                    hidden = torch.stack(chosen).mean(dim=0)
                yield batch, hidden, inputs["attention_mask"]

    def _open_cache(self) -> VectorCache:
        """Vectors before normalisation, which is done on the way out, cached or not."""
        import torch
        import transformers

        space = space_name(
            version=VECTORS_VERSION,
            fingerprint=self._fingerprint,
            pooling=self.pooling,
            layers=self.layers,
            max_length=self.max_length,
            device=self.device.partition(":")[0],
            torch=torch.__version__,
            transformers=transformers.__version__,
        )
        return VectorCache(space, self.dim)

    def _note_truncated(self, cut: int, of: int) -> None:
        self.n_truncated += cut
        if cut and not self._warned:
            self._warned = True
            message = f"{self.name}: {cut} of {of} texts cut to {self.max_length} tokens"
            warnings.warn(message, stacklevel=3)

    def _not_finite(self, inverse: np.ndarray, unique_rows: Sequence[int]) -> UserError:
        first = int(np.flatnonzero(np.isin(inverse, unique_rows))[0])
        accepted = f"finite embeddings (NaN or infinity for the text at index {first})"
        return UserError("encoders", self.name, accepted)


def _check_seed(seed: int) -> None:
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise UserError("seed", seed, "a whole number, 0 or more")


def _check_max_length(max_length: int) -> int:
    if isinstance(max_length, bool) or not isinstance(max_length, int) or max_length < 3:
        raise UserError("max_length", max_length, "a whole number of tokens, 3 or more")
    return max_length


def _longest(model: Any, tokenizer: Any, max_length: int) -> int:
    """The most tokens that request, tokenizer and position embeddings allow."""
    longest = min(max_length, tokenizer.model_max_length)
    positions = getattr(model.config, "max_position_embeddings", None)
    if positions and positions > 0:
        table = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
        padding = getattr(table, "padding_idx", None)
        # RoBERTa's positions begin behind the padding's: 514 of them hold 512 tokens.
        longest = min(longest, positions - (0 if padding is None else padding + 1))
    return int(longest)
