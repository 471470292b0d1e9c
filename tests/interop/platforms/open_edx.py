"""Open edX's own LTI platform (lti-consumer-xblock), outside Open edX, on loopback.

The library has the launch, the tokens and the claims of the services; where scores and members are kept is Open edX's
database, for which a list stands in here. What may be read and written is asked of the library.
"""

from __future__ import annotations

import json
from typing import Any

import django
from django.conf import settings

settings.configure(
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    SECRET_KEY="only-for-this-run",
    INSTALLED_APPS=[],
    USE_TZ=True,
    PLATFORM_NAME="Open edX",
    OPENEDX_TELEMETRY=[],
)
django.setup()

from lti_consumer.data import Lti1p3LaunchData  # noqa: E402
from lti_consumer.lti_1p3.constants import LTI_1P3_CONTEXT_ROLE_MAP, LTI_1P3_CONTEXT_TYPE  # noqa: E402
from lti_consumer.lti_1p3.consumer import LtiAdvantageConsumer  # noqa: E402
from school_server import (  # noqa: E402
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
    serve,
)

ROLES = {"teacher": "instructor"}
_SCOPES = "https://purl.imsglobal.org/spec/lti-ags/scope/"
_MEMBERS_MEDIA = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def role_of(person: str) -> str:
    return ROLES.get(person, "student")


class OpenEdx(Platform):
    def _consumer(self) -> LtiAdvantageConsumer:
        """Return a consumer as Open edX builds one for each request."""
        site = self.site
        consumer = LtiAdvantageConsumer(
            iss=site.url,
            lti_oidc_url=site.login_url,
            lti_launch_url=site.launch_url,
            client_id=CLIENT_ID,
            deployment_id=DEPLOYMENT_ID,
            rsa_key=site.private_key,
            rsa_key_id="open-edx-key",
            redirect_uris=[site.launch_url],
            tool_keyset_url=site.tool_keys_url,
        )
        consumer.enable_ags(lineitems_url=site.line_items_url, lineitem_url=site.line_item_url)
        consumer.enable_nrps(site.members_url)
        consumer.enable_deep_linking(site.launch_url, site.deep_link_return_url)
        return consumer

    def start_url(self, person: str, *, deep_linking: bool) -> str:
        launch = Lti1p3LaunchData(
            user_id=person,
            user_role=role_of(person),
            config_id="config",
            resource_link_id=LINK_ID,
            message_type="LtiDeepLinkingRequest" if deep_linking else "LtiResourceLinkRequest",
        )
        return str(self._consumer().prepare_preflight_url(launch))

    def authorize(self, asked: Asked) -> Launch:
        person = asked.query["login_hint"]
        consumer = self._consumer()
        consumer.set_user_data(
            user_id=person, role=role_of(person), full_name=PEOPLE[person], email_address=f"{person}@example.org"
        )
        consumer.set_resource_link_claim(LINK_ID, title="Mijlpaal")
        consumer.set_launch_presentation_claim(document_target="iframe")
        consumer.set_context_claim(CONTEXT_ID, [LTI_1P3_CONTEXT_TYPE.course_offering], CONTEXT_TITLE, "VW")
        request = consumer.generate_launch_request(asked.query)
        return Launch(asked.query["redirect_uri"], request["id_token"], request["state"])

    def keys(self) -> Any:
        return self._consumer().get_public_keyset()

    def token(self, form: dict[str, str]) -> Any:
        return self._consumer().access_token(form)

    def service(self, asked: Asked) -> Given:
        consumer = self._consumer()
        kind, _, token = asked.headers.get("Authorization", "").partition(" ")

        def may(*scopes: str) -> bool:
            return kind == "Bearer" and bool(consumer.check_token(token, list(scopes)))

        match asked.method, asked.path:
            case "POST", "/lineitems/1/scores" if may(f"{_SCOPES}score"):
                self.scores.append(json.loads(asked.body))
                return Given(status=200)
            case "GET", "/lineitems" if may(f"{_SCOPES}lineitem", f"{_SCOPES}lineitem.readonly"):
                item = {"id": self.site.line_item_url, "label": "Mijlpaal", "scoreMaximum": 100}
                return Given([item | {"resourceLinkId": LINK_ID}])
            case "GET", "/lineitems/1/results" if may(f"{_SCOPES}result.readonly"):
                return Given(self.results(asked.query.get("user_id", "")))
            case "GET", "/members" if may(*consumer.lti_nrps.get_available_scopes()):
                members = [
                    {"user_id": person, "status": "Active", "roles": LTI_1P3_CONTEXT_ROLE_MAP[role_of(person)]}
                    | {"name": name}
                    for person, name in PEOPLE.items()
                ]
                context = {"id": CONTEXT_ID, "title": CONTEXT_TITLE}
                return Given(
                    {"id": self.site.members_url, "context": context, "members": members}, media_type=_MEMBERS_MEDIA
                )
        return Given({"error": "no"}, status=401)

    def deep_linked(self, form: dict[str, str]) -> Any:
        return self._consumer().check_and_decode_deep_linking_token(form["JWT"])


if __name__ == "__main__":
    serve(OpenEdx)
