"""What a teacher writes in Markdown, as learners get it: safe, and no heavier than its words."""

from __future__ import annotations

import re

import pytest

from lti_tool.web.markdown import render_markdown

REL = 'target="_blank" rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Lees de **regels**.\nLoop *rustig*.", "<p>Lees de <strong>regels</strong>.<br>\nLoop <em>rustig</em>.</p>"),
        ("* een\n* twee", "<ul>\n<li>een</li>\n<li>twee</li>\n</ul>"),
        ("3. drie", '<ol start="3">\n<li>drie</li>\n</ol>'),
        ("# Eerst\n\n#### Dan", "<h3>Eerst</h3>\n<h6>Dan</h6>"),
        ("[site](https://school.example/les?a=1&b=2)", None),
        (
            "<mailto:hulp@school.example>",
            f'<p><a href="mailto:hulp@school.example" {REL}>mailto:hulp@school.example</a></p>',
        ),
        ("", ""),
    ],
)
def test_markdown_when_plain_is_what_was_meant(written: str, shown: str | None) -> None:
    if shown is None:
        shown = f'<p><a href="https://school.example/les?a=1&amp;b=2" {REL}>site</a></p>'

    assert str(render_markdown(written)).strip() == shown


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[klik](javascript:alert(1))",
        "[klik](data:text/html,x)",
        "[klik](/s/address/tasks)",
        "[klik](//evil.example/x)",
        "![plaatje](https://evil.example/pixel.png)",
        '<a href="https://evil.example" onclick="x()">klik</a>',
        "<style>body{display:none}</style>",
        "`<b>` en <b>vet</b>",
        "<javascript:alert(1)>",
    ],
)
def test_markdown_when_hostile_is_words_alone(written: str) -> None:
    tags = re.findall(r"<([a-z0-9]+)([^>]*)>", str(render_markdown(written)))

    assert {name for name, _ in tags} <= {"p", "a", "code"}
    assert all("href" not in attributes and "on" not in attributes.replace("noopener", "") for _, attributes in tags)


def test_picture_when_written_shows_its_words() -> None:
    assert "de rode knop" in render_markdown("![de rode knop](https://school.example/knop.png)")


def test_text_when_it_runs_from_right_to_left_survives() -> None:
    assert "اقرأ قواعد السلامة" in render_markdown("اقرأ قواعد السلامة")
