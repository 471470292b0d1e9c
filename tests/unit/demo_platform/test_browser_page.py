"""What the browser reads from a page, and what a form sends."""

from __future__ import annotations

import pytest

from lti_tool.demo_platform.browser_form import NO_FILE, Upload
from lti_tool.demo_platform.browser_page import read_page

HTML = """<!doctype html><html><head><title> Een
 pagina </title><style>p { color: red }</style></head>
<body><script>var x = "<p>niet lezen</p>";</script>
<h1>Dag&nbsp;allemaal</h1><a href="verder?x=1">Verder <b>lezen</b></a><a name="no-link">hier</a>
<iframe src="/frame" title="Kader"></iframe><iframe srcdoc="x"></iframe>
<form id="f" method="POST" action="/send">
 <input type="hidden" name="token" value="t&amp;1">
 <input name="text" value="oud"><input name="closed" value="x" disabled><input value="no name">
 <textarea name="long">
Eerste regel
tweede &lt;b&gt;</textarea>
 <input type="checkbox" name="box" value="a" checked><input type="checkbox" name="box" value="b">
 <input type="radio" name="one" value="x"><input type="radio" name="one" value="y" checked>
 <select name="pick"><option value="1">Een</option><option>Twee</option></select>
 <select name="many" multiple><option value="p" selected>P</option><option value="q">Q</option></select>
 <input type="reset" name="reset" value="r"><button type="button" name="script">s</button>
 <button name="act" value="save">Bewaar</button><input type="submit" name="act" value="Stuur">
</form>
<form><input name="q"></form><input name="outside" form="f" value="o"><textarea name="t2" form="nowhere"></textarea>
</body></html>"""


@pytest.fixture
def page():
    return read(HTML)


def read(html, content_type="text/html; charset=utf-8"):
    headers = {"content-type": content_type}
    return read_page("http://127.0.0.1:1/a/b", 200, headers, html.encode(), top_host="localhost", in_frame=True)


def test_words_links_and_frames_are_found_when_a_page_is_read(page):
    assert page.title == "Een pagina"
    assert page.words.startswith("Dag allemaal Verder lezen")
    assert "niet lezen" not in page.words
    assert "color" not in page.words
    (link,) = page.links
    assert (link.url, link.text) == ("http://127.0.0.1:1/a/verder?x=1", "Verder lezen")
    (frame,) = page.frames
    assert (frame.url, frame.title) == ("http://127.0.0.1:1/frame", "Kader")


def test_first_values_are_those_of_the_page_when_nothing_is_filled(page):
    form = page.find_form("token")

    assert form.values() == {
        "token": "t&1",
        "text": "oud",
        "long": "Eerste regel\ntweede <b>",
        "box": "a",
        "one": "y",
        "pick": "1",
        "many": "p",
        "outside": "o",
    }
    assert [button.text for button in form.buttons] == ["Bewaar", "Stuur"]


def test_form_sends_what_was_filled_when_posted(page):
    form = page.find_form("token").fill(
        text="ü", long="x", box=["a", "b"], one="x", pick="Twee", many=["q"], outside="binnen"
    )

    sending = form.sending(form.find_button("Stuur"))

    assert (sending.method, sending.url) == ("POST", "http://127.0.0.1:1/send")
    assert sending.media_type == "application/x-www-form-urlencoded"
    assert sending.body == (
        b"token=t%261&text=%C3%BC&long=x&box=a&box=b&one=x&pick=Twee&many=q&outside=binnen&act=Stuur"
    )


def test_boxes_are_emptied_when_unticked(page):
    form = page.find_form("token").fill(box=False, many=[])

    assert "box" not in form.values()
    assert "many" not in form.values()


def test_query_is_replaced_when_a_form_is_sent_by_get(page):
    sending = page.find_form("q").fill(q="a b").sending(None)

    assert (sending.method, sending.url, sending.body) == ("GET", "http://127.0.0.1:1/a/b?q=a+b", None)


def test_empty_file_is_sent_when_none_was_chosen():
    fields = '<input type="file" name="f"><input name="t" value="x">'
    form = read(f'<form method="post" enctype="multipart/form-data">{fields}</form>').forms[0]

    assert form.values()["f"] == NO_FILE
    assert b'name="f"; filename=""' in form.sending(None).body
    form.fill(f=Upload("a\r\nb.txt", b"1"))
    assert b'filename="a%0D%0Ab.txt"' in form.sending(None).body


@pytest.mark.parametrize("values", [{"unknown": "x"}, {"one": "z"}, {"pick": "Drie"}])
def test_filling_fails_when_there_is_no_such_field_or_choice(page, values):
    with pytest.raises(KeyError):
        page.find_form("token").fill(**values)


@pytest.mark.parametrize(
    ("method", "wanted"),
    [
        ("find_form", {"action": "/elsewhere"}),
        ("find_form", {"button": "Weg"}),
        ("find_link", {"text": "Terug"}),
        ("find_frame", {"title": "Ander"}),
    ],
)
def test_finding_fails_when_it_is_not_on_the_page(page, method, wanted):
    with pytest.raises(KeyError):
        getattr(page, method)(**wanted)


def test_finding_a_button_fails_when_it_is_not_in_the_form(page):
    with pytest.raises(KeyError):
        page.forms[0].find_button("Weg")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_nothing_is_read_when_the_answer_is_no_page(content_type):
    page = read("<a href=x>y</a>", content_type)

    assert (page.links, page.words, page.text) == ([], "", "<a href=x>y</a>")
