"""Fields of the teacher's forms: whole numbers, one of a few choices, strict or forgiving.

What was typed stays in the field, whatever it was.
"""

# WTForms has no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from wtforms import Field
from wtforms.widgets import TextInput

from config.typed_text import one_line

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
_LONGEST_NUMBER = 12


class NumberField(Field):
    """A whole number. `typed` is what stands in the field; `data` is None while that is no number."""

    widget = TextInput()
    typed: str = ""
    data: Any

    def process_data(self, value: object) -> None:
        """Take a number, or text that somebody typed earlier."""
        self._read("" if value is None else str(value))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        if valuelist:
            self._read(str(valuelist[0]))

    def _read(self, text: str) -> None:
        self.typed = one_line(text)
        digits = self.typed.replace(" ", "").replace("\u00a0", "")
        self.data = int(digits[:_LONGEST_NUMBER]) if _WHOLE_NUMBER.fullmatch(digits) else None


class OneOf(Field):
    """One of the values of an enum; `data` is the first of them for whatever is none of them."""

    widget = TextInput()
    data: Any

    def __init__(self, values: type[StrEnum], **kwargs: Any) -> None:
        self.values = values
        super().__init__(**kwargs)

    def process_data(self, value: object) -> None:
        """Take a member, or the text of one."""
        self.data = next((member for member in self.values if member == value), next(iter(self.values)))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was chosen."""
        if valuelist:
            self.process_data(str(valuelist[0]))


class Choice(Field):
    """One of a few texts. What is sent and is none of them leaves the value as it was, and `is_unknown` says so."""

    widget = TextInput()
    data: Any

    def __init__(self, values: Iterable[str], **kwargs: Any) -> None:
        self.values = tuple(str(value) for value in values)
        self.is_unknown = False
        super().__init__(**kwargs)

    def process_data(self, value: object) -> None:
        """Take one of the values, the first for what is none of them."""
        self.data = str(value) if value in self.values else self.values[0]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was chosen, if it can be chosen."""
        if valuelist:
            self.is_unknown = str(valuelist[0]) not in self.values
            if not self.is_unknown:
                self.data = str(valuelist[0])
