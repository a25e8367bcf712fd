"""Sentence embeddings of every layer and pooling at once, in one pass through the model.

For comparing layers and poolings over a few thousand sentences. Nothing is cached here: whoever
needs one kind of embedding asks the encoder itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from helpers.errors import UserError
from helpers.models.batching import budget_batches, deduplicate, padded
from helpers.models.encoder import Encoder
from helpers.models.pooling import POOLINGS, check_pooling, pool
from helpers.models.protocol import check_texts

WINDOW = 4096  # texts tokenised at a time


def encode_layers(
    encoder: Encoder, texts: Sequence[str], poolings: Sequence[str] = POOLINGS
) -> dict[tuple[str, int], np.ndarray]:
    """Sentence embeddings by (pooling, layer); layer 0 is the embeddings, the last the output.

    Parameters
    ----------
    encoder : weights, tokenizer, device and token budget are taken from it; its own choice of
        pooling, layers and normalisation is not. Texts are cut where it cuts them.

    Returns
    -------
    float32 [n, dim] for each of ``poolings`` and each of the n_layers + 1 hidden states, rows in
    the order of ``texts``. (``mean``, last layer) is what ``encode`` gives by default.

    Errors: ``UserError`` on ``pooling``, on ``texts``, and on ``encoders`` where the model gives
    NaN or infinity.
    """
    import torch

    poolings = [check_pooling(pooling) for pooling in poolings]
    unique, inverse = deduplicate(check_texts(texts))
    shape = len(unique), encoder.dim
    spaces = [(pooling, layer) for pooling in poolings for layer in range(encoder.n_layers + 1)]
    vectors = {space: np.zeros(shape, dtype=np.float32) for space in spaces}
    padding_id = encoder.tokenizer.pad_token_id or 0
    encoder.model.eval()
    for start in range(0, len(unique), WINDOW):
        chosen = unique[start : start + WINDOW]
        ids = encoder.tokenizer(chosen, truncation=True, max_length=encoder.max_length)["input_ids"]
        lengths = [len(row) for row in ids]
        for batch in budget_batches(lengths, encoder.token_budget):
            if lengths[batch[0]] == 0:
                continue
            tokens, mask = padded(ids, batch, padding_id)
            with torch.inference_mode():
                mask_there = torch.from_numpy(mask).to(encoder.device)
                output = encoder.model(
                    input_ids=torch.from_numpy(tokens).to(encoder.device),
                    attention_mask=mask_there,
                    output_hidden_states=True,
                )
                for pooling, layer in spaces:
                    pooled = pool(output.hidden_states[layer], mask_there, pooling)
                    vectors[pooling, layer][start + batch] = pooled.float().cpu().numpy()
    for space, found in vectors.items():
        if not np.isfinite(found).all():
            accepted = "finite embeddings (NaN or infinity in layer {1}, pooling {0})"
            raise UserError("encoders", encoder.name, accepted.format(*space))
    return {space: found[inverse] for space, found in vectors.items()}
