"""The places of Canvas from which a tool is opened beside activities, and what each of them asks for.

https://developerdocs.instructure.com/services/canvas/external-tools/placements, November 2026. The Canvas word is
placement; here that is the word for an activity.
"""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.demo_platform.hints import DEEP_LINKING, RESOURCE_LINK

PLACEMENT_CLAIM = "https://www.instructure.com/placement"
COURSE, ACCOUNT, USER = "course", "account", "user"
HOMEWORK = "homework_submission"


@dataclass(frozen=True)
class Place:
    """A place, by its Canvas name."""

    name: str
    message_type: str = RESOURCE_LINK
    around: str = COURSE
    """Whether it stands in a course, in the account of the school, or with the person; services exist in courses."""
    for_learners: bool = False
    """Whether learners find it as well."""
    accept_types: tuple[str, ...] = ()
    accept_targets: tuple[str, ...] = ("iframe", "window")
    accept_multiple: bool = False
    accept_line_item: bool | None = None


_EVERYTHING = ("link", "file", "html", "ltiResourceLink", "image")
_LINK = ("ltiResourceLink",)
PLACES = {
    place.name: place
    for place in (
        Place("course_navigation", for_learners=True),
        Place("account_navigation", around=ACCOUNT),
        Place("user_navigation", around=USER, for_learners=True),
        Place("course_settings_sub_navigation"),
        Place("assignment_edit"),
        Place("link_selection", DEEP_LINKING, accept_types=_LINK),
        Place("module_index_menu_modal", DEEP_LINKING, accept_types=_LINK, accept_multiple=True, accept_line_item=True),
        Place("assignment_selection", DEEP_LINKING, accept_types=_LINK, accept_line_item=True),
        Place(
            "editor_button",
            DEEP_LINKING,
            accept_types=_EVERYTHING,
            accept_targets=("embed", "iframe", "window"),
            accept_multiple=True,
        ),
        Place("homework_submission", DEEP_LINKING, for_learners=True, accept_types=("file", "ltiResourceLink")),
    )
}

EMBEDDING = ("editor_button", "homework_submission")
"""Where what comes back does not become an activity of the course."""


def settings_of(place: Place) -> dict[str, object]:
    """Return what the deep linking settings say about this place."""
    settings: dict[str, object] = {
        "accept_types": list(place.accept_types),
        "accept_presentation_document_targets": list(place.accept_targets),
        "accept_media_types": "image/*,text/html,application/vnd.ims.lti.v1.ltilink,*/*",
        "accept_multiple": place.accept_multiple,
        "auto_create": place.name in ("module_index_menu_modal", "assignment_selection"),
    }
    if place.accept_line_item is not None:
        settings["accept_lineitem"] = place.accept_line_item
    return settings
