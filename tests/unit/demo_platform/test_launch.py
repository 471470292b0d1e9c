"""The OIDC round: login initiation, authorisation, the signed message."""

from __future__ import annotations

import re
from datetime import timedelta

import jwt
import pytest

LTI = "https://purl.imsglobal.org/spec/lti/claim"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
LAUNCH_URL = "http://127.0.0.1:8701/lti/launch"


def test_login_is_posted_to_the_tool_when_a_launch_begins(visit):
    page = visit.client.get("/as/zoe/launch")
    fields = visit.begin_launch()

    assert 'method="post" action="http://127.0.0.1:8701/lti/login"' in page.text
    assert fields == {
        "iss": "http://localhost:8700",
        "target_link_uri": LAUNCH_URL,
        "login_hint": "5",
        "lti_message_hint": fields["lti_message_hint"],
        "client_id": "demo-client",
        "lti_deployment_id": "1",
    }


def test_form_works_without_script_when_the_button_is_used(visit):
    page = visit.client.get("/as/zoe/launch")

    assert '<button type="submit">' in page.text
    nonce = re.search(r'<script nonce="([^"]+)">', page.text).group(1)
    assert f"script-src 'nonce-{nonce}'" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]


def test_message_has_the_shape_of_moodle_when_a_learner_launches(visit, clock):
    claims = visit.launch("zoe")

    now = int(clock.now().timestamp())
    issuer = "http://localhost:8700"
    assert claims == {
        "iss": issuer,
        "aud": "demo-client",
        "sub": "5",
        "iat": now,
        "exp": now + 60,
        "nonce": "nonce-of-the-tool",
        "name": "Zoë Yılmaz",
        "given_name": "Zoë",
        "family_name": "Yılmaz",
        "email": "zoe@example.org",
        f"{LTI}/message_type": "LtiResourceLinkRequest",
        f"{LTI}/version": "1.3.0",
        f"{LTI}/deployment_id": "1",
        f"{LTI}/target_link_uri": LAUNCH_URL,
        f"{LTI}/context": {
            "id": "2",
            "label": "DIGI1",
            "title": "Digitale basis",
            "type": ["CourseSection"],
        },
        f"{LTI}/resource_link": {"id": "1", "title": "Mijlpaal", "description": ""},
        f"{LTI}/roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        f"{LTI}/custom": {"context_memberships_url": f"{issuer}/lti/services/CourseSection/2/bindings/1/memberships"},
        f"{LTI}/ext": {"lms": "mijlpaal-demo", "user_username": "zoe"},
        f"{LTI}/launch_presentation": {
            "document_target": "iframe",
            "locale": "nl",
            "return_url": f"{issuer}/as/zoe/return",
        },
        f"{LTI}/lis": {"course_section_sourcedid": "", "person_sourcedid": ""},
        f"{LTI}/tool_platform": {
            "description": "Demo-school",
            "guid": claims[f"{LTI}/tool_platform"]["guid"],
            "name": "Demo-school",
            "product_family_code": "mijlpaal-demo",
            "version": "1.0",
        },
        AGS: {
            "lineitem": f"{issuer}/lti/services/2/lineitems/1/lineitem?type_id=1",
            "lineitems": f"{issuer}/lti/services/2/lineitems?type_id=1",
            "scope": [
                f"https://purl.imsglobal.org/spec/lti-ags/scope/{name}"
                for name in ("lineitem", "lineitem.readonly", "result.readonly", "score")
            ],
        },
        NRPS: {
            "context_memberships_url": f"{issuer}/lti/services/CourseSection/2/bindings/1/memberships",
            "service_versions": ["1.0", "2.0"],
        },
    }


def test_header_names_algorithm_and_key_when_a_message_is_signed(visit):
    page = visit.client.post("/lti/authorize", data=visit.authorization_parameters())

    id_token = re.search(r'name="id_token" value="([^"]+)"', page.text).group(1)
    header = jwt.get_unverified_header(id_token)
    assert header["alg"] == "RS256"
    assert header["kid"] == visit.client.get("/lti/jwks").json["keys"][0]["kid"]
    assert f'action="{LAUNCH_URL}"' in page.text


@pytest.mark.parametrize(
    ("key", "roles"),
    [
        ("mila", ["#Instructor"]),
        ("sam", ["#Instructor", "/Instructor#TeachingAssistant"]),
        ("layla", ["#Learner"]),
    ],
)
def test_roles_are_full_addresses_when_launched_as(visit, key, roles):
    prefix = "http://purl.imsglobal.org/vocab/lis/v2/membership"

    assert visit.launch(key)[f"{LTI}/roles"] == [f"{prefix}{role}" for role in roles]


def test_email_is_left_out_when_the_learner_has_none(visit):
    assert "email" not in visit.launch("fatma")


