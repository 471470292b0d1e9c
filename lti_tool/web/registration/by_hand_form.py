"""The form for registering by hand: which fields a product asks for, what was typed, and the sentence at each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext

from config.errors import InputInvalid
from config.typed_text import one_line
from lti_tool.lti.dynamic_registration import PersonalData
from lti_tool.registering_by_hand import TypedPlatform

FAMILIES = ("moodle", "canvas", "generic")
_ADDRESS_FIELDS = ("issuer", "auth_login_url", "auth_token_url", "jwks_url")
_MOST_SHOWN = 10_000


@dataclass(frozen=True)
class Field:
    """A field as the page shows it."""

    name: str
    label: str
    hint: str
    value: str
    problem: str = ""
    is_optional: bool = False


@dataclass(frozen=True)
class ByHandForm:
    """What was typed, and what is wrong with it by field."""

    typed: TypedPlatform
    problems: Mapping[str, InputInvalid] = field(default_factory=dict)

    def fields(self) -> list[Field]:
        """Return the fields for this product, in order."""
        names = ["site"] if self.typed.has_site else list(_ADDRESS_FIELDS)
        return [self._field(name) for name in (*names, "client_id", "deployment_id")]

    def _field(self, name: str) -> Field:
        label, hint = _labels(self.typed.family_code)[name]
        problem = _sentence(self.problems[name]) if name in self.problems else ""
        is_optional = name == "deployment_id" and self.typed.family_code == "canvas"
        return Field(name, label, hint, str(getattr(self.typed, name)), problem, is_optional)


def family_of_form(sent: Mapping[str, str]) -> str:
    """Return the product that a form or an address names, Moodle where it names none of ours."""
    return sent["lms"] if sent.get("lms") in FAMILIES else FAMILIES[0]


def personal_data_of(sent: Mapping[str, str]) -> PersonalData:
    """Return the choice that was sent; names where it is none of ours."""
    try:
        return PersonalData(sent.get("personal_data", ""))
    except ValueError:
        return PersonalData.NAMES


def read_by_hand_form(sent: Mapping[str, str]) -> TypedPlatform:
    """Return what was typed, on one line each."""
    typed = {
        name: one_line(sent.get(name))[:_MOST_SHOWN]
        for name in ("site", *_ADDRESS_FIELDS, "client_id", "deployment_id")
    }
    return TypedPlatform(family_code=family_of_form(sent), personal_data=personal_data_of(sent), **typed)


def _labels(family_code: str) -> dict[str, tuple[str, str]]:
    site_hint = (
        gettext("For example https://school.instructure.com. For a Canvas of your own choose “Another platform”.")
        if family_code == "canvas"
        else gettext("For example https://moodle.school.org: what stands as Platform ID in the details of the tool.")
    )
    client_hint = (
        gettext("The number of the developer key, under Details.")
        if family_code == "canvas"
        else gettext("As your platform shows it after saving the tool.")
    )
    deployment_hint = (
        gettext("Found at the installed app. Leave it empty if you do not know it: the first launch tells us.")
        if family_code == "canvas"
        else gettext("As your platform shows it after saving the tool.")
    )
    return {
        "site": (gettext("Address of your platform"), site_hint),
        "issuer": (gettext("Platform ID (issuer)"), gettext("Exactly as your platform shows it.")),
        "auth_login_url": (gettext("Authentication request URL"), gettext("Where people are sent to log in.")),
        "auth_token_url": (gettext("Access token URL"), gettext("Where Mijlpaal gets its pass for the gradebook.")),
        "jwks_url": (gettext("Public keyset URL"), gettext("Where the public keys of your platform are.")),
        "client_id": (gettext("Client ID"), client_hint),
        "deployment_id": (gettext("Deployment ID"), deployment_hint),
    }


def _sentence(problem: InputInvalid) -> str:
    if problem.code == "missing":
        return gettext("Fill this in.")
    if problem.code == "address":
        return gettext("Type an address that begins with https://, without spaces.")
    return gettext("Use 255 characters at most, on one line.")
