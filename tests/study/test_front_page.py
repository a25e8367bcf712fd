"""A page's head for another page: finished HTML, a figure never without its description."""

from __future__ import annotations

import re
import sys

import pytest

from helpers.study import front_page


@pytest.fixture
def figure():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    drawn, _ = plt.subplots(figsize=(1, 1))
    yield drawn
    plt.close(drawn)


def test_a_figure_comes_with_its_description(figure):
    shown = front_page.as_html(["*One*.", "Two."], figure, 'a "dot" < 2')
    assert shown.startswith("<p><em>One</em>.</p>\n<p>Two.</p>\n")
    assert 'alt="a &quot;dot&quot; &lt; 2"' in shown
    assert re.search(r'src="data:image/png;base64,iVBOR[\w+/=]+"', shown)


def test_a_figure_without_one_is_refused(figure):
    with pytest.raises(ValueError, match="alt"):
        front_page.as_html([], figure, " ")


def test_what_is_kept_is_not_shown(monkeypatch, figure):
    kept = []
    monkeypatch.setattr(
        "myst_nb.ext.glue.ipy_display", lambda *data, **told: kept.append((*data, told))
    )
    front_page.keep("answer", ["Yes."], figure, "a dot", ["So it is."])
    ((data, told),) = kept
    prefix = told["metadata"]["scrapbook"]["mime_prefix"]
    assert told["metadata"]["scrapbook"]["name"] == "answer" and prefix
    shown = data[f"{prefix}text/html"]
    places = [shown.index(part) for part in ("<p>Yes.</p>", 'alt="a dot"', "<p>So it is.</p>")]
    assert places == sorted(places)
    assert all(kind.startswith(prefix) for kind in data)


def test_without_the_books_tools_a_page_runs_on(monkeypatch, figure):
    monkeypatch.setitem(sys.modules, "myst_nb", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    front_page.keep("answer", ["Yes."], figure, "a dot")
