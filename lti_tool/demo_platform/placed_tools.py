"""At which places a tool stands and what it is told there: what it asked for, less what the administrator took away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lti_tool.demo_platform.canvas_places import PLACES
from lti_tool.demo_platform.canvas_registration import PlacedMessage, load_messages, sends, write_messages
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.demo_platform.store import Store
from lti_tool.demo_platform.tools import PRESET_ID, Tool, Tools


@dataclass(frozen=True)
class Review:
    """What an administrator changes about a tool after it has registered; None leaves a thing as it is."""

    placements: Sequence[str] | None = None
    scopes: Sequence[str] | None = None
    privacy_level: str | None = None


class NotPlaced(Exception):
    """The tool does not stand at this place."""


class PlacedTools:
    """The places in the store. The preset tool stands wherever the platform has a place, at its launch address."""

    def __init__(self, store: Store, settings: PlatformSettings, tools: Tools) -> None:
        self._store = store
        self._settings = settings
        self._tools = tools
        if settings.profile.placements:
            # The link of a course is called as the course is: no activity may bear that name.
            with store.transaction() as db:
                db.execute("UPDATE sqlite_sequence SET seq = max(seq, 1000) WHERE name = 'placement'")

    def keep(self, tool: Tool, messages: Sequence[PlacedMessage], privacy_level: str) -> None:
        """Keep what a tool asked for."""
        with self._store.transaction() as db:
            row = (tool.id, write_messages(tuple(messages)), privacy_level)
            db.execute("INSERT OR REPLACE INTO tool_settings VALUES (?, ?, ?, NULL)", row)

    def list_of(self, tool: Tool) -> list[PlacedMessage]:
        """Return the places of a tool that this platform has."""
        offered = self._settings.profile.placements
        with self._store.reading() as db:
            row = db.execute("SELECT placements FROM tool_settings WHERE tool_id = ?", (tool.id,)).fetchone()
        if row is not None:
            return [message for message in load_messages(row["placements"]) if message.placement in offered]
        if tool.id != PRESET_ID:
            return []
        return [PlacedMessage(name, PLACES[name].message_type, tool.target_link_url) for name in offered]

    def find(self, tool: Tool, place: str) -> PlacedMessage:
        """Return what a tool wants to be opened with at a place. Raises NotPlaced."""
        found = next((message for message in self.list_of(tool) if message.placement == place), None)
        if found is None:
            raise NotPlaced
        return found

    def review(self, tool: Tool, review: Review) -> Tool:
        """Change what a tool may do and what it is told, and return it as it is now.

        With the profile as Canvas is, "anonymous" does not reach the deployment: names and addresses keep flowing.
        https://github.com/instructure/canvas-lms/issues/2655
        """
        messages = self.list_of(tool)
        changed = tool
        if review.placements is not None:
            messages = [message for message in messages if message.placement in review.placements]
        if review.scopes is not None:
            changed = replace(changed, scopes=tuple(scope for scope in tool.scopes if scope in review.scopes))
        if review.privacy_level is not None and not self._overlay_is_lost(review.privacy_level):
            names, emails = sends(review.privacy_level)
            changed = replace(changed, sends_name=names, sends_email=emails)
        self._tools.save(changed)
        with self._store.transaction() as db:
            before = db.execute("SELECT privacy_level FROM tool_settings WHERE tool_id = ?", (tool.id,)).fetchone()
            row = (tool.id, write_messages(tuple(messages)), before[0] if before else "public", review.privacy_level)
            db.execute("INSERT OR REPLACE INTO tool_settings VALUES (?, ?, ?, ?)", row)
        return changed

    def _overlay_is_lost(self, privacy_level: str) -> bool:
        return privacy_level == "anonymous" and self._settings.profile.anonymous_overlay_ignored
