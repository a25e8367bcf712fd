"""Windows and decoding: what is labelled comes back, whatever the language and the windows."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.sources import load
from helpers.errors import UserError
from helpers.models.loading import find_folder, load_tokenizer
from helpers.models.spans import Answer, decode, labelled, windows

pytest.importorskip("transformers")

LANGUAGES = ("en", "ko", "ru", "zh", "hi", "ar")
NAMES = ("models/tiny", "models/xlmr-nano-tlm")
SMALL = {"max_length": 40, "stride": 12, "most_question": 16}

# What contexts are put together from: scripts, widths, ligatures, marks, blanks of all kinds
PIECES = [
    *(
        "the old stove",
        "Ulm（2019年）",
        "他走了。",
        "ﬁve ½",
        "고양이가",
        "조선",
        "हिन्दी में",
        "العربية",
    ),
    *("печи.", "e\u0301te", "\u0323\u0307a", "😀", "x", "'s", "▁", "1989", "ครับ", "각"),
]
BLANKS = ["", " ", "  ", "\n", "\u3000", "\n\n "]


@pytest.fixture(scope="module", params=NAMES)
def tokenizer(request: pytest.FixtureRequest):
    return load_tokenizer(find_folder(request.param), request.param)


@pytest.fixture(scope="module")
def tiny():
    return load_tokenizer(find_folder(NAMES[0]), NAMES[0])


def table_of(*rows: tuple[str, str, str]) -> pandas.DataFrame:
    """Rows of (context, question, answer); the answer is where it first stands."""
    return pandas.DataFrame(
        {
            "id": [f"r{i}" for i in range(len(rows))],
            "context": [context for context, _, _ in rows],
            "question": [question for _, question, _ in rows],
            "answers": [[answer] for _, _, answer in rows],
            "starts": [[context.index(answer)] for context, _, answer in rows],
            "article": "a",
        }
    )


def one_hot(found: list) -> tuple[list[np.ndarray], list[np.ndarray]]:
    starts = [np.zeros(len(window["input_ids"])) for window in found]
    ends = [np.zeros(len(window["input_ids"])) for window in found]
    for window, start, end in zip(found, starts, ends, strict=True):
        start[window["start_positions"]] = end[window["end_positions"]] = 9.0
    return starts, ends


def noise(found: list, seed: int = 0) -> tuple[list[np.ndarray], list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    return tuple([rng.normal(size=len(window["input_ids"])) for window in found] for _ in "se")


def snapped(found: list, table: pandas.DataFrame, item: int) -> tuple[int, int]:
    """The narrowest span of whole tokens that holds the first gold answer, found independently."""
    begin = table["starts"][item][0]
    end = begin + len(table["answers"][item][0])
    own = {offset for window in found if window["item"] == item for offset in window["offsets"]}
    touching = [(a, b) for a, b in own if any(a <= place < b for place in range(begin, end))]
    return min(a for a, _ in touching), max(b for _, b in touching)


# -- what is labelled comes back


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", [{}, SMALL], ids=["one window", "several windows"])
def test_the_gold_answer_is_recovered(tokenizer, language: str, shape: dict) -> None:
    table = load("xquad", language, "test", "lab", n=60).table
    found = windows(table, tokenizer, **shape)
    trained, lost = labelled(found, table)
    assert lost == 0
    assert (len(found) == len(table)) == (not shape)
    for item, answer in enumerate(decode(table, trained, *one_hot(trained))):
        context, gold = table["context"][item], table["answers"][item][0]
        assert answer.text == context[answer.start : answer.end]
        assert (answer.start, answer.end) == snapped(found, table, item)
        start = table["starts"][item][0]
        assert answer.start <= start and start + len(gold) <= answer.end


def test_it_is_exactly_the_gold_where_tokens_end_where_it_does(tiny) -> None:
    """A piece a word: words are never cut, so that every run of them is a run of tokens."""
    text = " ".join(f"w{number}" for number in range(300))
    words = text.split()
    rows = [(text, "which one?", " ".join(words[i : i + 3])) for i in range(0, 297)]
    table = table_of(*rows)
    found = windows(table, tiny, **SMALL)
    trained, lost = labelled(found, table)
    assert lost == 0 and len(found) > 5 * len(table)
    answers = decode(table, trained, *one_hot(trained))
    assert [answer.text for answer in answers] == [gold for _, _, gold in rows]


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(BLANKS)), min_size=1),
    lead=st.sampled_from(BLANKS),
    question=st.sampled_from(["", "Who?", "谁走了" * 20]),
    data=st.data(),
)
def test_any_context(tiny, pieces: list, lead: str, question: str, data) -> None:
    context = lead + "".join(piece + blank for piece, blank in pieces)
    filled = [place for place, character in enumerate(context) if not character.isspace()]
    start = data.draw(st.sampled_from(filled))
    end = data.draw(st.sampled_from([place for place in filled if start <= place < start + 9])) + 1
    table = table_of((context, question, context[start:end]))
    table.at[0, "starts"] = [start]
    found = windows(table, tiny, **SMALL)
    covered = {place for w in found for a, b in w["offsets"] for place in range(a, b)}
    assert covered >= set(filled)
    for window in found:
        assert len(window["input_ids"]) <= SMALL["max_length"]
        assert window["last"] - window["first"] == len(window["offsets"])
        for a, b in window["offsets"]:
            assert context[a:b] == context[a:b].strip()
    trained, lost = labelled(found, table)
    (answer,) = decode(table, trained, *one_hot(trained))
    if not lost:
        assert answer.start <= start and end <= answer.end
        assert answer.text == context[answer.start : answer.end]
    (free,) = decode(table, found, *noise(found), n_best=5)
    assert free.text == context[free.start : free.end] and free.text.strip() == free.text != ""


# -- windows


def test_one_window_is_what_the_tokenizer_makes_of_the_pair(tokenizer) -> None:
    question, context = "Who reads?", " Anna reads a long letter in Ulm.\nShe is 90."
    (window,) = windows(table_of((context, question, "Anna")), tokenizer)
    assert window["input_ids"] == tokenizer(question, context)["input_ids"]
    sides = tokenizer(question, context).sequence_ids()
    own = [place for place, side in enumerate(sides) if side == 1]
    assert (window["first"], window["last"]) == (own[0], own[-1] + 1)


def test_many_windows_are_what_the_tokenizer_makes_of_the_pair(tokenizer) -> None:
    table = table_of(("Anna reads a long letter. " * 30, "Who reads?", "Anna"))
    found = windows(table, tokenizer, **SMALL)
    theirs = tokenizer(
        "Who reads?",
        table["context"][0],
        max_length=SMALL["max_length"],
        stride=SMALL["stride"],
        truncation="only_second",
        return_overflowing_tokens=True,
    )["input_ids"]
    assert [window["input_ids"] for window in found] == theirs
    assert [window["item"] for window in found] == [0] * len(found)


@pytest.mark.parametrize("stride", [0, 1, 5, 12])
def test_a_span_as_long_as_the_overlap_and_one_stands_whole_somewhere(tiny, stride: int) -> None:
    table = table_of((" ".join("abcdefgh" * 20), "q", "a"))
    found = windows(table, tiny, max_length=30, stride=stride, most_question=4)
    stretches = [(w["skipped"], w["skipped"] + len(w["offsets"])) for w in found]
    total = max(last for _, last in stretches)
    for start in range(total - stride):
        assert any(a <= start and start + stride + 1 <= b for a, b in stretches)


def test_a_long_question_is_cut(tiny) -> None:
    table = table_of(("Anna reads.", "who " * 200, "Anna"))
    (window,) = windows(table, tiny, **SMALL)
    (whole,) = windows(table_of(("Anna reads.", "who", "Anna")), tiny)
    shorter = len(tiny("who", add_special_tokens=False)["input_ids"])
    specials = whole["first"] - shorter
    assert window["first"] == SMALL["most_question"] + specials
    assert window["offsets"] == whole["offsets"]


def test_a_lone_boundary_piece_is_no_character(tiny) -> None:
    """At the beginning of a text it points at the first letter, later at the blank."""
    (window,) = windows(table_of(("Wer  war Ulm", "q", "Wer")), tiny)
    tokens = tiny.convert_ids_to_tokens(window["input_ids"][window["first"] : window["last"]])
    lone = [
        offset
        for token, offset in zip(tokens, window["offsets"], strict=True)
        if not token.strip("▁")
    ]
    assert lone and all(start == end for start, end in lone)
    assert tokens[0] == "▁" and window["offsets"][:2] == [(0, 0), (0, 1)]
    # it is never an answer, nor the end of one
    scores = np.zeros(len(window["input_ids"]))
    scores[window["first"]] = 9
    (answer,) = decode(table_of(("Wer  war Ulm", "q", "Wer")), [window], [scores], [scores])
    assert answer.text and answer.score == 0.0


@pytest.mark.parametrize("answer", ["e\u0301te\u0301", "\u1112\u1161\u11ab", "\u0928\u093c"])
def test_characters_written_in_parts_stay_whole(tokenizer, answer: str) -> None:
    table = table_of((f"x {answer} y {answer}", "q", answer))
    found, lost = labelled(windows(table, tokenizer), table)
    assert lost == 0
    assert decode(table, found, *one_hot(found))[0].text == answer


def test_type_ids_where_the_tokenizer_has_them() -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = {word: i for i, word in enumerate(["[CLS]", "[SEP]", "[UNK]", "who", "anna", "reads"])}
    inner = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.BertProcessing(("[SEP]", 1), ("[CLS]", 0))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        unk_token="[UNK]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
    (window,) = windows(table_of(("anna reads", "who reads", "anna")), tokenizer)
    assert window["input_ids"] == [0, 3, 5, 1, 4, 5, 1]
    assert window["token_type_ids"] == [0, 0, 0, 0, 1, 1, 1]


def test_empty_tables(tiny) -> None:
    empty = table_of(("a", "b", "a")).iloc[:0]
    assert windows(empty, tiny) == windows(pandas.DataFrame(), tiny) == []
    assert labelled([], empty) == ([], 0)
    assert decode(empty, [], [], []) == []


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("max_length", {"max_length": 100}),
        ("max_length", {"max_length": 4096}),
        ("max_length", {"max_length": 256.0}),
        ("stride", {"stride": -1}),
        ("most_question", {"most_question": True}),
    ],
)
def test_numbers_that_leave_no_room(tiny, name: str, shape: dict) -> None:
    with pytest.raises(UserError, match=f"^{name}: got"):
        windows(table_of(("a", "b", "a")), tiny, **shape)


def test_a_tokenizer_without_offsets_is_refused() -> None:
    slow = SimpleNamespace(is_fast=False, name_or_path="some/encoder")
    with pytest.raises(UserError, match="some/encoder.*fast"):
        windows(table_of(("a", "b", "a")), slow)


# -- labels


def test_an_answer_longer_than_the_windows_is_lost_and_counted(tiny) -> None:
    text = " ".join("abcdefgh" * 20)
    table = table_of((text, "q", text), (text, "q", text[:1]))
    trained, lost = labelled(windows(table, tiny, **SMALL), table)
    assert lost == 1 and {window["item"] for window in trained} == {1}
    answers = decode(table, trained, *one_hot(trained))
    assert answers[0] == Answer("", 0, 0, -np.inf, ())
    assert answers[1].text == "a"


def test_an_answer_in_the_overlap_has_two_windows(tiny) -> None:
    words = [f"w{number}" for number in range(40)]
    table = table_of((" ".join(words), "q", "w0"))
    found = windows(table, tiny, **SMALL)
    shared = set(found[0]["offsets"]) & set(found[1]["offsets"])
    start, end = sorted(shared)[-1]
    table.at[0, "answers"], table.at[0, "starts"] = [table["context"][0][start:end]], [start]
    trained, lost = labelled(found, table)
    assert lost == 0 and len(trained) == 2
    assert trained[0]["start_positions"] != trained[1]["start_positions"]
    (answer,) = decode(table, trained, *one_hot(trained))
    # the same characters from two windows are one alternative
    assert (answer.start, answer.end) == (start, end)
    assert [a[:2] for a in answer.alternatives].count((start, end)) == 1


def test_a_word_that_stands_twice_is_labelled_where_the_table_says(tiny) -> None:
    context = "red fox, red fox, red fox"
    table = table_of((context, "q", "red"))
    table.at[0, "starts"] = [9]
    found = windows(table, tiny)
    trained, _ = labelled(found, table)
    (answer,) = decode(table, trained, *one_hot(trained))
    assert (answer.text, answer.start) == ("red", 9)
    assert "start_positions" not in found[0], "the windows given are left alone"


# -- decoding


@pytest.mark.parametrize("n_best", [1, 3, 20, 5000])
def test_the_n_best_are_sorted_distinct_and_all_there_are(tiny, n_best: int) -> None:
    table = load("xquad", "hi", "test", "lab", n=4).table
    found = windows(table, tiny, **SMALL)
    starts, ends = noise(found)
    for item, answer in enumerate(decode(table, found, starts, ends, n_best=n_best, longest=6)):
        # the plain way: every window, every pair of tokens
        best: dict[tuple[int, int], float] = {}
        for window, start, end in zip(found, starts, ends, strict=True):
            if window["item"] != item:
                continue
            for i, (a, _) in enumerate(window["offsets"]):
                for j, (c, b) in enumerate(window["offsets"][i : i + 6], start=i):
                    if a < window["offsets"][i][1] and c < b:
                        score = float(start[window["first"] + i] + end[window["first"] + j])
                        best[a, b] = max(best.get((a, b), -np.inf), score)
        expected = sorted(((*span, score) for span, score in best.items()), key=lambda s: -s[2])
        assert list(answer.alternatives) == expected[:n_best]
        assert (answer.start, answer.end, answer.score) == answer.alternatives[0]
        assert answer.text == table["context"][item][answer.start : answer.end]


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=40, max_size=40))
def test_ties_go_to_the_earlier_and_then_the_shorter(tiny, values: list[float]) -> None:
    table = table_of(("a b c d e f g h", "q", "a"))
    (window,) = windows(table, tiny)
    scores = np.array(values)
    (answer,) = decode(table, [window], [scores], [scores], n_best=7)
    keys = [(-score, start, end) for start, end, score in answer.alternatives]
    assert keys == sorted(keys) and len({key[1:] for key in keys}) == len(keys) == 7


def test_an_answer_is_never_of_the_question_nor_too_long(tiny) -> None:
    table = table_of(("Anna reads a letter.", "Does Boris write?", "Anna"))
    (window,) = windows(table, tiny)
    starts, ends = np.zeros((2, len(window["input_ids"])))
    starts[: window["first"]] = ends[: window["first"]] = 99  # the question and what is before it
    starts[window["last"] :] = ends[window["last"] :] = 99
    starts[window["first"] + 1] = ends[window["last"] - 1] = 5  # farther apart than is allowed
    (answer,) = decode(table, [window], [starts], [ends], longest=3)
    context = table["context"][0]
    assert answer.score == 5.0
    for start, end, _ in answer.alternatives:
        assert 0 <= start < end <= len(context)
        assert sum(start <= a and b <= end and a < b for a, b in window["offsets"]) <= 3


def test_padding_is_cut_and_other_shapes_are_refused(tiny) -> None:
    table = table_of(("Anna reads.", "q", "Anna"))
    (window,) = windows(table, tiny)
    scores = np.arange(len(window["input_ids"]), dtype=np.float32)
    padded = np.concatenate([scores, np.full(9, 99, dtype=np.float32)])
    plain = decode(table, [window], [scores], [scores])
    assert decode(table, [window], [padded], [padded]) == plain
    with pytest.raises(ValueError, match="start logits of shape"):
        decode(table, [window], [scores[:-1]], [scores])
    with pytest.raises(ValueError, match="NaN"):
        decode(table, [window], [scores], [scores * np.nan])
    with pytest.raises(ValueError, match="at least 1"):
        decode(table, [window], [scores], [scores], n_best=0)
    with pytest.raises(ValueError):
        decode(table, [window], [], [])


def test_a_context_without_a_token_has_the_empty_answer(tiny) -> None:
    table = table_of(("  ", "q", ""))
    (window,) = windows(table, tiny)
    scores = np.zeros(len(window["input_ids"]))
    assert decode(table, [window], [scores], [scores]) == [Answer("", 0, 0, -np.inf, ())]
    assert labelled([window], table) == ([], 1)
