"""COPA's XML: items come back; what is no item is counted; what is no XML is refused by line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.kinds import Labels
from helpers.data.readers import File
from helpers.data.readers.copa import copa_xml
from helpers.data.rows import Rows, collect
from helpers.errors import UserError

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE copa-corpus SYSTEM "copa.dtd">\n'
ITEM = """<item id="1" asks-for="cause" most-plausible-alternative="2">
    <p>It rained &amp; poured.</p>
    <a1>The sun
 was out.</a1>
    <a2>There were <![CDATA[<clouds>]]>.</a2>
</item>"""


def choice(events) -> Rows:
    return collect(
        events,
        "choice",
        prefix="train",
        language="en",
        files=("x",),
        labels=Labels((), {"1": "0", "2": "1"}),
    )


def corpus(*items: str, head: str = HEAD) -> File:
    body = "\n".join(items)
    return File("set/x.xml", f'{head}<copa-corpus version="1.0">\n{body}\n</copa-corpus>'.encode())


def test_the_published_format() -> None:
    rows = choice(copa_xml(corpus(ITEM, "", ITEM.replace('"2"', '"1"'))))
    assert rows.table.label.tolist() == [1, 0]
    assert rows.table.iloc[0].to_dict() == {
        "id": "train-00000",
        "context": "It rained & poured.",
        "question": "cause",
        "choices": ["The sun\n was out.", "There were <clouds>."],
        "label": 1,
    }
    assert [line for line, _ in copa_xml(corpus(ITEM, "", ITEM))] == [4, 11]


def test_the_declared_encoding_and_a_byte_order_mark_are_kept_to() -> None:
    text = HEAD.replace("UTF-8", "ISO-8859-1") + f"<c>{ITEM}</c>".replace("sun", "s\u00fcn")
    rows = choice(copa_xml(File("x.xml", text.encode("latin-1"))))
    assert "s\u00fcn" in rows.table.choices[0][0]
    rows = choice(copa_xml(File("x.xml", b"\xef\xbb\xbf" + f"<c>{ITEM}</c>".encode())))
    assert len(rows.table) == 1


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (ITEM.replace("item", "thing"), "<thing> where an <item> should be"),
        (ITEM.replace("<a2>", "<a1>").replace("</a2>", "</a1>"), "a second <a1>"),
        (ITEM.replace("<a2>", "<a3>").replace("</a2>", "</a3>"), "<a3> does not belong there"),
        (ITEM.replace("sun", "<b>sun</b>"), "<b> does not belong there"),
        (ITEM.replace("<p>", "stray <p>"), "text outside <p>, <a1> and <a2>"),
        (ITEM.replace("&amp;", "&nbsp;"), "the entity &nbsp; is nowhere declared"),
        (ITEM.replace('"2"', '"3"'), "label is 3 of 2 choices"),
        (ITEM.replace('"2"', '""'), "label is not a whole number"),
        (ITEM.replace(' most-plausible-alternative="2"', ""), "label is not a whole number"),
        (ITEM.replace("It rained &amp; poured.", " ").replace("cause", ""), "context and question"),
        ("<item/>", "context and question are both empty"),
        ("stray text", "text outside an <item>"),
    ],
)
def test_what_is_wrong_is_counted_and_its_neighbours_stay(item: str, reason: str) -> None:
    rows = choice(copa_xml(corpus(ITEM, item, ITEM)))
    assert rows.table.id.tolist() == ["train-00000", "train-00002"]
    (skip,) = rows.report.skipped
    assert skip.reason.startswith(reason)
    assert skip.line >= 10


BOMB = '<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>\n'
FILE = '<!DOCTYPE c [<!ENTITY a SYSTEM "file:///etc/hostname">]>\n'


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (File("set/x.xml", b""), "line 1: not well-formed XML (no element found)"),
        (corpus(ITEM.replace("</p>", "")), "line 9: not well-formed XML (mismatched tag)"),
        (corpus(ITEM.replace("rained", "\0")), "line 5: not well-formed XML"),
        (corpus(ITEM.replace("amp;", "")), "line 5: not well-formed XML"),
        (File("set/x.xml", b"<c>\xff</c>"), "line 1: not well-formed XML"),
        (corpus(ITEM, head='<?xml version="1.0" encoding="klingon"?>'), "line 1: "),
        (corpus(ITEM, head='<?xml version="1.0" encoding="shift_jis"?>'), "line 1: "),
        (corpus(ITEM, head=BOMB), "line 1: declares the entity 'a'"),
        (corpus(ITEM.replace("rained", "&a;"), head=FILE), "line 1: declares the entity 'a'"),
    ],
)
def test_what_is_no_plain_xml_is_refused_with_its_line(file: File, problem: str) -> None:
    with pytest.raises(UserError) as caught:
        list(copa_xml(file))
    assert caught.value.given.startswith(f"set/x.xml: {problem}")


_PIECES = ["<c>", "</c>", "<item>", "</item>", "<p>", "</p>", "<a1>", "</a1>", "<a2>", "</a2>"]
_PIECES += [ITEM, "&amp;", "&x;", "&#0;", "text", "\n", "\r", "<!--", "-->", "<?x?>", "\ufeff"]
_PIECES += ["<![CDATA[", "]]>", "<!DOCTYPE c>", '<item asks-for="x" ', "/>", "\0", "\ud7ff"]


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=40),
        st.lists(st.sampled_from(_PIECES), max_size=15).map("".join).map(str.encode),
        st.lists(st.sampled_from(_PIECES), max_size=8).map(
            lambda pieces: f"<c>{''.join(pieces)}</c>".encode()
        ),
    )
)
def test_no_content_crashes_the_reader_or_loses_a_row(content: bytes) -> None:
    try:
        events = list(copa_xml(File("set/x.xml", content)))
    except UserError as error:
        assert "set/x.xml" in str(error)
        assert "line " in str(error)
        return
    report = choice(events).report
    assert report.rows_read == report.rows_kept + len(report.skipped) == len(events)
    lines = [line for line, _ in events]
    assert lines == sorted(lines)
