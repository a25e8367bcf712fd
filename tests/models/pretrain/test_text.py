"""Corpus folders, decontamination, vocabulary, recipes: what they keep, refuse and report."""

import lzma

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import UserError
from helpers.models.pretrain import recipe as recipes
from helpers.models.pretrain.decontaminate import Contamination, clean
from helpers.models.pretrain.recipe import Corpus, Vocabulary, read_recipe
from helpers.models.pretrain.text import Text, read_folder
from helpers.models.pretrain.token_files import load_groups, save_groups
from helpers.models.pretrain.tokens import tokenise, tokenise_corpus
from helpers.models.pretrain.vocabulary import letters, train_vocabulary


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mono").mkdir()
    (tmp_path / "parallel").mkdir()
    lines = ["A man rides a horse.", "The sun is up today.", "A caption to leave out."]
    with lzma.open(tmp_path / "mono" / "en.txt.xz", "wt", encoding="utf-8") as stream:
        stream.write("\n".join(lines))
    (tmp_path / "parallel" / "en-de.tsv").write_text(
        "The dog runs.\tDer Hund läuft.\tbook\n"
        "A caption to leave out!\tEine Unterschrift.\tflickr\n",
        encoding="utf-8",
    )
    return tmp_path


def test_sources_left_out_are_left_out_of_lines_too(folder):
    text = read_folder(folder, Corpus(left_out=("flickr",)))
    assert list(text.pairs) == [("en", "de", "book")]
    assert text.mono["en"] == ["A man rides a horse.", "The sun is up today."]
    assert text.counts == {"pairs of flickr, left out": 1, "lines of sources left out": 1}


def test_a_truncated_file_is_named(folder):
    path = folder / "mono" / "en.txt.xz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"en\.txt\.xz"):
        read_folder(folder, Corpus())


def test_a_malformed_pair_is_named_with_its_line(folder):
    path = folder / "parallel" / "en-de.tsv"
    path.write_text(path.read_text(encoding="utf-8") + "no tab here\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"en-de\.tsv, line 3"):
        read_folder(folder, Corpus())


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match="corpus"):
        read_folder(tmp_path, Corpus())


EVALUATION = "the quick brown fox jumps over the lazy dog near the river"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("The quick, brown fox jumps over the lazy dog near the river!", "exact"),
        ("Look: the quick brown fox jumps over the lazy dog again", "near"),
        ("the quick brown fox is somewhere else and nothing jumps", None),
        ("a wholly different sentence about cooking rice", None),
    ],
)
def test_exact_and_near_duplicates(line, verdict):
    found = Contamination.of({"set": [EVALUATION]}).matches(line)
    assert (found[1] if found else None) == verdict


def test_scripts_without_spaces_are_compared_by_character():
    seen = Contamination.of({"set": ["彼女は毎朝公園で犬と散歩をします"]})
    assert seen.matches("私と彼女は毎朝公園で犬と散歩をしています") == ("set", "near")
    assert seen.matches("昨日は雨が降ったので家にいました") is None


def test_cleaning_counts_and_leaves_nothing():
    text = Text(mono={"en": [EVALUATION, "fine"]}, pairs={("en", "de", "s"): [(EVALUATION, "x")]})
    assert clean(text, {"set": [EVALUATION]}) == {"set": {"exact": 2, "near": 0}}
    assert text.mono == {"en": ["fine"]} and text.pairs == {("en", "de", "s"): []}
    assert clean(text, {"set": [EVALUATION]}) == {"set": {"exact": 0, "near": 0}}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from("abcdefghij"), min_size=5, max_size=12))
def test_a_sentence_always_matches_itself_inside_a_longer_line(words):
    sentence = " ".join(words)
    assert Contamination.of({"set": [sentence]}).matches(f"before {sentence} after") is not None


@pytest.fixture(scope="module")
def tokenizer():
    lines = ["the small dog sees a red house", "a man rides the old horse"] * 40
    korean = ["작은 개가 빨간 집을 봅니다", "남자가 늙은 말을 탑니다"] * 40
    spec = Vocabulary(size=320, characters_per_language=10_000, alphabets=("GEORGIAN",))
    return train_vocabulary(Text(mono={"en": lines, "ko": korean}), spec, max_length=64)


def test_special_tokens_stand_where_xlm_r_has_them(tokenizer):
    assert tokenizer.convert_ids_to_tokens([0, 1, 2, 3]) == ["<s>", "<pad>", "</s>", "<unk>"]
    assert tokenizer.mask_token_id == len(tokenizer) - 1
    ids = tokenizer("the dog", "a man")["input_ids"]
    assert ids[0] == 0 and ids.count(2) == 3 and ids[-1] == 2


def test_letters_of_a_named_script_are_never_unknown(tokenizer):
    ids = tokenizer("".join(letters("GEORGIAN")[:30]), add_special_tokens=False)["input_ids"]
    assert tokenizer.unk_token_id not in ids


def test_tokens_survive_the_file(tokenizer, tmp_path):
    text = Text(mono={"en": ["the dog", "a red house"]}, pairs={("en", "ko", "s"): [("a", "개")]})
    groups = tokenise_corpus(tokenizer, text)
    save_groups(groups, tmp_path)
    loaded = load_groups(tmp_path)
    assert sorted(loaded) == ["mono/en", "pair/en-ko/s/0", "pair/en-ko/s/1"]
    for name, group in groups.items():
        assert (loaded[name].ids == group.ids).all()
        assert (loaded[name].offsets == group.offsets).all()
    assert tokenizer.decode(loaded["mono/en"].row(1)) == "a red house"
    assert len(tokenise(tokenizer, [])) == 0


@pytest.mark.parametrize("name", recipes.available())
def test_shipped_recipes_are_whole(name):
    recipe = read_recipe(name)
    assert recipe.name == name and recipe.description


@pytest.mark.parametrize(
    ("entry", "parameter"),
    [
        ("steps: 3", "recipe.steps"),
        ("training: {steps: many}", "recipe.training.steps"),
        ("training: {objectives: {clm: 1}}", "recipe.training.objectives"),
        ("network: {hidden: 30, heads: 4}", "recipe.network.hidden"),
        ("static: {pairs: words}", "recipe.static.pairs"),
        ("vocabulary: {size: 100000}", "recipe.vocabulary.size"),
    ],
)
def test_a_wrong_recipe_is_refused_by_name(tmp_path, entry, parameter):
    path = tmp_path / "made.yaml"
    path.write_text(f"name: made\ndescription: d\n{entry}\n", encoding="utf-8")
    with pytest.raises(UserError) as refusal:
        read_recipe(path)
    assert refusal.value.parameter == parameter


def test_an_unknown_recipe_lists_the_known_ones():
    with pytest.raises(UserError, match="xlmr-nano-tlm"):
        read_recipe("xlmr-mega")
