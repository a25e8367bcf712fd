"""Text of the hub, read from files of its schema: no network."""

import pytest

from helpers.errors import UserError
from helpers.models.pretrain import hub_text
from helpers.models.pretrain.hub_text import read_hub
from helpers.models.pretrain.recipe import Corpus


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """``owner/lines`` with a configuration a language, ``owner/pairs``, ``owner/other``."""
    import datasets

    tables = {
        ("owner/lines", "v1.en"): {"text": ["a dog\n\n a cat ", "rain " * 30]},
        ("owner/lines", "v1.ko"): {"text": ["개가 짖는다", "비"]},
        ("owner/pairs", "en-ko"): {
            "translation": [{"en": "a dog", "ko": "개"}, {"en": "", "ko": "비"}]
        },
        ("owner/other", None): {"words": ["a"]},
    }
    for number, (key, columns) in enumerate(tables.items()):
        path = tmp_path / f"{number}.parquet"
        datasets.Dataset.from_dict(columns).to_parquet(str(path))
        tables[key] = str(path)
    original = datasets.load_dataset

    def load_dataset(identifier, config, *, split, streaming):
        if (identifier, config) not in tables:
            raise ConnectionError(f"cannot reach {identifier}")
        files = tables[identifier, config]
        return original("parquet", data_files=files, split=split, streaming=streaming)

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)


def test_lines_of_a_configuration_a_language(hub):
    text = read_hub("hub:owner/lines/v1.{language}", Corpus(languages=("en", "ko")))
    assert text.mono["ko"] == ["개가 짖는다", "비"]
    assert text.mono["en"][:2] == ["a dog", "a cat"] and len(text.mono["en"]) == 3


def test_no_more_than_the_recipe_wants(hub):
    corpus = Corpus(languages=("en",), characters_per_language=5)
    assert read_hub("hub:owner/lines/v1.en", corpus).mono == {"en": ["a dog", "a cat"]}


def test_pairs_know_their_languages(hub):
    text = read_hub("hub:owner/pairs/en-ko", Corpus())
    assert text.pairs == {("en", "ko", "owner-pairs"): [("a dog", "개")]}


@pytest.mark.parametrize(
    ("name", "parameter", "told"),
    [
        ("hub:lines", "corpus", "OWNER/NAME"),
        ("hub:owner/other", "corpus", "translation"),
        ("hub:owner/nowhere", "corpus", "cannot reach"),
        ("hub:owner/lines/v1.en", "recipe.corpus.languages", "one language"),
        ("hub:owner/lines/v1.{language}", "recipe.corpus.languages", "languages that"),
    ],
)
def test_refusals_name_what_is_wrong(hub, name, parameter, told):
    with pytest.raises(UserError, match=told) as refusal:
        read_hub(name, Corpus())
    assert refusal.value.parameter == parameter


def test_the_hub_is_asked_for_a_stream_of_the_training_split(monkeypatch):
    import datasets

    asked = []
    monkeypatch.setattr(datasets, "load_dataset", lambda *a, **k: asked.append((a, k)) or [])
    assert not list(hub_text._rows("owner/name", None))
    assert asked == [(("owner/name", None), {"split": "train", "streaming": True})]