@pytest.mark.parametrize(
    ("key", "query", "locale"),
    [
        ("zoe", "", "nl"),
        ("sam", "", "en"),
        ("zoe", "?lang=en", "en"),
        ("zoe", "?locale=ar", "ar"),
        ("zoe", "?locale=pt-BR&lang=en", "pt-BR"),
        ("zoe", "?locale=%22%3E", "nl"),
    ],
)
def test_locale_travels_with_the_launch_when_asked_for(visit, key, query, locale):
    assert visit.launch(key, query)[f"{LTI}/launch_presentation"]["locale"] == locale


def test_document_target_is_window_when_opened_in_a_new_window(visit):
    presentation = visit.launch("zoe", "?target=window")[f"{LTI}/launch_presentation"]

    assert presentation["document_target"] == "window"


def test_line_item_is_left_out_when_the_link_has_two(visit):
    body = {"label": "Tweede", "scoreMaximum": 10, "resourceLinkId": "1"}
    visit.send("POST", "/lti/services/2/lineitems?type_id=1", body, "application/vnd.ims.lis.v2.lineitem+json")

    assert "lineitem" not in visit.launch()[AGS]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", "somebody-else"),
        ("client_id", None),
        ("redirect_uri", "http://127.0.0.1:8701/lti/launch/"),
        ("redirect_uri", "http://127.0.0.1:8701/lti/launch?x=1"),
        ("redirect_uri", "https://evil.example/lti/launch"),
        ("redirect_uri", None),
        ("redirect_uri", [LAUNCH_URL, "https://evil.example/"]),
    ],
)
def test_nothing_is_posted_when_client_or_address_is_not_registered(visit, name, value):
    page = visit.client.get("/lti/authorize", query_string=visit.authorization_parameters(**{name: value}))

    assert page.status_code == 400
    assert "<form" not in page.text
    assert f"<code>{name}</code>" in page.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "openid profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"response_type": "code"}, "unsupported_response_type"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"response_mode": None}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": ["a", "b"]}, "invalid_request"),
        ({"login_hint": None}, "invalid_request"),
        ({"login_hint": "6"}, "access_denied"),
        ({"lti_message_hint": None}, "invalid_request"),
        ({"lti_message_hint": "made up"}, "invalid_request"),
        ({"lti_message_hint": '{"launchid":"made up"}'}, "invalid_request"),
        ({"lti_message_hint": "[]"}, "invalid_request"),
        ({"lti_message_hint": "[" * 100_000}, "invalid_request"),
    ],
)
def test_error_is_posted_to_the_tool_when_the_request_is_wrong(visit, changes, error):
    page = visit.client.post("/lti/authorize", data=visit.authorization_parameters(**changes))

    assert f'action="{LAUNCH_URL}"' in page.text
    assert f'name="error" value="{error}"' in page.text
    assert 'name="error_description"' in page.text
    assert 'name="state" value="state-of-the-tool"' in page.text
    assert 'name="id_token"' not in page.text


def test_error_is_posted_without_state_when_the_state_is_missing(visit):
    page = visit.client.get("/lti/authorize", query_string=visit.authorization_parameters(state=None))

    assert 'name="error" value="invalid_request"' in page.text
    assert 'name="state"' not in page.text


def test_prompt_may_be_absent_when_a_launch_is_asked_for(visit):
    page = visit.client.get("/lti/authorize", query_string=visit.authorization_parameters(prompt=None))

    assert 'name="id_token"' in page.text


def test_hint_is_refused_when_it_is_too_old(visit, clock):
    parameters = visit.authorization_parameters()
    clock.at += timedelta(minutes=11)

    page = visit.client.get("/lti/authorize", query_string=parameters)

    assert 'name="error" value="login_required"' in page.text


def test_hint_is_refused_when_its_signature_is_another(visit):
    parameters = visit.authorization_parameters()
    forged = jwt.encode({"aud": "message-hint", "sub": "5", "exp": 9999999999}, "x" * 64, "HS256")
    parameters["lti_message_hint"] = f'{{"launchid":"{forged}"}}'

    page = visit.client.get("/lti/authorize", query_string=parameters)

    assert 'name="error" value="invalid_request"' in page.text


def test_state_is_escaped_when_it_holds_markup(visit):
    page = visit.client.get(
        "/lti/authorize", query_string=visit.authorization_parameters(state='"><script>alert(1)</script>')
    )

    assert "<script>alert" not in page.text


def test_two_people_do_not_mix_when_open_in_one_browser(visit):
    zoe, ahmed = visit.authorization_parameters("zoe"), visit.authorization_parameters("ahmed")

    pages = [visit.client.get("/lti/authorize", query_string=p) for p in (zoe, ahmed)]

    tokens = [re.search(r'name="id_token" value="([^"]+)"', page.text).group(1) for page in pages]
    assert [visit.verified_claims(token)["sub"] for token in tokens] == ["5", "6"]
    assert all("Set-Cookie" not in page.headers for page in pages)


def test_launch_is_missing_when_nobody_has_that_name(visit):
    assert visit.client.get("/as/nobody/launch").status_code == 404
