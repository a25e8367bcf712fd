"""Mewsli-X: mentions come with their sentence and description; what does not fit is counted."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.readers import File
from helpers.data.readers.mewsli import mewsli_x
from helpers.data.rows import RowProblem
from helpers.data.sources import load

TEXT = "Streik.\n\nIn Helsinki steht der Bus. Auch in Espoo."
ARTICLE = {
    "context": {
        "document_title": "Streik",
        "language": "de",
        "text": TEXT,
        "sentence_spans": [{"start": 0, "end": 7}, {"start": 9, "end": 35}],
    },
    "mentions": [
        {"entity_id": "Q1757", "mention_span": {"start": 12, "end": 20, "text": "Helsinki"}},
        {"entity_id": "Q47034", "mention_span": {"start": 44, "end": 49, "text": "Espoo"}},
    ],
}
ENTITIES = [
    {"entity_id": "Q1757", "title": "헬싱키", "description": "핀란드의 수도이다."},
    {"entity_id": "Q47034", "description": "Une ville.", "description_language": "fr"},
    {"entity_id": "Q1", "description": "The universe."},
]


def lines(*objects: object) -> bytes:
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in objects).encode()


def events(article: object, entities: bytes | None = None) -> list:
    described = lines(*ENTITIES) if entities is None else entities
    return list(mewsli_x(File("mentions", lines(article)), File("entities", described)))


def test_the_sentence_of_a_mention_or_the_whole_text() -> None:
    (first, second) = [fields for _, fields in events(ARTICLE)]
    assert first["source_text"] == "In [E1] Helsinki [/E1] steht der Bus."[:-1] + "."
    assert first["target_text"] == "핀란드의 수도이다."
    assert second["source_text"] == TEXT.replace("Espoo", "[E1] Espoo [/E1]")


def test_a_language_of_the_published_files(tmp_path) -> None:
    folder = tmp_path / "mewsli_x" / "output" / "dataset"
    folder.mkdir(parents=True)
    turkish = copy.deepcopy(ARTICLE)
    turkish["context"]["language"] = "tr"
    (folder / "wikinews_mentions-test.jsonl").write_bytes(lines(turkish, ARTICLE))
    (folder / "candidate_set_entities.jsonl").write_bytes(lines(*ENTITIES))
    for language in ("de", "tr"):
        rows = load("mewslix", language, "test", f"local:{tmp_path}")
        assert rows.table.id.tolist() == [f"{language}-test-00000", f"{language}-test-00001"]
        assert rows.report.rows_read == 2


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (["context"], None, "no object context with a list mentions"),
        (["mentions"], [], "no object context with a list mentions"),
        (["mentions", 0], 3, "mention 1: no entity_id"),
        (["mentions", 0, "entity_id"], 7, "mention 1: no entity_id"),
        (["mentions", 0, "entity_id"], "Q9", "entities has no entity Q9"),
        (["mentions", 0, "mention_span"], None, "mention 1: mention_span is not within the text"),
        (["mentions", 0, "mention_span", "end"], 99, "mention 1: mention_span is not within"),
        (["mentions", 0, "mention_span", "start"], True, "mention 1: mention_span is not within"),
        (["mentions", 0, "mention_span", "text"], "Bus", "mention 1: mention is not at its offset"),
        (["context", "text"], "", "mention 1: context without text: the authors' scripts"),
    ],
)
def test_what_does_not_fit_is_counted(place: list, value: object, why: str) -> None:
    article = copy.deepcopy(ARTICLE)
    holder = article
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    problems = [str(row) for _, row in events(article) if isinstance(row, RowProblem)]
    assert problems[0].startswith(why)


def test_faults_of_entities_that_nothing_mentions_do_not_matter() -> None:
    broken = lines(*ENTITIES) + b'\n{"entity_id": \n\xff\n' + lines({"entity_id": 3})
    assert events(ARTICLE, broken) == events(ARTICLE)


json_values = st.none() | st.integers(-3, 60) | st.text(max_size=3) | st.just([]) | st.just({})


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from(["entity_id", "mention_span"]),
    json_values,
    st.sampled_from(["text", "sentence_spans", "language"]),
    json_values,
)
def test_wrong_types_are_counted(key: str, value: object, other: str, context: object) -> None:
    article = copy.deepcopy(ARTICLE)
    article["mentions"][1][key] = value
    article["context"][other] = context
    assert len(events(article)) == 2
