"""A form on a page, as the demo browser fills and sends it.

https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#constructing-the-form-data-set
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit


@dataclass(frozen=True)
class Upload:
    """A file for a file field."""

    filename: str
    content: bytes
    media_type: str = "application/octet-stream"


Value = str | Upload
NO_FILE = Upload("", b"")


@dataclass(frozen=True)
class Sending:
    """A request that a form or a link makes. `body` is None for GET."""

    url: str
    method: str = "GET"
    body: bytes | None = None
    media_type: str = ""


@dataclass
class Field:
    """One control with a name. A box that is not ticked has `sent` off."""

    name: str
    kind: str
    value: Value
    sent: bool = True


@dataclass(frozen=True)
class Button:
    """A button that sends the form."""

    name: str
    value: str
    text: str


@dataclass
class Form:
    """A form and what stands in it."""

    action: str
    method: str = "GET"
    encoding: str = "application/x-www-form-urlencoded"
    id: str = ""
    target: str = ""
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The names of all fields."""
        return {one.name for one in self.fields}

    def values(self) -> dict[str, Value]:
        """Return what would be sent now; of several fields with one name the last."""
        return {one.name: one.value for one in self.fields if one.sent}

    def fill(self, **values: Value | bool | list[str]) -> Form:
        """Fill fields by name and return the form.

        A text or Upload is typed in, or chooses the radio button or box with that value; True and False tick and
        untick a box; a list ticks exactly those boxes or options. Raises KeyError for a name that is not there.
        """
        for name, value in values.items():
            fields = [one for one in self.fields if one.name == name]
            if not fields:
                raise KeyError(f"the form has no field {name!r}, only {sorted(self.names)}")
            for one in fields:
                _fill_field(one, value)
            if not isinstance(value, bool) and not any(one.sent for one in fields) and value != []:
                raise KeyError(f"the field {name!r} has no choice {value!r}")
        return self

    def find_button(self, text: str) -> Button:
        """Return the button with this text or value. Raises KeyError."""
        for button in self.buttons:
            if text in (button.text, button.value):
                return button
        raise KeyError(f"the form has no button {text!r}, only {[button.text for button in self.buttons]}")

    def sending(self, button: Button | None) -> Sending:
        """Return the request that this form makes when sent with this button."""
        pairs: list[tuple[str, Value]] = [(one.name, one.value) for one in self.fields if one.sent]
        if button is not None and button.name:
            pairs.append((button.name, button.value))
        texts = [(name, value.filename if isinstance(value, Upload) else value) for name, value in pairs]
        if self.method == "GET":
            return Sending(urlunsplit(urlsplit(self.action)._replace(query=urlencode(texts), fragment="")))
        if self.encoding == "multipart/form-data":
            media_type = f"multipart/form-data; boundary={_BOUNDARY}"
            return Sending(self.action, self.method, _multipart(pairs), media_type)
        return Sending(self.action, self.method, urlencode(texts).encode(), "application/x-www-form-urlencoded")


_BOUNDARY = "----demo-browser-boundary-7MA4YWxkTrZu0gW"


def _fill_field(one: Field, value: Value | bool | list[str]) -> None:
    if isinstance(value, bool):
        one.sent = value
    elif isinstance(value, list):
        one.sent = one.value in value
    elif one.kind in ("checkbox", "radio", "option"):
        one.sent = one.value == value
    else:
        one.value = value


def _multipart(pairs: list[tuple[str, Value]]) -> bytes:
    parts = []
    for name, value in pairs:
        head = f'Content-Disposition: form-data; name="{_quoted(name)}"'
        if isinstance(value, Upload):
            head += f'; filename="{_quoted(value.filename)}"\r\nContent-Type: {value.media_type}'
        content = value.content if isinstance(value, Upload) else value.encode()
        parts.append(f"--{_BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


def _quoted(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
