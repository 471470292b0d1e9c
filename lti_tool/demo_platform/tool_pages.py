"""Where the administrator adds a tool by its registration address, activates it, and decides what it may do."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from config.ids import new_secret
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.registration_endpoint import configuration_url
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.scopes import LINE_ITEM, LINE_ITEM_READONLY, MEMBERSHIP_READONLY, RESULT_READONLY, SCORE
from lti_tool.demo_platform.tools import PRESET_ID, Tool, origin_of
from lti_tool.demo_platform.visitors import get_administrator, is_foreign_page

_GRADE_LEVELS = {
    "none": (),
    "read": (LINE_ITEM_READONLY, RESULT_READONLY, SCORE),
    "manage": (LINE_ITEM, LINE_ITEM_READONLY, RESULT_READONLY, SCORE),
}
"""What an administrator of Moodle chooses from, for the service of grades."""


def tool_pages(platform: Platform) -> Blueprint:
    """Build the pages."""
    pages = Blueprint("tools", __name__)
    settings = platform.settings

    @pages.before_request
    def only_from_our_pages() -> None:
        if request.method == "POST" and is_foreign_page(settings):
            abort(403)

    @pages.get("/as/<key>/tools")
    def overview(key: str) -> Response:
        return _render_overview(platform, get_administrator(platform, key))

    @pages.get("/as/<key>/tools/register")
    def register(key: str) -> Response:
        """Open the registration address of a tool in a frame, with a token; for a tool that is there: again."""
        person, address = get_administrator(platform, key), request.args.get("address", "").strip()
        again = _wanted_tool(platform, request.args["tool"]) if request.args.get("tool") else None
        if not _is_address(address):
            return _render_overview(platform, person, address=address, status=400)
        parts = urlsplit(address)
        query = [
            *parse_qsl(parts.query, keep_blank_values=True),
            ("openid_configuration", configuration_url(platform)),
            ("registration_token", platform.registration_tokens.write(again)),
        ]
        return render_page(
            settings,
            "demo_platform/register.html",
            person=person,
            nonce=new_secret(),
            origins=(origin_of(address),),
            src=urlunsplit(parts._replace(query=urlencode(query))),
            again=again,
        )

    @pages.route("/as/<key>/tools/<tool_id>", methods=["GET", "POST"])
    def change(key: str, tool_id: str) -> Response | Redirect:
        person, tool = get_administrator(platform, key), _wanted_tool(platform, tool_id)
        if request.method == "POST":
            platform.tools.save(_read_form(tool))
            return _to_overview(person)
        return render_page(
            settings,
            "demo_platform/tool.html",
            person=person,
            tool=tool,
            grades=_grade_level(tool),
            levels=list(_GRADE_LEVELS),
            sees_roster=MEMBERSHIP_READONLY in tool.scopes,
            preset_id=PRESET_ID,
        )

    @pages.post("/as/<key>/tools/<tool_id>/activate")
    def activate(key: str, tool_id: str) -> Redirect:
        person, tool = get_administrator(platform, key), _wanted_tool(platform, tool_id)
        platform.tools.save(replace(tool, active=True))
        return _to_overview(person)

    @pages.post("/as/<key>/tools/<tool_id>/delete")
    def delete(key: str, tool_id: str) -> Redirect:
        person, tool = get_administrator(platform, key), _wanted_tool(platform, tool_id)
        if tool.id == PRESET_ID:
            abort(400)
        platform.tools.delete(tool)
        return _to_overview(person)

    return pages


def _wanted_tool(platform: Platform, tool_id: str) -> Tool:
    tool = platform.tools.find(int(tool_id)) if tool_id.isascii() and tool_id.isdecimal() else None
    if tool is None:
        abort(404)
    return tool


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not set(text) & set(" ;,'\"<>")
    except ValueError:
        return False


def _read_form(tool: Tool) -> Tool:
    form = request.form
    grades = _GRADE_LEVELS.get(form.get("grades", ""))
    if grades is None:
        abort(400)
    wanted = {*grades, *((MEMBERSHIP_READONLY,) if "roster" in form else ())}
    # What is not chosen here stays as it is.
    others = {scope for scope in tool.scopes if scope not in {*_GRADE_LEVELS["manage"], MEMBERSHIP_READONLY}}
    return replace(
        tool,
        custom=form.get("custom", "").replace("\r\n", "\n"),
        scopes=tuple(sorted(wanted | others)),
        sends_name="names" in form,
        sends_email="emails" in form,
        active="active" in form,
        in_chooser="in_chooser" in form,
    )


def _grade_level(tool: Tool) -> str:
    return next((name for name in ("manage", "read") if set(_GRADE_LEVELS[name]) <= set(tool.scopes)), "none")


def _render_overview(platform: Platform, person: Person, *, address: str = "", status: int = 200) -> Response:
    return render_page(
        platform.settings,
        "demo_platform/tools.html",
        person=person,
        status=status,
        tools=platform.tools.list_all(),
        address=address,
        preset_id=PRESET_ID,
    )


def _to_overview(person: Person) -> Redirect:
    return redirect(url_for("tools.overview", key=person.key, lang=request.args.get("lang")), 303)
