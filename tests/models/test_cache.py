"""The cache: identical vectors, damage survived, two processes at once, bounded size."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import numpy as np
import pytest

import helpers
from helpers.models import cache as caching
from helpers.models.cache import VectorCache, space_name, text_key


def filled(space: str, texts: list[str], value: float = 1.0, **options) -> VectorCache:
    store = VectorCache(space, 4, **options)
    put(store, texts, value)
    return store


def put(store: VectorCache, texts: list[str], value: float = 1.0) -> None:
    vectors = np.arange(4 * len(texts), dtype=np.float32).reshape(-1, 4) + np.float32(value)
    store.put([text_key(t) for t in texts], vectors, np.zeros(len(texts), dtype=bool))


def shards(store: VectorCache) -> list[Path]:
    return sorted(store.folder.glob("*.npz"))


def test_what_was_put_is_got_by_another_instance():
    store = VectorCache("s", 4)
    vectors = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    keys = [text_key(t) for t in ("a", "b", "c")]
    store.put(keys, vectors, np.array([False, True, False]))
    wanted = [keys[2], text_key("unknown"), keys[1]]
    found, got, cut = VectorCache("s", 4).get(wanted)
    assert found.tolist() == [True, False, True]
    np.testing.assert_array_equal(got, [vectors[2], np.zeros(4), vectors[1]])
    assert cut.tolist() == [False, False, True]
    assert not VectorCache("other", 4).get(keys)[0].any()


def test_every_setting_is_part_of_the_space():
    base = {"fingerprint": "f", "pooling": "mean", "layers": (1,), "max_length": 8}
    others = [
        {**base, k: v}
        for k, v in [
            ("fingerprint", "g"),
            ("pooling", "cls"),
            ("layers", (1, 2)),
            ("max_length", 9),
        ]
    ]
    assert len({space_name(**settings) for settings in [base, *others]}) == 5


@pytest.mark.parametrize("damage", ["flipped", "truncated", "emptied", "foreign"])
def test_damaged_shard_is_warned_about_and_computed_anew(damage):
    store = filled("s", ["a", "b"])
    put(store, ["c"])
    path = next(p for p in shards(store) if len(np.load(p)["vectors"]) == 2)
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        vector = np.float32(1).tobytes()  # the first vector's first number, inside the data
        content[content.index(vector)] ^= 1
    elif damage == "truncated":
        content = content[: len(content) // 2]
    elif damage == "emptied":
        content = bytearray()
    if damage == "foreign":
        with path.open("wb") as file:
            np.savez(
                file,
                keys=np.load(shards(store)[0])["keys"],
                vectors=np.zeros((1, 7)),
                truncated=np.zeros(1, dtype=bool),
            )
    else:
        path.write_bytes(content)
    fresh = VectorCache("s", 4)
    keys = [text_key(t) for t in "abc"]
    with pytest.warns(UserWarning, match="damaged shard"):
        found = fresh.get(keys)[0]
    assert found.tolist() == [False, False, True]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        put(fresh, ["a", "b"])
        assert VectorCache("s", 4).get(keys)[0].all()


def test_many_small_shards_become_one(monkeypatch):
    monkeypatch.setattr(caching, "MANY_SHARDS", 5)
    store = VectorCache("s", 4)
    texts = [f"text {i}" for i in range(12)]
    for place, text in enumerate(texts):
        put(store, [text], float(place))
    assert len(shards(store)) <= 6
    found, got, _ = VectorCache("s", 4).get([text_key(t) for t in texts])
    assert found.all()
    np.testing.assert_array_equal(got[:, 0], np.arange(12))


def test_reader_survives_shards_that_another_process_merged_away(monkeypatch):
    store = filled("s", ["a"])
    reader = VectorCache("s", 4)
    assert reader.get([text_key("a")])[0].all()
    listed = reader._refresh()
    shards(store)[0].unlink()
    monkeypatch.setattr(reader, "_refresh", lambda: listed)  # the listing is a moment old
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not reader.get([text_key("a")])[0].any()


def test_cache_stays_within_its_limit_and_the_longest_unused_go_first():
    store = filled("s", ["old"])
    size = shards(store)[0].stat().st_size
    old = shards(store)[0]
    put(store, ["used"], 5.0)
    used = next(p for p in shards(store) if p != old)
    for age, path in [(1000, used), (500, old)]:
        stamp = path.stat().st_mtime - age
        os.utime(path, (stamp, stamp))
    store.get([text_key("used")])
    store.limit_bytes = int(size * 2.5)
    put(store, ["new"], 9.0)
    found = VectorCache("s", 4).get([text_key(t) for t in ("old", "used", "new")])[0]
    assert found.tolist() == [False, True, True]


def test_clear_frees_everything(own_cache):
    store = filled("s", ["a"])
    size = shards(store)[0].stat().st_size
    assert caching.clear() == size
    assert not list(own_cache.rglob("*.npz")) and caching.clear() == 0


def test_folder_that_cannot_be_written_is_warned_about_once(own_cache):
    own_cache.write_text("a file where the folder should be")
    store = VectorCache("s", 4)
    with pytest.warns(UserWarning, match="embedding cache is off"):
        put(store, ["a"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        put(store, ["b"])
        assert not store.get([text_key("a")])[0].any()


def test_two_processes_write_at_once(own_cache):
    """Both write the same and their own texts, merging all the while; nothing is lost or torn."""
    script = textwrap.dedent(
        """
        import sys, warnings
        import numpy as np
        from helpers.models import cache as caching
        warnings.simplefilter("error")
        caching.MANY_SHARDS = 4
        who = sys.argv[1]
        store = caching.VectorCache("s", 4)
        print("ready", flush=True)
        sys.stdin.readline()
        for i in range(60):
            for text in (f"both {i}", f"{who} {i}"):
                vector = np.full((1, 4), i, dtype=np.float32)
                store.put([caching.text_key(text)], vector, np.zeros(1, dtype=bool))
        """
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(helpers.__file__).parents[1])}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, who],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for who in ("one", "two")
    ]
    for process in running:
        process.stdout.readline()
    for process in running:  # both are imported and waiting: they start together
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        _, told = process.communicate(timeout=150)
        assert process.returncode == 0, told
    texts = [f"{who} {i}" for who in ("one", "two", "both") for i in range(60)]
    store = VectorCache("s", 4)
    found, got, _ = store.get([text_key(t) for t in texts])
    assert found.all()
    np.testing.assert_array_equal(got[:, 0], np.tile(np.arange(60), 3))
    assert not list(store.folder.glob("*.tmp"))


class TestWithAnEncoder:
    """What the encoder makes of the cache."""

    @pytest.fixture
    def opened(self, tiny_folder):
        pytest.importorskip("torch")
        from helpers.models.encoder import open_encoder

        def opened(**options):
            return open_encoder(str(tiny_folder), device="cpu", progress=False, **options)

        return opened

    def test_cached_and_uncached_are_identical_and_the_model_rests(self, opened, sentences):
        first = opened()
        vectors = first.encode(sentences)
        np.testing.assert_array_equal(opened(cache=False).encode(sentences), vectors)
        second = opened()
        second.model.forward = None  # any call fails
        np.testing.assert_array_equal(second.encode(sentences[::-1]), vectors[::-1])

    def test_part_of_the_texts_known(self, opened, sentences):
        opened().encode(sentences[:5])
        again = opened().encode(sentences)
        np.testing.assert_allclose(again, opened(cache=False).encode(sentences), atol=1e-5)

    def test_options_do_not_mix(self, opened, sentences):
        for options in ({}, {"pooling": "max"}, {"layers": (0,)}, {"normalise": True}):
            expected = opened(cache=False, **options).encode(sentences)
            for _ in range(2):
                np.testing.assert_array_equal(opened(**options).encode(sentences), expected)

    def test_truncation_is_told_from_the_cache_too(self, opened, sentences):
        for _ in range(2):
            encoder = opened(max_length=5)
            with pytest.warns(UserWarning, match="8 of 8 texts cut to 5 tokens"):
                encoder.encode(sentences)
            assert encoder.n_truncated == 8

    def test_interrupted_work_is_kept(self, opened, sentences, monkeypatch):
        monkeypatch.setattr("helpers.models.encoder.WINDOW", 2)
        encoder = opened()
        forward, calls = encoder.model.forward, []

        def failing(*args, **kwargs):
            calls.append(1)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return forward(*args, **kwargs)

        encoder.model.forward = failing
        with pytest.raises(KeyboardInterrupt):
            encoder.encode(sentences)
        found = encoder._cache.get([text_key(t) for t in sentences])[0]
        assert found.sum() == 4
