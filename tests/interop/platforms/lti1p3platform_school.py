"""A small platform made with lti1p3platform, on loopback.

Launch, tokens, what a token may do, the forms of gradebook and roster and the check of a deep linking answer are the
library's. It keeps nothing: columns, scores and placed links are lists here.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform_services import COURSES, LINK_ID, Gradebook, Roster, SchoolRequest, roles_of
from school_server import (
    CLIENT_ID,
    DEPLOYMENT_ID,
    LIFTING,
    PEOPLE,
    Asked,
    Course,
    Given,
    Platform,
    Site,
    page,
    serve,
)

DATA = "what the platform wants back"
_CHOOSING = "choosing"


class Configuration(LTI1P3PlatformConfAbstract):
    def init_platform_config(self, **kwargs: Any) -> None:
        self._site: Site = kwargs["site"]
        self.get_registration()

    def get_registration_by_params(self, **_kwargs: Any) -> Registration:
        site = self._site
        return (
            Registration()
            .set_iss(site.url)
            .set_launch_url(site.launch_url)
            .set_client_id(CLIENT_ID)
            .set_deployment_id(DEPLOYMENT_ID)
            .set_oidc_login_url(site.login_url)
            .set_deeplink_launch_url(site.launch_url)
            .set_tool_key_set_url(site.tool_keys_url)
            .set_platform_public_key(site.public_key)
            .set_platform_private_key(site.private_key)
        )


class Login(OIDCLoginAbstract):
    def set_lti_message_hint(self, **kwargs: Any) -> None:
        self._lti_message_hint = kwargs["hint"]

    def get_redirect(self, url: str) -> str:
        return url


class MessageLaunch(LTIAdvantageMessageLaunchAbstract):
    def render_launch_form(self, launch_data: dict[str, Any], **_kwargs: Any) -> Given:
        fields = {name: html.escape(launch_data[name]) for name in ("id_token", "state")}
        inputs = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())
        action = html.escape(launch_data["launch_url"])
        return page(f'<form method="post" action="{action}">{inputs}<button>Go on</button></form>', "Launch")


class SmallPlatform(Platform):
    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.configuration = Configuration(site=site)
        self.columns: dict[str, dict[str, Any]] = {"safety": {}, "lifting": {}}
        self.add_column("safety", "1", {"label": "Mijlpaal", "scoreMaximum": 100, "resourceLinkId": LINK_ID})
        self.scores_by_column: dict[str, list[Any]] = {}
        self._items: dict[str, Any] = {}

    def line_items_url(self, course: str) -> str:
        return f"{self.site.url}/lineitems?course={course}"

    def members_url(self, course: str) -> str:
        return f"{self.site.url}/members?course={course}"

    def add_column(self, course: str, line_item_id: str, told: Mapping[str, Any]) -> dict[str, Any]:
        item = self.columns[course][line_item_id] = {**told, "id": self._column_url(line_item_id)}
        return item

    def column(self, line_item_id: str) -> dict[str, Any] | None:
        return next((columns[line_item_id] for columns in self.columns.values() if line_item_id in columns), None)

    def addresses(self) -> dict[str, str]:
        columns = self.line_items_url("safety")
        return {"scores": f"{self._column_url('1')}/scores", "members": self.members_url("safety"), "columns": columns}

    def scores(self) -> list[dict[str, Any]]:
        return [score for scores in self.scores_by_column.values() for score in scores]

    def grades(self) -> list[dict[str, Any]]:
        return []

    def kept(self) -> list[dict[str, Any]]:
        return list(self._items.values())

    def start_url(self, person: str) -> str:
        return self._login_url(person, LINK_ID)

    def choose_url(self, person: str) -> str:
        return self._login_url(person, _CHOOSING)

    def placed(self, person: str) -> Given:
        opens = f"/open/{html.escape(person)}"
        links = [
            f'<h2>{html.escape(item["title"])}</h2><a href="{opens}/{link}" target="_blank">Open</a>'
            for link, item in self._items.items()
        ]
        return page("".join(links), LIFTING.title)

    def authorize(self, asked: Asked) -> Given:
        person, hint = asked.query["login_hint"], asked.query["lti_message_hint"]
        launch = MessageLaunch(SchoolRequest(asked), self.configuration)
        launch.set_user_data(person, roles_of(person), PEOPLE[person], f"{person}@example.org")
        launch.set_launch_presentation_claim("iframe")
        if hint == LINK_ID:
            self._set_course(launch, "safety", "1")
            launch.set_resource_link_claim(LINK_ID, title="Mijlpaal")
        elif hint == _CHOOSING:
            self._set_course(launch, "lifting")
            # By its type `extra_data` is a dict; the library sends on what it gets, and the tool takes a text.
            launch.set_dl(f"{self.site.url}/deep-link-return", extra_data=DATA)
        else:
            self._set_course(launch, "lifting", hint)
            item = self._items[hint]
            launch.set_resource_link_claim(hint, title=item["title"])
            launch.set_custom_parameters_claim(item["custom"])
            launch.set_launch_url(item["url"])
        rendered: Given = launch.lti_launch()
        return rendered

    def keys(self, asked: Asked) -> Given:
        return Given(self.configuration.get_jwks())

    def token(self, asked: Asked) -> Given:
        return Given(self.configuration.get_access_token(asked.form))

    def service(self, asked: Asked) -> Given:
        steps = asked.path.strip("/").split("/")
        match asked.method, steps:
            case "GET", ["open", person, link]:
                return Given(status=302, headers={"Location": self._login_url(person, link)})
            case "POST", ["deep-link-return"]:
                return self._deep_linked(asked)
            case "GET", ["members"]:
                roster = Roster(self, asked)
                response = roster.handle_resp(roster.handle_get_members)
            case _, ["lineitems", *rest]:
                response = self._grade(Gradebook(self, asked), asked.method, rest)
            case _:
                return Given(status=404)
        # A page of the library is its content and where the next one is; LTI wants the first as body.
        result = response.result
        is_page = isinstance(result, dict) and "content" in result
        return Given(result["content"] if is_page else result, response.code, response.media_type)

    def _grade(self, gradebook: Gradebook, method: str, steps: list[str]) -> Any:
        """Let the library answer a call of the gradebook."""
        known = {
            ("GET", 0): gradebook.handle_get_lineitems,
            ("POST", 0): gradebook.handle_create_lineitem,
            ("GET", 1): gradebook.handle_get_lineitem,
            ("PUT", 1): gradebook.handle_update_lineitem,
            ("DELETE", 1): gradebook.handle_delete_lineitem,
            ("POST", 2): gradebook.handle_update_score,
            ("GET", 2): gradebook.handle_get_results,
        }
        which = {"line_item_id": steps[0]} if steps else {}
        return gradebook.handle_resp(known[method, len(steps)], **which)

    def _deep_linked(self, asked: Asked) -> Given:
        """Make the links and columns that the library hands over."""
        items = self.configuration.validate_deeplinking_resp(asked.form)
        self._items = {f"placed-{number}": item for number, item in enumerate(items)}
        for link, item in self._items.items():
            if "lineItem" in item:
                self.add_column("lifting", link, {**item["lineItem"], "resourceLinkId": link})
        return page(f"<p>{len(self._items)} links</p>", LIFTING.title)

    def _set_course(self, launch: MessageLaunch, course: str, column: str = "") -> None:
        told: Course = COURSES[course]
        launch.set_launch_context_claim(told.id, context_title=told.title, context_label=told.label)
        item = self._column_url(column) if column in self.columns[course] else None
        launch.set_ags(self.line_items_url(course), item)
        launch.set_nrps(self.members_url(course))

    def _login_url(self, person: str, hint: str) -> str:
        login = Login(None, self.configuration)
        login.set_lti_message_hint(hint=hint)
        return str(login.initiate_login(person))

    def _column_url(self, column: str) -> str:
        return f"{self.site.url}/lineitems/{column}"


if __name__ == "__main__":
    serve(SmallPlatform)
