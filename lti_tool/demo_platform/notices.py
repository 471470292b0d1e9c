"""Platform Notification Service: a tool says where it wants which notices, and gets them as signed messages.

https://www.imsglobal.org/spec/lti-pns/v1p0 and https://developerdocs.instructure.com (November 2026). One handler for
each type and deployment; a notice is posted once, whatever the answer is: Canvas does not try again.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from config.clock import Clock
from lti_tool.demo_platform.course import Course
from lti_tool.demo_platform.keys import SigningKeys
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.demo_platform.store import Store
from lti_tool.demo_platform.tools import Tool, has_domain

HELLO_WORLD = "LtiHelloWorldNotice"
CONTEXT_COPY = "LtiContextCopyNotice"
_LTI = "https://purl.imsglobal.org/spec/lti/claim"
_LIFE_SECONDS = 3600

Post = Callable[[str, bytes], int]
"""Posts JSON to an address and returns the status; whatever it raises, nobody was there."""


class HandlerRefused(Exception):
    """This handler cannot be kept; the text says why."""


@dataclass(frozen=True)
class Notice:
    """A notice that was sent. `status` is the answer; None when there was none."""

    id: int
    notice_type: str
    handler: str
    body: str
    status: int | None


class Notices:
    """The handlers and the notices in the store."""

    def __init__(
        self, store: Store, clock: Clock, settings: PlatformSettings, keys: SigningKeys, post: Post | None
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._keys = keys
        self._post = post

    def list_handlers(self, tool: Tool) -> dict[str, str]:
        """Return where a tool wants which notices."""
        with self._store.reading() as db:
            rows = db.execute("SELECT notice_type, handler FROM notice_handler WHERE tool_id = ?", (tool.id,))
            return {str(row[0]): str(row[1]) for row in rows}

    def set_handler(self, tool: Tool, notice_type: str, handler: str) -> None:
        """Keep the handler of one type, or forget it when it is empty. Raises HandlerRefused."""
        if notice_type not in self._settings.profile.notice_types:
            raise HandlerRefused(f"there is no {notice_type}")
        if handler and not (handler.startswith(("http://", "https://")) and has_domain([handler], tool.domain)):
            raise HandlerRefused("the handler is not in the domain of the tool")
        with self._store.transaction() as db:
            db.execute("DELETE FROM notice_handler WHERE tool_id = ? AND notice_type = ?", (tool.id, notice_type))
            if handler:
                db.execute("INSERT INTO notice_handler VALUES (?, ?, ?)", (tool.id, notice_type, handler))
        if handler and notice_type == HELLO_WORLD:
            self.send(tool, HELLO_WORLD, {})

    def send_copy(self, tool: Tool, copy: Course, origin: Course) -> None:
        """Say that a course was copied from another."""
        claims = {
            f"{_LTI}/context": {**copy.context, "type": ["CourseSection"]},
            f"{_LTI}/origin_contexts": [origin.id],
        }
        self.send(tool, CONTEXT_COPY, claims)

    def send(self, tool: Tool, notice_type: str, claims: Mapping[str, Any]) -> None:
        """Post a notice to its handler, if there is one."""
        handler = self.list_handlers(tool).get(notice_type)
        if handler is None:
            return
        body = json.dumps({"notices": [{"jwt": self._sign(tool, notice_type, claims)}]})
        status = self._deliver(handler, body)
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO notice (tool_id, notice_type, handler, body, status) VALUES (?, ?, ?, ?, ?)",
                (tool.id, notice_type, handler, body, status),
            )

    def list_sent(self) -> list[Notice]:
        """Return the notices in the order in which they were sent."""
        with self._store.reading() as db:
            rows = db.execute("SELECT id, notice_type, handler, body, status FROM notice ORDER BY id")
            return [Notice(*row) for row in rows]

    def replay(self, notice: Notice) -> int | None:
        """Post a notice once more, as somebody would who has seen it pass; returns the status."""
        return self._deliver(notice.handler, notice.body)

    def _sign(self, tool: Tool, notice_type: str, claims: Mapping[str, Any]) -> str:
        now, key = self._clock.now(), self._keys.get_current()
        body = {
            "iss": self._settings.issuer_url,
            "aud": tool.client_id,
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + _LIFE_SECONDS,
            "nonce": str(uuid.uuid4()),
            f"{_LTI}/version": "1.3.0",
            f"{_LTI}/deployment_id": tool.deployment_id,
            f"{_LTI}/notice": {"id": str(uuid.uuid4()), "timestamp": now.isoformat(), "type": notice_type},
            f"{_LTI}/tool_platform": {"product_family_code": self._settings.profile.product_family_code},
            **claims,
        }
        return jwt.encode(body, key.private_key, algorithm="RS256", headers={"kid": key.kid})

    def _deliver(self, handler: str, body: str) -> int | None:
        if self._post is None:
            return None
        try:
            return self._post(handler, body.encode())
        # `post` belongs to whoever started the platform: whatever it raises, nobody was there.
        except Exception:
            return None
