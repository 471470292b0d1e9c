"""How the platform behaves where platforms differ: one value per behaviour, so that a test can switch one off.

The defaults, and MOODLE_PROFILE, were seen on a real Moodle 4.5.6 (November 2026). CANVAS_PROFILE is what the
documentation and the source of Canvas say (November 2026), where it departs. docs/platforms/demo.md shows both side by
side.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlatformProfile:
    """The behaviours. Vary one with `dataclasses.replace(MOODLE_PROFILE, ...)`."""

    id_token_seconds: int
    """How long the message of a launch is valid: `exp` is `iat` and this."""
    equal_timestamp_conflicts: bool
    """A score of the same whole second as what is there is refused. Else it replaces. An older one is never taken."""
    unfinished_score_clears: bool
    """A score that is not FullyGraded empties grade and comment. Else both stay, and only the progress changes."""
    overridden_grade_stays: bool
    """A grade typed by hand stays while a score is answered with 200. Else the score takes its place."""
    roster_roles_short: bool
    """The roster says "Learner" where a launch gives the full address. Else both give the full address."""
    assistant_listed_as_learner: bool
    """The roster calls a teacher who may not edit a learner, while the launch says Instructor. Else both agree."""
    line_item_links_curly: bool
    """With `limit`, the Link header of the line items has typographic quotes and `&amp;`. Else it is well-formed."""

    # Who it says it is, and what a launch begins with.
    product_family_code: str = "mijlpaal-demo"
    """The code in the claim about the platform, for the preset tool, which may know that this is a demo."""
    registered_family_code: str = "moodle"
    """The code in the OpenID configuration, and in the launches of tools that registered by it."""
    login_names_region: bool = False
    """The login carries canvas_region and canvas_environment."""
    login_names_deployment_twice: bool = False
    """The login carries the deployment as deployment_id beside lti_deployment_id."""
    addresses_have_query: bool = True
    """The addresses of line items end in `?type_id=`, which must be kept. Else there is nothing behind the path."""

    # Dynamic registration.
    configuration_needs_token: bool = False
    """The OpenID configuration is shown to the bearer of the registration token only. Else to everybody."""
    registration_wrong_status: int = 400
    """The answer to a registration of the wrong shape."""
    registration_wants_text_values: bool = False
    """Custom parameters must be text. Else numbers are taken as well."""
    registration_has_placements: bool = False
    """A message names its placements: an unknown one is refused, none means link_selection. Else they are ignored."""
    registration_tells_deployment: bool = True
    """The answer to a registration names the deployment. Else the tool learns it at the first launch."""
    privacy_level_unless_asked: str = "public"
    """What a tool that asks for no privacy level gets to know about people: public or anonymous, or between."""
    anonymous_overlay_ignored: bool = False
    """Names keep flowing after an admin has set a tool to anonymous: canvas-lms#2655. Else they stop."""

    # Custom parameters.
    canvas_variables: bool = False
    """The variables of Canvas have values. Else only those of the specification have."""
    unresolved_variables_stay: bool = True
    """A variable without a value arrives as it was written, "$Name". Else the parameter is left out."""

    # Grades.
    older_score_status: int = 409
    """The answer to a score that is not newer than what is there."""
    score_without_maximum_status: int = 400
    """The answer to a scoreGiven without scoreMaximum."""
    not_gradable_status: int = 400
    """The answer to a score for somebody who is no learner here."""
    pending_manual_counts: bool = False
    """A score that awaits a person (PendingManual) is taken as a grade. Else only FullyGraded is."""
    comments_pile_up: bool = False
    """A comment is added to those before, and none leaves them. Else it takes their place, and none empties it."""
    submission_extension: bool = False
    """Scores make attempts, and obey `https://canvas.instructure.com/lti/submission`. Else that member is ignored."""
    items_make_assignments: bool = False
    """A line item without resource link becomes an assignment, and shares its name. Else it is a column only."""
    linked_item_delete_status: int = 403
    """The answer to the wish to delete the line item of a resource link."""
    only_first_item_shown: bool = False
    """The gradebook shows the first line item of a resource link only. Else all of them."""

    # Limits on calls.
    throttle_status: int | None = None
    """The answer when calls came too fast, all courses of a registration together; None: never. Canvas: 403 or 429."""
    user_agent_required: bool = False
    """A call without User-Agent is refused with 403."""

    # The roster.
    bookmarks_opaque: bool = False
    """The next page of the roster has an opaque address, in which capitals count. Else it counts on."""
    observers_listed: bool = False
    """A parent is in the roster and in launches, as Mentor and as Learner too. Else nobody observes."""
    test_student_listed: bool = False
    """The student as whom teachers try things is in the roster, and can launch. Else there is none."""
    pictures_sent: bool = False
    """Launches and roster carry `picture`."""
    members_have_custom: bool = False
    """With `rlid`, each member carries the custom parameters with its own values. Else the message type only."""
    groups_served: bool = False
    """Groups have a roster of their own, and launches a claim that leads to the groups. Else neither is there."""

    # Notices.
    notice_types: tuple[str, ...] = ()
    """The notices that a tool can ask for."""

    # Where the tool can stand.
    placements: tuple[str, ...] = ()
    """Places beside activities, by their Canvas names; the launch says from which one it comes."""

    # Deep linking.
    deep_linking_sends_data: bool = False
    """The request carries `data`, which has to come back. Else it does not, and nothing may come back."""
    deep_linking_accepts_line_item: bool | None = None
    """What the request says of `accept_lineitem`; None: nothing."""
    deep_linked_label_ignored: bool = True
    """The column is named like the activity. Else by the label of the line item, where there is one."""
    deep_linked_address_unbinds: bool = True
    """An item with an address of its own opens whichever tool has that domain. Else the one that returned it."""

    # Tools that registered themselves.
    registered_tool_waits: bool = True
    """A new tool is of no use until an administrator activates it. Else it works at once."""
    registered_tool_in_chooser: bool = False
    """Teachers are offered a new tool at once. Else an administrator has to say so first."""
    registration_answer_overstates: bool = True
    """The answer names the scope to write line items when only reading was granted. Else what was granted."""

    # The roster of a course or a link.
    roster_only_where_used: bool = True
    """A launch leads to the roster only when an activity of the course opens this tool. Else always."""
    roster_of_link_lists_staff: bool = True
    """With `rlid`, staff are listed whatever the restrictions of the link say. Else only who meets them."""
    roster_of_hidden_link_lists_everybody: bool = True
    """With `rlid`, hiding a link alone narrows nothing: only a restriction does. Else a hidden link lists staff."""

    # The frame.
    frame_resize: str = ""
    """How the page listens to `lti.frameResize`: as "object", as "text" (a plugin of Moodle), or, empty, not at all."""
    storage_target: str = ""
    """`lti_storage_target` of logins and launches: the frame beside the tool, or `_parent`, that keeps values for it.
    Empty: nothing does, as on Moodle."""
    storage_answers: bool = True
    """Whether anything answers there. Else nothing does, as in the mobile apps of Canvas."""


