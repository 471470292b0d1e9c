"""Canvas, from its documentation in November 2026.

https://canvas.instructure.com/doc/api/score.html and https://canvas.instructure.com/doc/api/file.throttling.html
"""

from __future__ import annotations

from lti_tool.platforms.family import PlatformFamily
from lti_tool.platforms.registration_habits import ByHand, HostedIssuer, Placement, RegistrationHabits

_LTI = "https://canvas.instructure.com/lti/"
_FOR_STAFF = {f"{_LTI}visibility": "admins"}
_OPENS = "LtiResourceLinkRequest"
_PICKS = "LtiDeepLinkingRequest"

_PLACEMENTS = (
    # A menu item in every course of the school is not for us to decide: a teacher switches it on.
    Placement(
        "course_navigation",
        _OPENS,
        {f"{_LTI}visibility": "members", f"{_LTI}course_navigation/default_enabled": False},
    ),
    Placement("course_settings_sub_navigation", _OPENS, _FOR_STAFF),
    Placement("assignment_edit", _OPENS, _FOR_STAFF),
    Placement("account_navigation", _OPENS, _FOR_STAFF),
    Placement("user_navigation", _OPENS),
    Placement("link_selection", _PICKS),
    Placement("assignment_selection", _PICKS),
    Placement("editor_button", _PICKS),
    Placement("module_index_menu_modal", _PICKS),
    Placement("homework_submission", _PICKS),
)

# 2026-11: all schools that Instructure hosts share an issuer. Its document names sso.canvaslms.com for logins and keys
# and the school's own host, which can be a name of the school itself, for tokens and registration.
_HOSTED = tuple(
    HostedIssuer(
        f"canvas{environment}.instructure.com",
        (f"sso{environment}.canvaslms.com", "*.instructure.com"),
        trusts_authorization_server=True,
    )
    for environment in ("", ".beta", ".test")
)

CANVAS = PlatformFamily(
    product_family_code="canvas",
    only_fully_graded=True,  # 2026-11: only FullyGraded and PendingManual count
    equal_second_timestamp_conflicts=False,  # 2026-11: 400, and only for one that is older
    comment_must_be_repeated=False,  # 2026-11: comments are added to the submission
    grade_by_hand_stays=True,  # 2026-11: by the extension below
    calls_one_at_a_time=True,  # 2026-11: one bucket for the whole school
    score_extension={
        # 2026-11: by default each score makes an attempt, clears or overwrites the teacher's grade.
        "https://canvas.instructure.com/lti/submission": {
            "new_submission": False,
            "preserve_score": True,
            "prioritize_non_tool_grade": True,
        }
    },
    counts_attempts=True,  # 2026-11: another submittedAt is another attempt, where a score makes one
    frame_ancestors=("https://*.instructure.com",),
    # 2026-11: a school can have a host of its own beside the shared issuer. Addresses of services and return_url are
    # built by the server, for the host at which the page was asked.
    schools_have_own_hosts=True,
    # 2026-11: the placement claim has these names.
    places_to_hand_in=frozenset({"homework_submission"}),
    places_in_text=frozenset({"editor_button"}),
    places_of_settings=frozenset({"assignment_edit", "course_settings_sub_navigation"}),
    # 2026-11: launches of a person name no context, those of the school name its account as if it were a course.
    places_outside_courses=frozenset({"account_navigation", "global_navigation", "user_navigation"}),
    contexts_outside_courses=frozenset({"Account"}),
    registration=RegistrationHabits(
        placements=_PLACEMENTS,  # 2026-11: one message for each placement; without any only link_selection
        placement_prefix=_LTI,
        privacy_level_member=f"{_LTI}privacy_level",  # 2026-11: absent means anonymous
        tool_id_member=f"{_LTI}tool_id",
        hosted_issuers=_HOSTED,
        variables=(
            "Context.id.history",
            "Canvas.course.previousContextIds",
            "Person.address.timezone",
            "Canvas.group.contextIds",
            "Canvas.user.prefersHighContrast",
            "com.instructure.Assignment.restrict_quantitative_data",
        ),
        by_hand=ByHand(
            issuer="https://canvas.instructure.com",
            logins_at="https://sso.canvaslms.com/api/lti/authorize_redirect",
            tokens_at="{site}/login/oauth2/token",
            keys_at="https://sso.canvaslms.com/api/lti/security/jwks",
            names_deployment=False,
        ),
    ),
)
