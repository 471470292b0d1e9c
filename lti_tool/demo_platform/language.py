"""The words of the demo school in Dutch and English, and which of the two a page speaks.

Kept apart from the translations of the tool: this is another site. `?lang=` decides, then the language of the
person who is looking, then Dutch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import request

from lti_tool.demo_platform import canvas_words, course_words
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
    "left_mark": "niet meer in de cursus",
    "teacher": "docent",
    "assistant": "assistent, mag niet bewerken",
    "learner": "leerling",
    "observer": "kijkt mee",
    "you_are": "Je bent",
    "other_person": "Andere persoon",
    "gradebook": "Cijferlijst",
    "course": "Cursus",
    "activities": "Activiteiten",
    "graded": "met een kolom in de cijferlijst",
    "not_graded": "niet in de cijferlijst",
    "add_activity": "Activiteit toevoegen",
    "settings": "Instellingen",
    "settings_of": "van {title}",
    "activity_title": "Titel",
    "activity_title_wrong": "Geef de activiteit een titel van hoogstens {longest} tekens.",
    "activity_graded": "Zet de activiteit in de cijferlijst, met een kolom van 100 punten",
    "activity_is_graded": "Deze activiteit staat in de cijferlijst. Dat is gekozen bij het toevoegen.",
    "activity_is_not_graded": "Deze activiteit staat niet in de cijferlijst. Dat is gekozen bij het toevoegen.",
    "custom": "Eigen parameters",
    "custom_hint": "Zet op elke regel één naam=waarde. Ze gaan mee als iemand de activiteit opent.",
    "add": "Toevoegen",
    "save": "Bewaren",
    "frame_title": "{title}, een programma in deze cursus",
    "new_window": "Open {title} in een nieuw venster",
    "gradebook_intro": "Deze cijfers heeft Mijlpaal gestuurd.",
    "gradebook_intro_teacher": "Je kunt ook zelf een cijfer invullen. Dat blijft staan, wat Mijlpaal ook stuurt.",
    "grade": "Cijfer",
    "grade_wrong": "Vul een getal in van 0 tot en met {maximum}.",
    "grade_save": "Cijfer bewaren",
    "grade_withdraw": "Cijfer intrekken",
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
    "left_title": "Je doet niet meer mee",
    "left_text": "Je zit niet meer in deze cursus. Je kunt hem niet openen.",
    "closed_title": "Dit is voor docenten",
    "closed_text": "Alleen een docent die mag bewerken, kan dit veranderen.",
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
    "left_mark": "no longer in the course",
    "teacher": "teacher",
    "assistant": "assistant, may not edit",
    "learner": "student",
    "observer": "observer",
    "you_are": "You are",
    "other_person": "Another person",
    "gradebook": "Gradebook",
    "course": "Course",
    "activities": "Activities",
    "graded": "with a column in the gradebook",
    "not_graded": "not in the gradebook",
    "add_activity": "Add an activity",
    "settings": "Settings",
    "settings_of": "of {title}",
    "activity_title": "Title",
    "activity_title_wrong": "Give the activity a title of at most {longest} characters.",
    "activity_graded": "Put the activity in the gradebook, with a column of 100 points",
    "activity_is_graded": "This activity is in the gradebook. That was chosen when it was added.",
    "activity_is_not_graded": "This activity is not in the gradebook. That was chosen when it was added.",
    "custom": "Custom parameters",
    "custom_hint": "Put one name=value on each line. They travel along when somebody opens the activity.",
    "add": "Add",
    "save": "Save",
    "frame_title": "{title}, a program in this course",
    "new_window": "Open {title} in a new window",
    "gradebook_intro": "Mijlpaal sent these grades.",
    "gradebook_intro_teacher": "You can type a grade as well. It stays, whatever Mijlpaal sends.",
    "grade": "Grade",
    "grade_wrong": "Type a number from 0 to {maximum}.",
    "grade_save": "Save grade",
    "grade_withdraw": "Withdraw grade",
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
    "left_title": "You no longer take part",
    "left_text": "You are not in this course any more. You cannot open it.",
    "closed_title": "This is for teachers",
    "closed_text": "Only a teacher who may edit can change this.",
    "missing_title": "This page does not exist",
    "missing_text": "Begin again at the example school.",
    "home": "To the example school",
    "returned_title": "You are back",
    "returned_text": "You closed Mijlpaal.",
    "back_to_course": "Back to the course",
}

_WORDS: Mapping[str, Mapping[str, str]] = {
    "nl": {**_NL, **course_words.NL, **canvas_words.NL},
    "en": {**_EN, **course_words.EN, **canvas_words.EN},
}


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
