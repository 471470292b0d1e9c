"""A small platform made with lti1p3platform, on loopback: launch, tokens, gradebook and roster are the library's."""

from __future__ import annotations

import json
from typing import Any

from lti1p3platform.exceptions import LineItemNotFoundException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.membership import Context
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request, TRequest
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService, NamesRoleProvisioningService, TPage
from school_server import (
    CLIENT_ID,
    CONTEXT_ID,
    CONTEXT_TITLE,
    DEPLOYMENT_ID,
    LINK_ID,
    PEOPLE,
    Asked,
    Given,
    Launch,
    Platform,
    Site,
    serve,
)

_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


def roles_of(person: str) -> list[str]:
    return [f"{_ROLE}{'Instructor' if person == 'teacher' else 'Learner'}"]


class SchoolRequest(Request):
    def build_metadata(self, request: Asked) -> TRequest:
        return {
            "method": request.method,
            "form_data": request.form,
            "get_data": request.query,
            "headers": request.headers,
            "content_type": request.headers.get("Content-Type"),
            "path": request.path,
            "json": json.loads(request.body) if "json" in request.headers.get("Content-Type", "") else None,
        }


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
    def render_launch_form(self, launch_data: dict[str, Any], **_kwargs: Any) -> Launch:
        return Launch(launch_data["launch_url"], launch_data["id_token"], launch_data["state"])


class Gradebook(AssignmentsGradesService):
    def __init__(self, school: Platform, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._school = school
        url = school.site.line_item_url
        self._item = {"id": url, "label": "Mijlpaal", "scoreMaximum": 100, "resourceLinkId": LINK_ID}

    def find_lineitems(self, **_kwargs: Any) -> TPage:
        return {"content": [self._item], "has_next": False}

    def find_lineitem(self, line_item_id: str) -> Any:
        if line_item_id != "1":
            raise LineItemNotFoundException
        return self._item

    def create_lineitem(self, creation_data: Any) -> Any:
        raise NotImplementedError

    def update_lineitem(self, update_data: Any) -> Any:
        raise NotImplementedError

    def delete_lineitem(self, line_item_id: str) -> None:
        raise NotImplementedError

    def update_score(self, line_item_id: str, score: Any) -> UpdateScoreStatus:
        self.find_lineitem(line_item_id)
        self._school.scores.append(score)
        return UpdateScoreStatus.SUCCESS

    def get_results(self, line_item_id: str, **kwargs: Any) -> TPage:
        self.find_lineitem(line_item_id)
        return {"content": self._school.results(kwargs.get("user_id", "")), "has_next": False}


class Roster(NamesRoleProvisioningService):
    def get_context_by_id(self) -> Context:
        return Context(CONTEXT_ID, "VW", CONTEXT_TITLE)

    def is_resource_link_valid(self, context_id: str, resource_link_id: str) -> bool:
        return (context_id, resource_link_id) == (CONTEXT_ID, LINK_ID)

    def get_member_data_page(self, **_kwargs: Any) -> TPage:
        members = [{"user_id": person, "roles": roles_of(person), "name": name} for person, name in PEOPLE.items()]
        return {"content": members, "has_next": False}


class SmallPlatform(Platform):
    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._configuration = Configuration(site=site)

    def start_url(self, person: str, *, deep_linking: bool) -> str:
        login = Login(None, self._configuration)
        login.set_lti_message_hint(hint="deep-linking" if deep_linking else LINK_ID)
        return str(login.initiate_login(person))

    def authorize(self, asked: Asked) -> Launch:
        person = asked.query["login_hint"]
        launch = MessageLaunch(SchoolRequest(asked), self._configuration)
        launch.set_user_data(person, roles_of(person), PEOPLE[person], f"{person}@example.org")
        launch.set_launch_context_claim(CONTEXT_ID, context_title=CONTEXT_TITLE, context_label="VW")
        launch.set_launch_presentation_claim("iframe")
        if asked.query["lti_message_hint"] == "deep-linking":
            launch.set_dl(self.site.deep_link_return_url)
        else:
            launch.set_resource_link_claim(LINK_ID, title="Mijlpaal")
            launch.set_ags(self.site.line_items_url, self.site.line_item_url)
            launch.set_nrps(self.site.members_url)
        rendered: Launch = launch.lti_launch()
        return rendered

    def keys(self) -> Any:
        return self._configuration.get_jwks()

    def token(self, form: dict[str, str]) -> Any:
        return self._configuration.get_access_token(form)

    def service(self, asked: Asked) -> Given:
        request, site = SchoolRequest(asked), self.site
        gradebook = Gradebook(self, request, self._configuration, site.line_items_url, site.line_item_url)
        roster = Roster(request, self._configuration, site.members_url)
        steps = asked.path.strip("/").split("/")
        match asked.method, steps:
            case "GET", ["members"]:
                response = roster.handle_resp(roster.handle_get_members)
            case "GET", ["lineitems"]:
                response = gradebook.handle_resp(gradebook.handle_get_lineitems)
            case "POST", ["lineitems", item, "scores"]:
                response = gradebook.handle_resp(gradebook.handle_update_score, line_item_id=item)
            case "GET", ["lineitems", item, "results"]:
                response = gradebook.handle_resp(gradebook.handle_get_results, line_item_id=item)
            case _:
                return Given(status=404)
        # A page of the library is its content and where the next one is; LTI wants the first as body.
        page = response.result
        is_page = isinstance(page, dict) and "content" in page
        return Given(page["content"] if is_page else page, response.code, response.media_type)

    def deep_linked(self, form: dict[str, str]) -> Any:
        return self._configuration.validate_deeplinking_resp(form)


if __name__ == "__main__":
    serve(SmallPlatform)
