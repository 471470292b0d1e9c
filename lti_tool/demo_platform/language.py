"""The words of the demo school in Dutch and English, and which of the two a page speaks.

Kept apart from the translations of the tool: this is another site. `?lang=` decides, then the language of the
person who is looking, then Dutch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import request

from lti_tool.demo_platform.roster import Person

LANGUAGES = {"nl": "Nederlands", "en": "English"}
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")

_NL = {
    "skip": "Naar de inhoud",
    "language": "Taal",
    "people_title": "Wie ben je?",
    "people_intro": "Dit is een voorbeeldschool. Kies een persoon en open de cursus als die persoon.",
    "people_apart": "Er is geen wachtwoord. De persoon staat in het adres van de pagina. Zo kun je twee mensen"
    " naast elkaar openen, in twee tabbladen.",
    "people_tool": "In de cursus staat Mijlpaal. Dat is een apart programma, op een ander adres.",
    "teachers": "Docenten",
    "learners": "Leerlingen",
    "open_as": "Open als",
    "teacher": "docent",
    "assistant": "assistent, mag niet bewerken",
    "learner": "leerling",
    "you_are": "Je bent",
    "other_person": "Andere persoon",
    "gradebook": "Cijferlijst",
    "course": "Cursus",
    "frame_title": "Mijlpaal, een programma in deze cursus",
    "new_window": "Open Mijlpaal in een nieuw venster",
    "gradebook_intro": "Deze cijfers heeft Mijlpaal gestuurd.",
    "gradebook_empty": "nog geen cijfer",
    "gradebook_json": "De cijferlijst als gegevens (JSON)",
    "of": "van",
    "remark": "Opmerking",
    "received": "Tijd",
    "by_hand": "met de hand ingevuld",
    "progress": "Voortgang",
    "student": "Leerling",
    "launch_title": "Mijlpaal openen",
    "launch_text": "Mijlpaal gaat vanzelf open. Gebeurt er niets? Kies de knop.",
    "launch_button": "Open Mijlpaal",
    "error_title": "Dit lukte niet",
    "error_text": "De aanvraag klopt niet. Ga terug naar de cursus en probeer het opnieuw.",
    "missing_title": "Deze pagina is er niet",
    "missing_text": "Begin opnieuw bij de voorbeeldschool.",
    "home": "Naar de voorbeeldschool",
    "returned_title": "Je bent terug",
    "returned_text": "Je hebt Mijlpaal gesloten.",
    "back_to_course": "Terug naar de cursus",
}

_EN = {
    "skip": "Skip to content",
    "language": "Language",
    "people_title": "Who are you?",
    "people_intro": "This is an example school. Choose a person and open the course as that person.",
    "people_apart": "There is no password. The person is in the address of the page, so you can open two people"
    " side by side, in two tabs.",
    "people_tool": "The course contains Mijlpaal. That is a separate program, at another address.",
    "teachers": "Teachers",
    "learners": "Students",
    "open_as": "Open as",
    "teacher": "teacher",
    "assistant": "assistant, may not edit",
    "learner": "student",
    "you_are": "You are",
    "other_person": "Another person",
    "gradebook": "Gradebook",
    "course": "Course",
    "frame_title": "Mijlpaal, a program in this course",
    "new_window": "Open Mijlpaal in a new window",
    "gradebook_intro": "Mijlpaal sent these grades.",
    "gradebook_empty": "no grade yet",
    "gradebook_json": "The gradebook as data (JSON)",
    "of": "of",
    "remark": "Remark",
    "received": "Time",
    "by_hand": "typed by hand",
    "progress": "Progress",
    "student": "Student",
    "launch_title": "Opening Mijlpaal",
    "launch_text": "Mijlpaal opens by itself. Nothing happens? Choose the button.",
    "launch_button": "Open Mijlpaal",
    "error_title": "That did not work",
    "error_text": "The request is not right. Go back to the course and try again.",
    "missing_title": "This page does not exist",
    "missing_text": "Begin again at the example school.",
    "home": "To the example school",
    "returned_title": "You are back",
    "returned_text": "You closed Mijlpaal.",
    "back_to_course": "Back to the course",
}

_WORDS: Mapping[str, Mapping[str, str]] = {"nl": _NL, "en": _EN}


def chosen_language() -> str | None:
    """Return the language that the address asks for, if it is one of ours."""
    language = request.args.get("lang")
    return language if language in LANGUAGES else None


def page_language(person: Person | None) -> str:
    """Return the language of a page that this person looks at."""
    if person is not None and person.locale in LANGUAGES:
        return chosen_language() or person.locale
    return chosen_language() or "nl"


def words_in(language: str) -> Mapping[str, str]:
    """Return the words of a language."""
    return _WORDS[language]


def launch_locale(person: Person) -> str:
    """Return the locale that the launch tells the tool: any that `?locale=` names, else that of the page."""
    asked = request.args.get("locale", "")
    return asked if _LOCALE.fullmatch(asked) else chosen_language() or person.locale
