"""The services of the platform, by the scopes that open them.

https://www.imsglobal.org/spec/lti-ags/v2p0#scope-and-allowed-http-methods
https://www.imsglobal.org/spec/lti-nrps/v2p0#lti-1-3-integration
"""

from __future__ import annotations

LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
LINE_ITEM_READONLY = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
RESULT_READONLY = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEMBERSHIP_READONLY = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"

GRADE_SCOPES = (LINE_ITEM, LINE_ITEM_READONLY, RESULT_READONLY, SCORE)
OFFERED = (*GRADE_SCOPES, MEMBERSHIP_READONLY)
