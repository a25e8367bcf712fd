"""What a page says, kept for another page of the book: text and a figure with its description.

By the book's own means (``glue``), which take only finished HTML from one page to another. Not for
showing anything on the page itself.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def as_html(paragraphs: Sequence[str], figure: Figure | None = None, alt: str = "") -> str:
    """Markdown paragraphs, then a figure within the text, as HTML that needs no other file.

    A figure without ``alt``, what it shows in words, is refused: ValueError.

    >>> as_html(["**Yes**, by `2` points."])
    '<p><strong>Yes</strong>, by <code>2</code> points.</p>'
    """
    from markdown_it import MarkdownIt

    parts = [MarkdownIt().render(text).strip() for text in paragraphs]
    if figure is not None:
        if not alt.strip():
            raise ValueError("alt: got none; accepted: what the figure shows, in words")
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png", bbox_inches="tight")
        picture = base64.b64encode(drawn.getvalue()).decode("ascii")
        alt = html.escape(alt, quote=True)
        parts.append(f'<p><img src="data:image/png;base64,{picture}" alt="{alt}"></p>')
    return "\n".join(parts)


def keep(
    name: str, paragraphs: Sequence[str], figure: Figure, alt: str, below: Sequence[str] = ()
) -> None:
    """Keep text, a figure and what is said below it in the notebook that runs, unseen on its page.

    Another page shows it by the directive ``glue::any`` with the option ``doc``. Nothing is kept
    where the book's tools are not installed: who runs the notebook alone builds no other page.
    """
    from importlib.util import find_spec

    if find_spec("myst_nb") is None:
        return
    from IPython.display import HTML
    from myst_nb import glue

    content = "\n".join([as_html(paragraphs, figure, alt), as_html(below)])
    glue(name, HTML(content), display=False)
