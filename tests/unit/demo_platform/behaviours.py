"""The platform as Canvas, and how a behaviour is shown to matter: seen with its value, and with another one."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jwt

from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.profile import CANVAS_PROFILE
from lti_tool.demo_platform.scopes import offered_by
from lti_tool.demo_platform.settings import PlatformSettings
from tests.unit.demo_platform.conftest import FakeTool, Visit

DEPLOYMENT = "7:8865aa05b4b79b64a91a86042e43af5ea8ae79eb"
CANVAS_ISSUER = "https://canvas.instructure.com"
LTI = "https://purl.imsglobal.org/spec/lti/claim"
ITEMS = "/lti/services/2/lineitems"
MEMBERS = f"/lti/services/CourseSection/2/bindings/{DEPLOYMENT}/memberships"
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"


class CanvasVisit(Visit):
    """A visit to the platform as Canvas, which can become one that differs in some behaviours."""

    def __init__(self, tool: FakeTool, moodle: PlatformSettings) -> None:
        self._moodle = moodle
        self._count = 0
        self.notices: list[tuple[str, bytes]] = []
        self.notice_status = 200
        self.tool = tool
        self.become()

    def become(self, **changes: Any) -> None:
        """Go on at a new platform like Canvas, but for these values of its profile."""
        self._count += 1
        path = Path(f"{self._moodle.database_path}-{self._count}")
        shutil.copy(self._moodle.database_path, path)
        with closing(sqlite3.connect(path)) as db:
            # The tool is set up anew, with what this platform offers.
            db.execute("DELETE FROM tool")
            db.commit()
        self.restart(
            replace(
                self._moodle,
                issuer_url=CANVAS_ISSUER,
                deployment_id=DEPLOYMENT,
                database_path=path,
                profile=replace(CANVAS_PROFILE, **changes),
            )
        )

    def restart(self, settings: PlatformSettings) -> None:
        self.settings = settings
        self.notices.clear()
        app = create_platform(settings, self.tool.clock, self.tool.fetch, self._take_notice)
        self.client = app.test_client()

    def bearer(self, *scopes: str) -> dict[str, str]:
        return super().bearer(*(scopes or offered_by(self.settings.profile)))

    def line_item_url(self) -> str:
        address = "?type_id=" + DEPLOYMENT if self.settings.profile.addresses_have_query else ""
        return str(self.send("GET", ITEMS + address).json[0]["id"])

    def add_item(self, **members: Any) -> Any:
        body = {"label": "Week 1", "scoreMaximum": 10, **members}
        return self.send("POST", ITEMS, body, ITEM_TYPE)

    def verified_claims(self, id_token: str) -> dict[str, Any]:
        keys = {key["kid"]: jwt.PyJWK(key) for key in self.client.get("/lti/jwks").json["keys"]}
        key = keys[jwt.get_unverified_header(id_token)["kid"]]
        options = {"verify_exp": False, "verify_iat": False}
        return jwt.decode(id_token, key, ["RS256"], audience="demo-client", issuer=CANVAS_ISSUER, options=options)

    def _take_notice(self, url: str, body: bytes) -> int:
        self.notices.append((url, body))
        return self.notice_status


@dataclass(frozen=True)
class CanvasBehaviour:
    """A field of the profile, its value when it is off, how it is seen, and what is seen with each of the two."""

    name: str
    off: Any
    observe: Callable[[CanvasVisit], Any]
    as_canvas: Any
    otherwise: Any

    def check(self, canvas: CanvasVisit) -> None:
        """See both, each on a platform of its own."""
        assert self.observe(canvas) == self.as_canvas, f"{self.name} as on Canvas"
        canvas.become(**{self.name: self.off})
        assert self.observe(canvas) == self.otherwise, f"{self.name} switched off"
        assert self.as_canvas != self.otherwise
