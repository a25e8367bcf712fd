"""Tagged text: sentences come back whole; one with a bad line is one counted row, with the line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.readers import File
from helpers.data.readers.tagged import char_tags, conllu, iob2, wikiann
from helpers.data.rows import RowProblem, collect
from helpers.errors import UserError

READERS = {"conllu": conllu, "iob2": iob2, "char-tags": char_tags, "wikiann": wikiann}


def word(index: str, form: str, tag: str) -> str:
    return f"{index}\t{form}\t_\t{tag}\t_\t_\t0\t_\t_\t_\n"


def events(reader, text: str | bytes) -> list:
    data = text.encode() if isinstance(text, str) else text
    return list(reader(File("set/x", data)))


def tagged(*pairs: tuple[str, str]) -> dict:
    return {"tokens": [token for token, _ in pairs], "tags": [tag for _, tag in pairs]}


def test_conllu_has_syntactic_words_only() -> None:
    text = (
        "# sent_id = 1\n# text = Im Haus\n"
        + word("1-2", "Im", "_")
        + word("1", "In", "ADP")
        + word("2", "dem", "DET")
        + word("2.1", "x", "VERB")
        + word("3", "Haus", "NOUN")
        + "\n\n\n"
        + word("1", "1 000", "NUM")
    )
    assert events(conllu, text) == [
        (1, tagged(("In", "ADP"), ("dem", "DET"), ("Haus", "NOUN"))),
        (11, tagged(("1 000", "NUM"))),
    ]


def test_a_number_sign_is_a_token_where_the_format_says_so() -> None:
    assert events(iob2, "# text = #\n1\t#\tO\t-\t-\n") == [(1, tagged(("#", "O")))]
    assert events(char_tags, "## head\n#\tO\n") == [(1, tagged(("#", "O")))]
    assert events(wikiann, "de:#\tO\nde::\tO\n") == [(1, tagged(("#", "O"), (":", "O")))]


def test_heads_of_comments_are_no_sentence() -> None:
    text = "## one\n## two\n\n## 서\n서\tB-LC\n \tO\n\n"
    assert events(char_tags, text) == [(4, tagged(("서", "B-LC"), (" ", "O")))]


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_windows_line_ends_and_a_byte_order_mark_do_not_matter(reader) -> None:
    lines = {
        conllu: word("1", "a", "X"),
        iob2: "1\ta\tX\t-\t-\n",
        char_tags: "a\tX\n",
        wikiann: "de:a\tX\n",
    }[reader]
    plain = lines + "\n" + lines + "\n"
    assert events(reader, plain) == [(1, tagged(("a", "X"))), (3, tagged(("a", "X")))]
    assert events(reader, b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode()) == events(
        reader, plain
    )


@pytest.mark.parametrize(
    ("reader", "bad", "why"),
    [
        (conllu, "2\tb\tX\n", "line 4: 3 columns instead of 10"),
        (conllu, word("3", "b", "X"), "line 4: word '3' where word 2 should stand"),
        (conllu, word("1", "b", "X"), "line 4: word '1' where word 2 should stand"),
        (iob2, "2\tb\n", "line 4: 2 columns instead of 5"),
        (iob2, "x\tb\tO\t-\t-\n", "line 4: word 'x' where word 2 should stand"),
        (char_tags, "b\n", "line 4: 1 columns instead of 2"),
        (wikiann, "b\tO\n", "line 4: token without its language: 'b'"),
        (conllu, "\0\n", "line 4: holds the character 0x0000"),
    ],
)
def test_one_bad_line_makes_the_sentence_one_counted_row(reader, bad: str, why: str) -> None:
    good = {
        conllu: word("1", "a", "X"),
        iob2: "1\ta\tX\t-\t-\n",
        char_tags: "a\tX\n",
        wikiann: "de:a\tX\n",
    }[reader]
    first, broken, last = events(reader, f"{good}\n{good}{bad}\n{good}")
    assert first == (1, tagged(("a", "X")))
    assert (broken[0], str(broken[1])) == (3, why)
    assert last[1] == tagged(("a", "X"))


def test_a_sentence_of_multiword_tokens_only_is_counted() -> None:
    ((line, problem),) = events(conllu, word("1-2", "Im", "_"))
    assert (line, str(problem)) == (1, "a sentence without words")


def test_bytes_that_are_no_text_are_counted_with_their_line() -> None:
    ((line, problem),) = events(char_tags, b"a\tO\n\xff\tO\n")
    assert (line, str(problem)) == (1, "line 2: not valid UTF-8 (byte 1 of the line)")


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(list(READERS)),
    st.binary(max_size=40) | st.text("1.-a:#\t\n\r\0 _O", max_size=60).map(str.encode),
)
def test_random_text_is_read_or_counted(name: str, data: bytes) -> None:
    try:
        found = events(READERS[name], data)
    except UserError as error:
        assert "set/x" in str(error)
        return
    rows = collect(found, "tagging", prefix="t", language="en", files=("x",))
    assert rows.report.rows_read == rows.report.rows_kept + len(rows.report.skipped)
    assert all(isinstance(fields, dict | RowProblem) for _, fields in found)
    # no line of text is silently gone
    if not found:
        lines = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")
        assert all(not line or line == b"\r" or line.startswith(b"#") for line in lines)
