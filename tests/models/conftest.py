"""A tiny encoder made on the spot: XLM-R's architecture and tokenizer kind, random weights."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

SENTENCES = [
    "the old cat sleeps near the warm stove",
    "a small dog runs across the wet field",
    "two friends read a long letter in the kitchen",
    "늙은 고양이가 따뜻한 난로 옆에서 잔다",
    "작은 개가 젖은 들판을 가로질러 달린다",
    "старая кошка спит у тёплой печи",
    "маленькая собака бежит через мокрое поле",
    "she did not open the window, did she?",
]


@pytest.fixture(scope="session")
def sentences() -> list[str]:
    return list(SENTENCES)


def make_tokenizer():
    """Unigram pieces scored by their counts: the library's trainer differs from run to run."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = ["▁" + word for sentence in SENTENCES for word in sentence.split()]
    pieces = Counter(
        word[start:end]
        for word in words
        for start in range(len(word))
        for end in range(start + 1, min(start + 5, len(word) + 1))
    )
    total = sum(pieces.values())
    kept = sorted(piece for piece, count in pieces.items() if count > 2 or len(piece) == 1)
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    vocabulary = [(special, 0.0) for special in specials]
    vocabulary += [(piece, math.log(pieces[piece] / total)) for piece in kept]
    tokenizer = Tokenizer(models.Unigram(vocabulary, specials.index("<unk>")))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=512,
    )


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Path:
    """An XLM-R of 2 layers and 32 dimensions, stored as fp16. Read only: copy it to change it."""
    torch = pytest.importorskip("torch")
    from transformers import XLMRobertaConfig, XLMRobertaModel

    folder = tmp_path_factory.mktemp("encoders") / "tiny-random"
    tokenizer = make_tokenizer()
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=514,
        initializer_range=0.3,  # the usual 0.02 makes all texts nearly the same vector
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = XLMRobertaModel(config, add_pooling_layer=False)
    model.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def one_thread() -> Iterator[None]:
    """Tiny matrices: threads only wait for each other, for seconds on a busy machine."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("HELPERS_CACHE", str(folder))
    return folder
