"""The message hint: how the platform recognises its own launch when the tool sends the browser back.

No cookie says who is looking: the person stands in the address, so that two people can be open in one browser and
never mix. What ties the two halves of a launch together is therefore this signed, expiring note. The tool must not
look into it and must give it back unchanged; it is wrapped in JSON, as Moodle's is, so that a tool that forgets to
encode it is found out here.
https://www.imsglobal.org/spec/lti/v1p3/#additional-login-parameters
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import jwt

from config.clock import Clock
from config.ids import new_secret
from lti_tool.demo_platform.course import CONTEXT_ID
from lti_tool.demo_platform.json_value import read_json_text
from lti_tool.demo_platform.store import Store
from lti_tool.demo_platform.tools import PRESET_ID

RESOURCE_LINK = "LtiResourceLinkRequest"
DEEP_LINKING = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
_LIFE_SECONDS = 600
_AUDIENCE = "message-hint"


@dataclass(frozen=True)
class LaunchIntent:
    """Who opens which tool for what, where it is shown, in which language."""

    user_id: str
    placement_id: str
    """Empty where nothing is there yet: deep linking for a new activity."""
    document_target: str
    locale: str
    message_type: str = RESOURCE_LINK
    course_id: str = CONTEXT_ID
    tool_id: int = PRESET_ID
    line_item_id: int | None = None
    """The column of a submission review."""
    for_user_id: str = ""
    """Whose work a submission review is about."""
    place: str = ""
    """The place beside activities from which it begins, by its Canvas name."""
    assignment_id: int | None = None
    """The assignment for which something is handed in."""


class HintInvalid(Exception):
    """This is not a hint of ours, or it is too old (`expired`)."""

    def __init__(self, *, expired: bool) -> None:
        super().__init__("expired" if expired else "not ours")
        self.expired = expired


class MessageHints:
    """Writes hints and reads them back."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._clock = clock
        with store.transaction() as db:
            db.execute("INSERT OR IGNORE INTO secret VALUES ('message-hint', ?)", (new_secret() + new_secret(),))
            self._secret = str(db.execute("SELECT value FROM secret WHERE name = 'message-hint'").fetchone()[0])

    def write(self, intent: LaunchIntent) -> str:
        """Return the hint for a launch that begins now."""
        token = jwt.encode(
            {
                "aud": _AUDIENCE,
                "intent": asdict(intent),
                "exp": int(self._clock.now().timestamp()) + _LIFE_SECONDS,
            },
            self._secret,
            algorithm="HS256",
        )
        return json.dumps({"launchid": token}, separators=(",", ":"))

    def read(self, hint: str) -> LaunchIntent:
        """Return what was written. Raises HintInvalid."""
        try:
            claims = jwt.decode(
                str(read_json_text(hint)["launchid"]),
                self._secret,
                algorithms=["HS256"],
                audience=_AUDIENCE,
                # The expiry is held against our own clock, below.
                options={"verify_exp": False, "require": ["exp"]},
            )
            expires_at = int(claims["exp"])
            intent = LaunchIntent(**claims["intent"])
        except (ValueError, KeyError, TypeError, jwt.InvalidTokenError) as error:
            raise HintInvalid(expired=False) from error
        if expires_at <= self._clock.now().timestamp():
            raise HintInvalid(expired=True)
        return intent
