"""Fails when the Dutch catalogue misses a message, or says something to learners that they would stumble over.

Run by `make check`; prints what is wrong and where. Learner messages are those with the context `learner`: at most
twelve words a sentence, and none of the words that learners must never read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
LEARNER = "learner"
MOST_WORDS = 12
# "Mijlpaal" with a capital is the name of the service; the word itself is a kind of badge.
FORBIDDEN = re.compile(
    r"\b(?:(?i:rugzak\w*|pad|pad(?:en|je|jes)|bezwa\w+|onvoldoende\w*|fout\w*|mislukt\w*)|mijlpa(?:al|len)\w*)\b"
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
SENTENCE_END = re.compile(r"[.!?:](?:\s+|$)")


def extract(root: Path = ROOT) -> Catalog:
    """Return every message in the code and the templates."""
    with (root / "babel.cfg").open(encoding="utf-8") as mapping_file:
        methods, options = parse_mapping_cfg(mapping_file, "babel.cfg")
    catalog = Catalog()
    for path, line, message, comments, context in extract_from_dir(
        str(root / "lti_tool"), methods, options, DEFAULT_KEYWORDS
    ):
        catalog.add(message, None, [(path, line)], auto_comments=comments, context=context)
    return catalog


def read_catalog(path: Path, locale: str) -> Catalog:
    with path.open("rb") as po_file:
        return read_po(po_file, locale=locale)


def texts(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def name_of(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def place_of(message: Message) -> str:
    return ", ".join(f"lti_tool/{path}:{line}" if line else f"lti_tool/{path}" for path, line in message.locations)


def problems_of(wanted: Catalog, given: Catalog) -> Iterator[str]:
    """Yield a line for each thing that is wrong with a catalogue that should be complete."""
    for message in wanted:
        if not message.id:
            continue
        where = f"{place_of(message)}: {name_of(message)!r}"
        found = given.get(message.id, message.context)
        if found is None or not all(texts(found)) or len(texts(found)) != (2 if message.pluralizable else 1):
            yield f"{where} has no translation"
        elif found.fuzzy:
            yield f"{where} is marked fuzzy: check the translation and take the mark away"
        else:
            yield from (f"{where}: {problem}" for problem in problems_of_text(message, found))
    for message in given:
        if message.id and wanted.get(message.id, message.context) is None:
            yield f"{name_of(message)!r} is translated but used nowhere"


def problems_of_text(message: Message, found: Message) -> Iterator[str]:
    """Yield what is wrong with one translation."""
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    places = {place for text in ids for place in PLACEHOLDER.findall(text)}
    for number, text in enumerate(texts(found)):
        used = set(PLACEHOLDER.findall(text))
        is_singular = message.pluralizable and number == 0
        if not (used <= places if is_singular else used == places):
            yield f"{text!r} has other placeholders than the message"
        if message.context != LEARNER:
            continue
        for word in FORBIDDEN.findall(text):
            yield f"learners never read the word {word!r}"
        for sentence in SENTENCE_END.split(PLACEHOLDER.sub("X", text)):
            words = sentence.split()
            if len(words) > MOST_WORDS:
                yield f"{len(words)} words in one sentence, {MOST_WORDS} at most for learners: {sentence!r}"


def main() -> int:
    wanted = extract()
    given = read_catalog(ROOT / "lti_tool" / "translations" / "nl" / "LC_MESSAGES" / "messages.po", "nl")
    problems = list(problems_of(wanted, given))
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problems in the Dutch words. To bring the catalogues up to date:")
        print("  pybabel extract -F babel.cfg -o /tmp/messages.pot lti_tool")
        print("  pybabel update -i /tmp/messages.pot -d lti_tool/translations --ignore-obsolete --no-fuzzy-matching")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
