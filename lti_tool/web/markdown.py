"""What a teacher wrote in Markdown as safe HTML: headings, lists, emphasis and links, nothing else.

Two walls: the parser writes no HTML of the author's own, and what it wrote is cleaned against a short list. Of a
picture the words beside it are shown: pages load nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "code", "pre", "blockquote", "hr", "h3", "h4", "h5", "h6"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_HIGHEST_HEADING = 3
"""The page has an h1 and an h2 above the text."""


def _lower_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1:]) + _HIGHEST_HEADING - 1)}"


def _words_of_picture(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return escapeHtml(tokens[index].content)


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.core.ruler.push("lower_headings", _lower_headings)
    parser.add_render_rule("image", _words_of_picture)
    return parser


_parser = _make_parser()


@lru_cache(maxsize=512)
def render_markdown(text: str) -> Markup:
    """Return the text as HTML; links open beside the page and tell the other side nothing. Remembered."""
    cleaned = nh3.clean(
        _parser.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer nofollow",
        url_schemes=_SCHEMES,
        url_relative="deny",
    )
    return Markup(cleaned)  # noqa: S704  nh3 has cleaned it
