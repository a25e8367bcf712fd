"""Sentences by language: where they end, where only an abbreviation does, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.sentences import sentences


def split(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "en",
            ["Dr. Lee of St. Louis met J. Kim, i.e. me.", "Why?", '"No!"', "They went."],
        ),
        ("en", ["It cost $3.5 million.", "In 1990 it fell."]),
        ("de", ["Am 3. Oktober 1990, z. B. in Berlin.", "Das war 1990.", "Gut."]),
        ("tr", ["2. Dünya Savaşı bitti.", "Kim kazandı?"]),
        ("ru", ["Он родился в 1879 г. в Ульме.", "Потом уехал."]),
        ("es", ["¿Quién es?", "¡La Sra. Ruiz!", "Vive en EE.UU. desde 1990."]),
        ("ar", ["من هو؟", "ذهب الرجل."]),
        ("hi", ["वह गया।", "क्यों?", "कौन जाने।"]),
        ("el", ["Ποιος είναι;", "Ο Γιάννης."]),
        ("vi", ["Ông ấy đi.", "Vì sao?"]),
    ],
)
def test_sentences_end_where_they_do(language: str, parts: list[str]) -> None:
    assert split(" ".join(parts), language) == parts


def test_chinese_leaves_no_blank_and_quotes_close_after_the_stop() -> None:
    assert split("他说：“走吧。”然后呢？她走了！", "zh") == [
        "他说：“走吧。”",
        "然后呢？",
        "她走了！",
    ]


def test_a_small_letter_goes_on() -> None:
    assert split('"What?" he said. Then he left.', "en") == ['"What?" he said.', "Then he left."]


def test_a_line_end_is_an_end() -> None:
    assert split("Title\nA text.\n\n", "de") == ["Title", "A text."]


def test_thai_ends_at_the_first_blank_after_enough_text() -> None:
    clause = "ก" * 110
    assert split(f"{clause} {clause} {clause}", "th") == [f"{clause} {clause}", clause]


@settings(deadline=None, max_examples=150)
@given(
    st.text("aB .!?。।\n\"'3กข ", max_size=60) | st.text(max_size=20),
    st.sampled_from(["en", "de", "zh", "th", "el", "xx"]),
)
def test_sentences_are_in_order_and_hold_all_that_is_no_blank(text: str, language: str) -> None:
    spans = sentences(text, language)
    assert all(start < end for start, end in spans)
    assert all(one[1] <= two[0] for one, two in zip(spans, spans[1:], strict=False))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
