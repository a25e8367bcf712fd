"""The encoder against sentence-transformers, against pooling by hand, and its promises."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest

from helpers.errors import UserError
from helpers.models.encoder import Encoder, open_encoder
from helpers.models.protocol import EncoderProtocol

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")


def opened(folder, **options):
    return open_encoder(str(folder), device="cpu", progress=False, **{"cache": False, **options})


@pytest.fixture(scope="module")
def shared(tiny_folder):
    """One encoder for the tests that only read; without a cache."""
    return opened(tiny_folder)


def with_options(encoder, **options):
    """The same weights under other options, without loading them again."""
    given = {"name": "m", "device": "cpu", "progress": False, "cache": False, **options}
    return Encoder(encoder.model, encoder.tokenizer, **given)


@pytest.fixture(scope="module")
def oracle_words(tiny_folder):
    modules = pytest.importorskip("sentence_transformers.sentence_transformer.modules")
    return modules.Transformer(str(tiny_folder), model_kwargs={"dtype": torch.float32})


@pytest.mark.parametrize(
    ("pooling", "normalise"), [("mean", False), ("cls", False), ("max", False), ("mean", True)]
)
def test_same_vectors_as_sentence_transformers(oracle_words, shared, sentences, pooling, normalise):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    pooled = Pooling(oracle_words.get_embedding_dimension(), pooling_mode=pooling)
    oracle = SentenceTransformer(modules=[oracle_words, pooled], device="cpu")
    texts = [*sentences, "", "cat " * 700, sentences[0] + " " + sentences[3]]
    expected = oracle.encode(
        texts, batch_size=3, normalize_embeddings=normalise, show_progress_bar=False
    )
    ours = with_options(shared, pooling=pooling, normalise=normalise)
    with pytest.warns(UserWarning, match="1 of 11 texts cut"):
        got = ours.encode(texts)
    assert got.dtype == np.float32 and got.shape == expected.shape
    np.testing.assert_allclose(got, expected, atol=1e-5, rtol=0)


def test_pooling_by_hand_from_token_embeddings(shared, sentences):
    tokens = shared.tokens(sentences)
    for pooling, by_hand in [
        ("mean", lambda t: t.mean(axis=0)),
        ("cls", lambda t: t[0]),
        ("max", lambda t: t.max(axis=0)),
    ]:
        got = with_options(shared, pooling=pooling).encode(sentences)
        np.testing.assert_allclose(got, [by_hand(t) for t in tokens], atol=1e-5)


def test_token_embeddings_are_the_model_s_own_without_padding(shared, sentences):
    for text, got in zip(sentences, shared.tokens(sentences), strict=True):
        with torch.inference_mode():
            inputs = shared.tokenizer(text, return_tensors="pt")
            expected = shared.model(**inputs).last_hidden_state[0].numpy()
        assert got.shape == expected.shape
        np.testing.assert_allclose(got, expected, atol=1e-5)


def test_special_tokens_can_be_dropped(shared, sentences):
    kept = shared.tokens(sentences)
    dropped = shared.tokens(sentences, special_tokens=False)
    for a, b in zip(kept, dropped, strict=True):
        np.testing.assert_array_equal(a[1:-1], b)
    assert shared.tokens([""], special_tokens=False)[0].shape == (0, shared.dim)


def test_chosen_layers_are_averaged(shared, sentences):
    with torch.inference_mode():
        inputs = shared.tokenizer(sentences[0], return_tensors="pt")
        states = shared.model(**inputs, output_hidden_states=True).hidden_states
    expected = ((states[0] + states[2]) / 2)[0].mean(dim=0).numpy()
    got = with_options(shared, layers=(0, -1)).encode(sentences[:1])[0]
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert with_options(shared, layers=[2]).layers == shared.layers


def test_order_duplicates_and_batches_do_not_matter(shared, sentences):
    texts = sentences * 3 + sentences[::-1]
    expected = shared.encode(sentences)
    for budget in (1, 50, 10_000):
        got = with_options(shared, token_budget=budget).encode(texts)
        np.testing.assert_allclose(got[:8], expected, atol=1e-5)
        np.testing.assert_array_equal(got[:8], got[8:16])
        np.testing.assert_array_equal(got[:8], got[24:][::-1])


def test_each_distinct_text_goes_through_the_model_once(shared, sentences, monkeypatch):
    rows = []
    forward = shared.model.forward

    def counted(*args, **kwargs):
        rows.append(len(kwargs["input_ids"]))
        return forward(*args, **kwargs)

    monkeypatch.setattr(shared.model, "forward", counted)
    with_options(shared, token_budget=60).encode(sentences * 5)
    assert sum(rows) == len(sentences) and len(rows) > 1


def test_windows_do_not_change_results(shared, sentences, monkeypatch):
    expected = shared.encode(sentences)
    monkeypatch.setattr("helpers.models.encoder.WINDOW", 3)
    np.testing.assert_allclose(shared.encode(sentences), expected, atol=1e-5)
    assert [len(t) for t in shared.tokens(sentences)] == [
        len(shared.tokenizer(text)["input_ids"]) for text in sentences
    ]


def test_nothing_to_encode(shared):
    assert shared.encode([]).shape == (0, 32) and shared.encode([]).dtype == np.float32
    assert shared.tokens([]) == []
    assert shared.encode([""]).shape == (1, 32) and np.isfinite(shared.encode([""])).all()


def test_long_texts_are_cut_counted_and_warned_about_once(shared):
    encoder = with_options(shared)
    long = "cat " * 900
    with pytest.warns(UserWarning, match="1 of 2 texts cut to 512 tokens"):
        vectors = encoder.encode([long, "cat"])
    assert encoder.n_truncated == 1 and np.isfinite(vectors).all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tokens = encoder.tokens([long, long])
    assert tokens[0].shape == (512, 32)
    assert encoder.n_truncated == 2


def test_text_of_exactly_the_limit_is_not_cut(shared, sentences):
    length = len(shared.tokenizer(sentences[0])["input_ids"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encoder = with_options(shared, max_length=length)
        assert len(encoder.tokens(sentences[:1])[0]) == length
    assert encoder.n_truncated == 0
    with pytest.warns(UserWarning, match=f"cut to {length - 1} tokens"):
        with_options(shared, max_length=length - 1).encode(sentences[:1])


def test_model_with_few_positions_lowers_the_limit(shared, sentences):
    from transformers import XLMRobertaConfig, XLMRobertaModel

    config = XLMRobertaConfig(**{**shared.model.config.to_dict(), "max_position_embeddings": 12})
    encoder = with_options(shared)
    small = Encoder(XLMRobertaModel(config), encoder.tokenizer, name="m", cache=False, device="cpu")
    assert small.max_length == 10
    with pytest.warns(UserWarning, match="cut to 10 tokens"):
        assert np.isfinite(small.encode(sentences)).all()


def test_stored_half_precision_is_computed_in_single(tiny_folder, shared):
    from safetensors.torch import load_file

    stored = load_file(tiny_folder / "model.safetensors")
    assert {tensor.dtype for tensor in stored.values()} == {torch.float16}
    assert {parameter.dtype for parameter in shared.model.parameters()} == {torch.float32}


def test_model_is_left_in_the_mode_it_was_in(shared, sentences):
    encoder = with_options(shared)
    encoder.model.train()
    try:
        first, second = encoder.encode(sentences), encoder.encode(sentences)
        assert encoder.model.training
        np.testing.assert_array_equal(first, second)  # dropout would differ
    finally:
        encoder.model.eval()


@pytest.mark.parametrize("where", ["encode", "tokens"])
def test_broken_model_names_encoder_and_first_text(shared, sentences, where):
    model = copy.deepcopy(shared.model)
    pieces = [set(shared.tokenizer(text)["input_ids"]) for text in sentences]
    token = min(pieces[3] - set.union(*pieces[:3]))  # seen in no sentence before this one
    with torch.no_grad():
        model.embeddings.word_embeddings.weight[token] = float("nan")
    broken = Encoder(model, shared.tokenizer, name="broken", cache=False, device="cpu")
    with pytest.raises(UserError, match=r"^encoders: got 'broken'.* index 4\)") as raised:
        getattr(broken, where)([sentences[0], *sentences])
    assert sentences[3] not in str(raised.value)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("one string", "texts: got 'a single str'"),
        (["a", 3], "texts: got 'int at index 1'"),
        (["a", float("nan")], "texts: got 'float at index 1'"),
        (["\ud800"], "texts: got 'a lone surrogate at index 0'"),
    ],
)
def test_what_is_no_text_is_refused(shared, texts, message):
    with pytest.raises(UserError, match=message):
        shared.encode(texts)
    with pytest.raises(UserError, match=message):
        shared.tokens(texts)


@pytest.mark.parametrize(
    ("option", "value", "accepted"),
    [
        ("pooling", "median", "mean, cls, max"),
        ("layers", (3,), "-3 to 2"),
        ("layers", (), "-3 to 2"),
        ("layers", (0, -3), "distinct"),
        ("layers", ("last",), "whole numbers"),
        ("layers", -1, "whole numbers"),
        ("device", "tpu", "auto, cpu, cuda, mps"),
        ("device", "cpu:1", "auto, cpu, cuda, mps"),
        ("token_budget", 0, "positive"),
        ("token_budget", 2.5, "positive"),
        ("max_length", 2, "3 or more"),
        ("seed", -1, "0 or more"),
    ],
)
def test_wrong_options_are_refused_by_name(tiny_folder, option, value, accepted):
    with pytest.raises(UserError) as raised:
        open_encoder(str(tiny_folder), **{"device": "cpu", option: value})
    assert raised.value.parameter == option
    assert accepted in str(raised.value)


def test_device_that_is_not_there(tiny_folder):
    if torch.cuda.is_available():
        pytest.skip("this machine has the device")
    with pytest.raises(UserError, match="^device: got 'cuda'; accepted: .*what this machine has"):
        open_encoder(str(tiny_folder), device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_cuda_gives_what_cpu_gives(tiny_folder, sentences):
    cpu = opened(tiny_folder).encode(sentences)
    cuda = open_encoder(str(tiny_folder), device="cuda", cache=False, progress=False)
    np.testing.assert_allclose(cuda.encode(sentences), cpu, atol=1e-5)


def test_progress_bar_tells_the_time_left(shared, sentences, capsys, monkeypatch):
    import tqdm

    class Impatient(tqdm.tqdm):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **{**kwargs, "delay": 0, "mininterval": 0})

    monkeypatch.setattr(tqdm, "tqdm", Impatient)
    with_options(shared, progress=True, token_budget=40).encode(sentences)
    told = capsys.readouterr()
    assert told.out == ""
    assert "100%" in told.err and "<00:00" in told.err
    with_options(shared, progress=False).encode(sentences)
    assert capsys.readouterr().err == ""


def test_encoders_and_baselines_speak_the_protocol(shared):
    assert isinstance(shared, EncoderProtocol)
    assert isinstance(open_encoder("bag-of-words"), EncoderProtocol)


def test_unfingerprinted_model_is_hashed_as_it_is_and_never_cached(shared, sentences, own_cache):
    model = copy.deepcopy(shared.model)
    encoder = Encoder(model, shared.tokenizer, name="training", device="cpu", progress=False)
    before, vectors = encoder.fingerprint, encoder.encode(sentences)
    with torch.no_grad():
        model.embeddings.word_embeddings.weight *= -1
    assert encoder.fingerprint != before
    assert np.abs(encoder.encode(sentences) - vectors).max() > 1e-3
    assert not own_cache.exists()


def test_other_architectures(shared, sentences, tmp_path):
    """A causal decoder without a padding token, and an encoder-decoder by its encoder half."""
    import transformers

    size = {"vocab_size": len(shared.tokenizer), "bos_token_id": 0, "eos_token_id": 2}
    gpt = transformers.GPT2Config(n_embd=16, n_layer=1, n_head=2, n_positions=64, **size)
    t5 = transformers.T5Config(
        d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, pad_token_id=1, **size
    )
    for config in (gpt, t5):
        folder = tmp_path / config.model_type
        transformers.AutoModel.from_config(config).save_pretrained(folder)
        shared.tokenizer.save_pretrained(folder)
        encoder = opened(folder)
        together = encoder.encode(sentences)
        for text, vector in zip(sentences, together, strict=True):
            np.testing.assert_allclose(encoder.encode([text])[0], vector, atol=1e-5)
        assert np.ptp(together, axis=0).max() > 1e-3