MOODLE_PROFILE = PlatformProfile(
    id_token_seconds=60,
    equal_timestamp_conflicts=True,
    unfinished_score_clears=True,
    overridden_grade_stays=True,
    roster_roles_short=True,
    assistant_listed_as_learner=True,
    line_item_links_curly=True,
)

CANVAS_PROFILE = PlatformProfile(
    id_token_seconds=3600,
    equal_timestamp_conflicts=False,
    unfinished_score_clears=False,
    overridden_grade_stays=False,
    roster_roles_short=False,
    assistant_listed_as_learner=False,
    line_item_links_curly=False,
    product_family_code="canvas",
    registered_family_code="canvas",
    login_names_region=True,
    login_names_deployment_twice=True,
    addresses_have_query=False,
    configuration_needs_token=True,
    registration_wrong_status=422,
    registration_wants_text_values=True,
    registration_has_placements=True,
    registration_tells_deployment=False,
    privacy_level_unless_asked="anonymous",
    anonymous_overlay_ignored=True,
    canvas_variables=True,
    unresolved_variables_stay=True,
    older_score_status=400,
    score_without_maximum_status=422,
    not_gradable_status=422,
    pending_manual_counts=True,
    comments_pile_up=True,
    submission_extension=True,
    items_make_assignments=True,
    linked_item_delete_status=401,
    only_first_item_shown=True,
    throttle_status=403,
    user_agent_required=True,
    bookmarks_opaque=True,
    observers_listed=True,
    test_student_listed=True,
    pictures_sent=True,
    members_have_custom=True,
    groups_served=True,
    notice_types=("LtiHelloWorldNotice", "LtiContextCopyNotice"),
    placements=(
        "course_navigation",
        "account_navigation",
        "user_navigation",
        "course_settings_sub_navigation",
        "assignment_edit",
        "link_selection",
        "module_index_menu_modal",
        "assignment_selection",
        "editor_button",
        "homework_submission",
    ),
    frame_resize="object",
    deep_linking_sends_data=True,
    deep_linking_accepts_line_item=True,
    deep_linked_label_ignored=False,
    deep_linked_address_unbinds=False,
    registered_tool_waits=False,
    registered_tool_in_chooser=True,
    registration_answer_overstates=False,
    roster_only_where_used=False,
    roster_of_link_lists_staff=False,
    roster_of_hidden_link_lists_everybody=False,
    storage_target="post_message_forwarding",
)
