"""Every kind of badge that people get from the service: published, earned or given, signed by its own code.

Each comes from a school of its own, so from an issuer of its own. A new kind is one line at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from badges.achievement import BadgeDetails
from badges.kinds import BadgeType, ProofKind
from badges.models import ALT_TEXT_LENGTH, CRITERIA_LENGTH, DESCRIPTION_LENGTH, NAME_LENGTH
from badges.picture.design import Colour, Design, Level, Shape, Symbol
from lti_tool.tool import Tool
from tests.interop.school import DETAILS, DRAFTS, WITH_ADDRESS, WITHOUT_ADDRESS, School
from tests.interop.verifiers import Issued

ADDRESSES = {"did:key": WITHOUT_ADDRESS, "did:web": WITH_ADDRESS}
"""Which kind of issuer the service makes at which address."""

# Each has what one of the implementations has been known to write in a way of its own.
TEXTS: Mapping[str, str] = {
    "text beyond ASCII": "Ærlighed, Zoë, Ångström, Łódź, İzmir, e\u0301 beside é, ﬁ, ½ °C, 技能, навык",
    "right-to-left text": "שלום Zoë, \u2067אבטחה בעבודה\u2069 و\u200fالسلامة في العمل (123)",
    "emoji": "\N{ROCKET} 👩🏽\u200d🔧 🏳\ufe0f\u200d🌈 🇳🇱 1\ufe0f\u20e3 \uffee \U0010fffd",
    "text that looks like code": '<b>"A" & \'B\'</b> \\n \\u0041 {{x}} %s <!-- --> ]]> "@id": _:c14n0 <urn:x:y> .',
    "lines of text": "Eerst dit.\r\n\r\n-\tdan dat\n- \u00a0en\u3000dit\u2003ook",
    "the longest texts": "Veilig werken \N{ROCKET} zo deed je dat. " * 60,
}


def earned(tool: Tool, **school: object) -> Issued:
    at = School(tool, **school)
    award_id = at.earn()
    return at.issued(award_id, at.signed(award_id))


def given_by_hand(tool: Tool) -> Issued:
    at = School(tool)
    award_id = at.give()
    return at.issued(award_id, at.signed(award_id))


def given_again(tool: Tool) -> Issued:
    at = School(tool)
    award_id = at.earn()
    first = json.loads(at.signed(award_id))
    at.take_back(award_id)
    at.wait(40 * 24 * 3600)
    assert at.give() == award_id
    again = at.issued(award_id, at.signed(award_id))
    assert (again.document["id"], again.document["awardedDate"]) == (first["id"], first["awardedDate"])
    assert again.document["validFrom"] > first["validFrom"]
    return again


def before_a_new_key(tool: Tool) -> Issued:
    """Return what the old key signed: it holds as long as nobody else has that key."""
    at = School(tool)
    award_id = at.earn()
    content = at.signed(award_id)
    at.new_key()
    return at.issued(award_id, content)


def after_a_new_key(tool: Tool) -> Issued:
    at = School(tool)
    at.new_key()
    award_id = at.earn()
    return at.issued(award_id, at.signed(award_id))


def after_a_stolen_key(tool: Tool) -> Issued:
    """Return what was signed again because others may have got hold of the key."""
    at = School(tool)
    award_id = at.earn()
    first = json.loads(at.signed(award_id))
    at.new_key(compromised=True)
    again = at.issued(award_id, at.signed(award_id))
    assert again.document["id"] == first["id"]
    assert again.document["proof"][0]["verificationMethod"] != first["proof"][0]["verificationMethod"]
    return again


def by_a_stolen_key(tool: Tool) -> Issued:
    """Return what the stolen key had signed, beside what the issuer shows since."""
    at = School(tool)
    award_id = at.earn()
    content = at.signed(award_id)
    at.new_key(compromised=True)
    return at.issued(award_id, content)


def with_texts(tool: Tool, text: str) -> Issued:
    """Return a badge with this text wherever a person can write one."""
    short = text[:NAME_LENGTH]
    details = BadgeDetails(description=text[:DESCRIPTION_LENGTH], alt_text=text[:ALT_TEXT_LENGTH])
    return earned(
        tool,
        name=short,
        badge=short,
        criteria=text[:CRITERIA_LENGTH],
        details=details,
        titles=tuple(f"{short} {number}"[-NAME_LENGTH:] for number in range(len(DRAFTS))),
    )


_COMPOSED = Design(Shape.SHIELD, Colour.PLUM, Symbol.HELMET, Level.THREE)

KINDS: Mapping[str, Callable[[Tool], Issued]] = {
    **{f"badge of type {kind.value}": partial(earned, details=replace(DETAILS, badge_type=kind)) for kind in BadgeType},
    **{f"proof of kind {kind.value}": partial(earned, details=replace(DETAILS, proof_kind=kind)) for kind in ProofKind},
    "composed picture": partial(earned, details=replace(DETAILS, picture=_COMPOSED.to_text())),
    "texts in English": partial(earned, details=replace(DETAILS, language="en")),
    "picture without words": partial(earned, details=None),
    "learner without an e-mail address": partial(earned, email=""),
    "given by hand": given_by_hand,
    "taken back and given again": given_again,
    "before a new key": before_a_new_key,
    "after a new key": after_a_new_key,
    "after a stolen key": after_a_stolen_key,
    **{name: partial(with_texts, text=text) for name, text in TEXTS.items()},
}

TWIN = "untampered twin"
"""The name of the badge that is tampered with."""


def twin_and_newer(tool: Tool) -> tuple[Issued, Issued]:
    """Return a badge with every member that is ever written, and a newer one by the same issuer with the same key."""
    at = School(tool, details=replace(DETAILS, badge_type=BadgeType.SKILL, description="Je kunt het zelf."))
    award_id = at.earn()
    twin = at.issued(award_id, at.signed(award_id))
    at.take_back(award_id)
    at.give()
    return twin, at.issued(award_id, at.signed(award_id))
