"""The services of the platform, by the scopes that open them.

https://www.imsglobal.org/spec/lti-ags/v2p0#scope-and-allowed-http-methods
https://www.imsglobal.org/spec/lti-nrps/v2p0#lti-1-3-integration
https://www.imsglobal.org/spec/lti-pns/v1p0 and https://www.imsglobal.org/spec/lti-gs/v1p0
"""

from __future__ import annotations

from lti_tool.demo_platform.profile import PlatformProfile

LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
LINE_ITEM_READONLY = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
RESULT_READONLY = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEMBERSHIP_READONLY = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
NOTICE_HANDLERS = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
GROUP_READONLY = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"

GRADE_SCOPES = (LINE_ITEM, LINE_ITEM_READONLY, RESULT_READONLY, SCORE)
OFFERED = (*GRADE_SCOPES, MEMBERSHIP_READONLY)


def offered_by(profile: PlatformProfile) -> tuple[str, ...]:
    """Return the scopes of all services that a platform has."""
    notices = (NOTICE_HANDLERS,) if profile.notice_types else ()
    groups = (GROUP_READONLY,) if profile.groups_served else ()
    return (*OFFERED, *notices, *groups)
