"""What the demo browser sees of a page: its words, links, frames and forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from lti_tool.demo_platform.browser_form import NO_FILE, Button, Field, Form

Attributes = list[tuple[str, str | None]]
_SILENT = {"script", "style", "template", "title"}
_BUTTON_KINDS = {"submit", "image"}
_NEVER_SENT = {"reset", "button"}


@dataclass(frozen=True)
class Link:
    """A link with its words; `target` as in the page."""

    url: str
    text: str
    target: str


@dataclass(frozen=True)
class Frame:
    """A page inside the page."""

    url: str
    title: str


@dataclass(frozen=True)
class Page:
    """An answer, and where it stands: in the address bar or in a frame under another page."""

    url: str
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    top_host: str
    in_frame: bool
    title: str = ""
    words: str = ""
    """Everything that can be read on it, white space made single."""
    links: list[Link] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The answer as text."""
        return self.body.decode("utf-8", "replace")

    def find_form(self, *names: str, action: str = "", button: str = "") -> Form:
        """Return the first form that has these fields, this in its action, this button. Raises KeyError."""
        for form in self.forms:
            texts = [text for one in form.buttons for text in (one.text, one.value)]
            if form.names >= set(names) and action in form.action and (not button or button in texts):
                return form
        raise KeyError(f"no form with {names} {action!r} {button!r} on {self.url}")

    def find_link(self, text: str) -> Link:
        """Return the first link with this in its words. Raises KeyError."""
        for link in self.links:
            if text in link.text:
                return link
        raise KeyError(f"no link {text!r} on {self.url}")

    def find_frame(self, title: str = "") -> Frame:
        """Return the first frame with this in its title. Raises KeyError."""
        for frame in self.frames:
            if title in frame.title:
                return frame
        raise KeyError(f"no frame {title!r} on {self.url}")


def read_page(url: str, status: int, headers: dict[str, str], body: bytes, *, top_host: str, in_frame: bool) -> Page:
    """Read an answer; anything but HTML has no words, links, frames or forms."""
    page = Page(url, status, headers, body, top_host, in_frame)
    if not headers.get("content-type", "").startswith("text/html"):
        return page
    reader = _Reader(url)
    reader.feed(page.text)
    reader.close()
    return Page(
        url,
        status,
        headers,
        body,
        top_host,
        in_frame,
        title=" ".join(reader.title.split()),
        words=" ".join(" ".join(reader.words).split()),
        links=reader.links,
        frames=reader.frames,
        forms=reader.finished_forms(),
    )


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.title = ""
        self.words: list[str] = []
        self.links: list[Link] = []
        self.frames: list[Frame] = []
        self._forms: list[Form] = []
        self._form: Form | None = None
        self._strays: list[tuple[str, Field | Button]] = []
        self._open: list[str] = []
        self._link: dict[str, str] | None = None
        self._button: dict[str, str] | None = None
        self._area: dict[str, str] | None = None
        self._select: dict[str, str] | None = None
        self._options: list[tuple[dict[str, str], list[str]]] = []
        self._heard: list[str] = []

    def finished_forms(self) -> list[Form]:
        """Return the forms, with the controls that belong to one by its id."""
        by_id = {form.id: form for form in self._forms if form.id}
        for form_id, control in self._strays:
            if form_id in by_id:
                _put(by_id[form_id], control)
        return self._forms

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._open.append(tag)
        elif tag == "form":
            self._form = Form(
                action=urljoin(self._url, given.get("action", "")) or self._url,
                method=given.get("method", "get").upper(),
                encoding=given.get("enctype", "application/x-www-form-urlencoded").lower(),
                id=given.get("id", ""),
                target=given.get("target", ""),
            )
            self._forms.append(self._form)
        elif tag == "iframe" and "src" in given:
            self.frames.append(Frame(urljoin(self._url, given["src"]), given.get("title", "")))
        elif tag == "input":
            self._read_input(given)
        elif tag == "option":
            self._heard = []
            self._options.append((given, self._heard))
        elif tag in ("a", "button", "textarea", "select"):
            self._heard = []
            self._begin(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and tag in self._open:
            self._open.remove(tag)
        elif tag == "form":
            self._form = None
        elif tag == "a" and self._link is not None:
            text = " ".join("".join(self._heard).split())
            self.links.append(Link(urljoin(self._url, self._link["href"]), text, self._link.get("target", "")))
            self._link = None
        elif tag == "button" and self._button is not None:
            self._add_button(self._button, " ".join("".join(self._heard).split()))
            self._button = None
        elif tag == "textarea" and self._area is not None:
            # The first line break after the tag is not part of the text.
            self._add(self._area, Field(self._area["name"], "textarea", "".join(self._heard).removeprefix("\n")))
            self._area = None
        elif tag == "select" and self._select is not None:
            self._add_options(self._select)
            self._select = None

    def handle_data(self, data: str) -> None:
        self._heard.append(data)
        if "title" in self._open:
            self.title += data
        elif not self._open:
            self.words.append(data)

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        if tag == "a":
            self._link = given if "href" in given else None
        elif tag == "button":
            self._button = given
        elif tag == "textarea":
            self._area = given if _is_sent(given) else None
        else:
            self._select, self._options = (given if _is_sent(given) else None), []

    def _read_input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text").lower()
        if kind in _BUTTON_KINDS:
            self._add_button(given, given.get("value", ""))
        elif kind not in _NEVER_SENT and _is_sent(given):
            if kind in ("checkbox", "radio"):
                one = Field(given["name"], kind, given.get("value", "on"), sent="checked" in given)
            else:
                one = Field(given["name"], kind, NO_FILE if kind == "file" else given.get("value", ""))
            self._add(given, one)

    def _add_button(self, given: dict[str, str], text: str) -> None:
        if given.get("type", "submit").lower() in _BUTTON_KINDS and "disabled" not in given:
            self._add(given, Button(given.get("name", ""), given.get("value", ""), text))

    def _add_options(self, select: dict[str, str]) -> None:
        chosen = [option for option, _ in self._options if "selected" in option]
        if not chosen and "multiple" not in select and self._options:
            chosen = [self._options[0][0]]
        for option, heard in self._options:
            value = option.get("value", " ".join("".join(heard).split()))
            self._add(select, Field(select["name"], "option", value, sent=any(option is one for one in chosen)))

    def _add(self, given: dict[str, str], control: Field | Button) -> None:
        if given.get("form"):
            self._strays.append((given["form"], control))
        elif self._form is not None:
            _put(self._form, control)


def _is_sent(given: dict[str, str]) -> bool:
    return bool(given.get("name")) and "disabled" not in given


def _put(form: Form, control: Field | Button) -> None:
    if isinstance(control, Field):
        form.fields.append(control)
    else:
        form.buttons.append(control)
