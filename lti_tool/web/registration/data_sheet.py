"""The sheet for a privacy officer: which personal data flows where. It says what the code does: keep them together."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext

from lti_tool.lti.dynamic_registration import PersonalData


@dataclass(frozen=True)
class Flow:
    """One kind of data on its way: what, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class DataSheet:
    """The flows, by direction."""

    comes_in: list[Flow]
    goes_back: list[Flow]
    goes_out: list[Flow]
    stays: list[str]


def data_sheet(personal_data: PersonalData, family_code: str) -> DataSheet:
    """Return the sheet for this choice, on this platform."""
    return DataSheet(
        _comes_in(personal_data, family_code), _goes_back(), _goes_out(personal_data), _stays(personal_data)
    )


def _comes_in(personal_data: PersonalData, family_code: str) -> list[Flow]:
    flows = [
        Flow(
            gettext("The number that the platform gives a person"),
            gettext("To know who is who. Always needed."),
        ),
    ]
    if personal_data.keeps_names:
        flows.append(
            Flow(
                gettext("Name"),
                gettext("So that teachers know whose work they see, and learners are greeted."),
            )
        )
    if personal_data.keeps_email:
        flows.append(
            Flow(
                gettext("E-mail address"),
                gettext("Only to tie a badge to its holder. It is not shown and no mail is sent."),
            )
        )
    flows += [
        Flow(gettext("Role in the course"), gettext("A teacher sees other pages than a learner.")),
        Flow(
            gettext("Course and activity: number and title"),
            gettext("Points and tasks belong to a course."),
        ),
        Flow(gettext("Language and time zone"), gettext("For the words and times on the pages.")),
        Flow(
            gettext("Results in Mijlpaal's own columns, and who completed which linked assignment"),
            gettext("To give points, and to see that a score arrived. Only where a teacher sets this up."),
        ),
        Flow(
            gettext("The list of participants, and their groups"),
            gettext("So that teachers see the whole class. Only where the platform gives it."),
        ),
    ]
    if family_code == "canvas":
        flows.append(
            Flow(
                gettext("Whether somebody asked for high contrast, and whether numbers are to be hidden"),
                gettext("To respect both on the pages."),
            )
        )
    return flows


def _goes_back() -> list[Flow]:
    return [
        Flow(
            gettext("Score and a short sentence with it"),
            gettext("For the gradebook of the course. The sentence can hold the address of the badge page."),
        ),
        Flow(
            gettext("Columns, and links that a teacher places"),
            gettext("Titles and maximum points. No data about people."),
        ),
    ]


def _goes_out(personal_data: PersonalData) -> list[Flow]:
    holder = (
        gettext(
            "The holder's own choice. The page names the badge, the issuer and what was done for it. It "
            "has no name, for Mijlpaal knows none."
        )
        if not personal_data.keeps_names
        else gettext(
            "The holder's own choice, to be undone at any time. The page names the badge, the issuer and "
            "what was done for it, and the holder's name where the holder chose that."
        )
    )
    return [
        Flow(gettext("The page of a badge, when its holder shares it"), holder),
        Flow(
            gettext("The signed file of a badge, when its holder hands it on"),
            gettext("There is no name in it. Who has the file can check it; nobody is told that it was checked."),
        ),
    ]


def _stays(personal_data: PersonalData) -> list[str]:
    sentences = [
        gettext("Tasks done, hand-ins, remarks of teachers, points and badges stay in Mijlpaal's own database."),
        gettext("Nothing goes to other services: no analytics, no advertising, nothing loaded from elsewhere."),
        gettext("Cookies only keep somebody logged in after a launch, for some hours."),
        gettext("Everything about one person can be handed over or erased on request."),
        gettext("What the platform sends beside this is not read and not kept."),
    ]
    if not personal_data.keeps_email:
        sentences.append(gettext("E-mail addresses that the platform sends all the same are dropped at the door."))
    return sentences
