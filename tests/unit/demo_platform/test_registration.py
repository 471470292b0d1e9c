"""A tool registers itself, waits, is activated, and works beside the preset one."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest

from tests.unit.demo_platform.classroom import (
    AGS,
    DL,
    ITEM_TYPE,
    LTI,
    NRPS,
    REGISTRATION,
    TOOL_CONFIGURATION,
    link,
)

CONFIGURATION = "/lti/openid-configuration"
SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope"
ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
CHOOSE_SECOND = "/as/mila/courses/2/deep-linking/launch?tool=2"


@pytest.fixture
def second(classroom):
    """A second tool, activated; its client id."""
    answer = classroom.register(scope=f"{SCOPE}/lineitem {ROSTER}")
    assert answer.status_code == 200, answer.status
    classroom.pull("activate", tool=2)
    return answer.json["client_id"]


class TestConfiguration:
    def test_it_has_the_shape_of_moodle_when_anybody_reads_it(self, client):
        told = client.get(CONFIGURATION).json

        issuer = "http://localhost:8700"
        assert told["issuer"] == issuer
        for name, path in (
            ("token_endpoint", "/lti/token"),
            ("jwks_uri", "/lti/jwks"),
            ("authorization_endpoint", "/lti/authorize"),
            ("registration_endpoint", REGISTRATION),
        ):
            assert told[name] == f"{issuer}{path}"
        platform = told["https://purl.imsglobal.org/spec/lti-platform-configuration"]
        assert platform["messages_supported"] == [
            {"type": "LtiResourceLinkRequest"},
            {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
        ]
        assert "Context.id.history" in platform["variables"]
        assert len(platform["variables"]) == 40
        assert f"{SCOPE}/lineitem" in told["scopes_supported"]


class TestToken:
    def test_it_is_signed_by_the_platform_for_an_hour(self, classroom, clock):
        token = classroom.registration_token()
        (key,) = classroom.client.get("/lti/jwks").json["keys"]

        options = {"verify_exp": False, "verify_iat": False}
        claims = jwt.decode(token, jwt.PyJWK(key), ["RS256"], options=options)

        now = int(clock.now().timestamp())
        assert (claims["scope"], claims["iat"], claims["exp"]) == ("reg", now, now + 3600)
        assert classroom.register(token).json["client_id"] == claims["sub"]

    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic x"}, {"Authorization": "bearer"}])
    def test_registration_is_refused_when_it_is_missing(self, client, headers):
        answer = client.post(REGISTRATION, json={}, headers=headers)

        assert (answer.status, answer.text) == ("401 missing_registration_token", "missing_registration_token")

    @pytest.mark.parametrize("token", ["x", "a.b.c", jwt.encode({"sub": "x", "scope": "reg", "exp": 2**40}, "k" * 64)])
    def test_registration_is_refused_when_it_is_not_of_the_platform(self, classroom, token):
        assert classroom.register(token).status_code == 401

    def test_registration_is_refused_when_it_was_used(self, classroom):
        token = classroom.registration_token()
        assert classroom.register(token).status_code == 200

        assert classroom.register(token).status == "401 token_already_used"
        assert len(classroom.client.get("/control/tools").json) == 2

    def test_it_stays_good_when_the_registration_was_wrong(self, classroom):
        token = classroom.registration_token()

        assert classroom.register(token, client_name=None).status_code == 400
        assert classroom.register(token).status_code == 200

    def test_registration_is_refused_when_its_hour_is_over(self, classroom, clock):
        token = classroom.registration_token()
        clock.at += timedelta(hours=1)

        assert classroom.register(token).status_code == 401
        assert len(classroom.client.get("/control/tools").json) == 1

    def test_registration_cannot_be_looked_up_with_a_token_for_a_new_tool(self, classroom):
        headers = {"Authorization": f"Bearer {classroom.registration_token()}"}

        assert classroom.client.get(REGISTRATION, headers=headers).status_code == 403


class TestWrongRegistration:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            *(
                ({name: None}, f"missing required attribute {name}")
                for name in (
                    *("response_types", "initiate_login_uri", "redirect_uris", "client_name", "jwks_uri"),
                    *("token_endpoint_auth_method", TOOL_CONFIGURATION),
                )
            ),
            ({"response_types": ["code"]}, "invalid_response_types"),
            ({"response_types": "id_token"}, "invalid_response_types"),
            ({"application_type": "native"}, "invalid_application_type"),
            ({"token_endpoint_auth_method": "client_secret_basic"}, "invalid_token_endpoint_auth_method"),
            ({"redirect_uris": "http://127.0.0.1:8701/lti/launch"}, "invalid_redirect_uris"),
            ({"redirect_uris": [5]}, "invalid_redirect_uris"),
            ({"client_name": 5}, "missing required attribute client_name"),
            ({"configuration": {"domain": None}}, "missing_domain"),
            ({"configuration": {"domain": "elsewhere.example"}}, "domain_targetlinkuri_mismatch"),
        ],
        ids=str,
    )
    def test_reason_of_moodle_is_given(self, classroom, changes, reason):
        answer = classroom.register(**changes)

        assert (answer.status, answer.text) == (f"400 {reason}", reason)
        assert len(classroom.client.get("/control/tools").json) == 1

    @pytest.mark.parametrize("body", [b"", b"[]", b"5", b"{", b'{"client_name": NaN}'])
    def test_body_is_refused_when_it_is_no_registration(self, classroom, body):
        headers = {"Authorization": f"Bearer {classroom.registration_token()}"}

        assert classroom.client.post(REGISTRATION, data=body, headers=headers).status_code == 400

    def test_www_does_not_count_in_a_domain(self, classroom):
        told = {"domain": "www.127.0.0.1:8701"}

        assert classroom.register(configuration=told).status_code == 200


class TestWaitingTool:
    def test_answer_names_client_and_deployment(self, classroom):
        answered = classroom.register().json

        assert len(answered["client_id"]) == 15
        assert answered[TOOL_CONFIGURATION]["deployment_id"] == "2"
        assert answered[TOOL_CONFIGURATION]["custom_parameters"] == {"context_history": "$Context.id.history"}
        assert answered["redirect_uris"] == ["http://127.0.0.1:8701/lti/launch"]

    def test_nothing_works_until_it_is_activated(self, classroom, visit):
        client_id = classroom.register().json["client_id"]

        assert classroom.client.get(CHOOSE_SECOND).status_code == 404
        assert (
            visit.token_answer(client_assertion=visit.tool.assertion(iss=client_id, sub=client_id)).status_code == 400
        )
        parameters = visit.authorization_parameters(client_id=client_id)
        page = classroom.client.get("/lti/authorize", query_string=parameters)
        assert (page.status_code, "<form" in page.text) == (400, False)
        assert "Tweede tool kiezen" not in classroom.client.get("/as/mila/activities/new").text

    def test_it_is_activated_on_its_page(self, classroom):
        classroom.register()
        page = classroom.client.get("/as/noor/tools").text
        assert "wacht op activering" in page
        assert 'action="/as/noor/tools/2/activate"' in page

        assert classroom.client.post("/as/noor/tools/2/activate").status_code == 303

        assert "wacht op activering" not in classroom.client.get("/as/noor/tools").text
        assert classroom.client.get(CHOOSE_SECOND).status_code == 200
        # Activated, and not in the chooser of activities: an administrator has to say that apart, as on Moodle.
        assert "Tweede tool kiezen" not in classroom.client.get("/as/mila/activities/new").text
        classroom.client.post("/as/noor/tools/2", data={"active": "1", "in_chooser": "1", "grades": "manage"})
        assert "Tweede tool kiezen" in classroom.client.get("/as/mila/activities/new").text

    def test_activities_close_when_it_is_put_out_of_use(self, classroom, second):
        classroom.choose_as(second)
        assert classroom.client.get("/as/zoe/activities/2/launch").status_code == 200

        classroom.pull("activate", tool=2, active="0")

        page = classroom.client.get("/as/zoe/activities/2/launch")
        assert page.status_code == 403
        assert "Dit programma is niet in gebruik" in page.text

    def test_its_things_are_gone_when_it_is_deleted(self, classroom, second, visit):
        classroom.choose_as(second)
        headers = classroom.bearer_of(second)

        assert classroom.client.post("/as/noor/tools/2/delete").status_code == 303

        assert classroom.client.get("/as/mila/course").status_code == 200
        assert classroom.client.get("/as/zoe/activities/2/launch").status_code == 403
        assert classroom.client.get("/lti/services/2/lineitems?type_id=2", headers=headers).status_code == 401
        classroom.register()
        assert classroom.client.get("/control/tools").json[-1]["id"] == 3

    def test_preset_tool_cannot_be_deleted(self, client):
        assert client.post("/as/noor/tools/1/delete").status_code == 400
        assert "/as/noor/tools/1/delete" not in client.get("/as/noor/tools/1").text


class TestTwoTools:
    def test_launch_is_for_the_tool_of_the_activity(self, classroom, second):
        classroom.choose_as(second)

        claims = classroom.launch_at("/as/zoe/activities/2/launch", client_id=second)

        assert claims[f"{LTI}/deployment_id"] == "2"
        assert claims[AGS]["lineitems"].endswith("/lti/services/2/lineitems?type_id=2")
        assert claims[NRPS]["context_memberships_url"].endswith("/bindings/2/memberships")
        assert claims[f"{LTI}/custom"]["context_history"] == ""
        assert claims[f"{LTI}/tool_platform"]["product_family_code"] == "moodle"
        assert classroom.visit.launch()[f"{LTI}/deployment_id"] == "1"

    def test_deep_linking_goes_to_its_own_address(self, classroom, second):
        claims = classroom.launch_at(CHOOSE_SECOND, client_id=second)

        assert claims[f"{LTI}/target_link_uri"] == "http://127.0.0.1:8701/choose"

    def test_answer_to_one_is_refused_from_the_other(self, classroom, second):
        claims = classroom.launch_at(CHOOSE_SECOND, client_id=second)
        url = claims[f"{DL}/deep_linking_settings"]["deep_link_return_url"]

        assert classroom.send_answer(url, classroom.answer([link()])).status_code == 400

    def test_message_hint_of_one_does_not_open_the_other(self, classroom, second, visit):
        page = classroom.client.get("/lti/authorize", query_string=visit.authorization_parameters(client_id=second))

        assert 'name="error" value="access_denied"' in page.text

    def test_each_sees_its_own_columns_only(self, classroom, second, visit):
        classroom.choose_as(second)
        headers = classroom.bearer_of(second)
        theirs = classroom.client.get("/lti/services/2/lineitems?type_id=2", headers=headers).json

        assert [item["resourceLinkId"] for item in theirs] == ["2"]
        assert [item["resourceLinkId"] for item in classroom.items()] == ["1"]
        ours = classroom.items()[0]["id"]
        assert classroom.client.get(ours, headers=headers).status_code == 401
        assert classroom.client.get(ours.replace("type_id=1", "type_id=2"), headers=headers).status_code == 404
        body = {"label": "x", "scoreMaximum": 1, "resourceLinkId": "1"}
        posted = classroom.client.post(
            "/lti/services/2/lineitems?type_id=2", json=body, headers={**headers, "Content-Type": ITEM_TYPE}
        )
        assert posted.status_code == 403

    def test_each_has_its_own_roster_address(self, classroom, second):
        classroom.choose_as(second)
        headers = classroom.bearer_of(second)

        def status(url):
            return classroom.client.get(f"/lti/services/CourseSection/2/bindings/{url}", headers=headers).status_code

        assert status("2/memberships") == 200
        assert status("1/memberships") == 404
        assert status("2/memberships?rlid=2") == 200
        assert status("2/memberships?rlid=1") == 404


class TestWhatIsTold:
    def test_names_and_addresses_stay_here_when_the_tool_did_not_ask(self, classroom):
        client_id = classroom.register(configuration={"claims": ["sub"]}, scope=ROSTER).json["client_id"]
        classroom.pull("activate", tool=2)
        classroom.choose_as(client_id)

        claims = classroom.launch_at("/as/zoe/activities/2/launch", client_id=client_id)

        assert not {"name", "given_name", "family_name", "email"} & claims.keys()
        assert AGS not in claims
        url = "/lti/services/CourseSection/2/bindings/2/memberships"
        (member, *_) = classroom.client.get(url, headers=classroom.bearer_of(client_id, ROSTER)).json["members"]
        assert member == {
            "user_id": "3",
            "roles": ["Instructor"],
            "status": "Active",
            "lis_person_sourcedid": "",
        }

    @pytest.mark.parametrize(
        ("typed", "scopes", "names", "roster"),
        [
            ({"grades": "read", "roster": "1"}, ["lineitem.readonly", "result.readonly", "score"], False, True),
            ({"grades": "none", "names": "1"}, None, True, False),
        ],
    )
    def test_administrator_decides_what_a_launch_says(self, classroom, visit, typed, scopes, names, roster):
        form = {"active": "1", "custom": "a=$User.id\r\nb=2", **typed}
        assert classroom.client.post("/as/noor/tools/1", data=form).status_code == 303

        claims = visit.launch()

        found = sorted(scope.rpartition("/")[2] for scope in claims[AGS]["scope"]) if AGS in claims else None
        assert (found, "name" in claims, NRPS in claims) == (scopes, names, roster)
        assert (claims[f"{LTI}/custom"]["a"], claims[f"{LTI}/custom"]["b"]) == ("5", "2")

    def test_settings_of_the_preset_tool_stay_when_the_platform_starts_again(self, classroom, visit, settings):
        classroom.client.post("/as/noor/tools/1", data={"active": "1", "grades": "none", "custom": "a=1"})

        visit.restart(settings)

        assert AGS not in visit.launch()
        assert visit.launch()[f"{LTI}/custom"] == {"a": "1"}


class TestRegisteringAgain:
    def test_tool_is_changed_and_stays_active(self, classroom, second):
        token = classroom.registration_token(2)
        answer = classroom.register(token, client_name="Nieuwe naam", configuration={"custom_parameters": {"x": "1"}})

        assert (answer.status_code, answer.json["client_id"]) == (200, second)
        tools = classroom.client.get("/control/tools").json
        assert [(tool["id"], tool["name"], tool["active"]) for tool in tools] == [
            (1, "Mijlpaal", True),
            (2, "Nieuwe naam", True),
        ]
        assert tools[1]["custom"] == "x=1"

    def test_registration_can_be_looked_up(self, classroom, second):
        headers = {"Authorization": f"Bearer {classroom.registration_token(2)}"}

        assert classroom.client.get(REGISTRATION, headers=headers).json["client_id"] == second

    def test_token_is_refused_when_the_tool_is_gone(self, classroom, second):
        token = classroom.registration_token(2)
        classroom.client.post("/as/noor/tools/2/delete")

        assert classroom.register(token).status_code == 403


class TestPageOfTheAdministrator:
    def test_address_is_opened_in_a_frame_with_configuration_and_token(self, client):
        page = client.get("/as/noor/tools/register", query_string={"address": "http://127.0.0.1:8701/reg/s?x=1 "})

        assert page.status_code == 200
        assert (
            'src="http://127.0.0.1:8701/reg/s?x=1&amp;openid_configuration='
            "http%3A%2F%2Flocalhost%3A8700%2Flti%2Fopenid-configuration&amp;registration_token=ey" in page.text
        )

    def test_policy_allows_the_host_of_the_address(self, client):
        address = {"address": "https://tool.example/register"}
        policy = client.get("/as/noor/tools/register", query_string=address).headers["Content-Security-Policy"]

        assert "frame-src 'self' http://127.0.0.1:8701 https://tool.example;" in policy

    @pytest.mark.parametrize(
        "address", ["", "tool.example", "javascript:alert(1)", "http://x;y/", "http://[", "http://"]
    )
    def test_form_comes_back_when_the_address_is_none(self, client, address):
        page = client.get("/as/noor/tools/register", query_string={"address": address})

        assert page.status_code == 400
        assert "Dit is geen webadres." in page.text
        assert "<iframe" not in page.text

    @pytest.mark.parametrize("path", ["tools/9", "tools/x", "tools/register?address=http://x/&tool=9"])
    def test_page_is_missing_when_there_is_no_such_tool(self, client, path):
        assert client.get(f"/as/noor/{path}").status_code == 404

    @pytest.mark.parametrize("path", ["tools/1", "tools/1/activate", "tools/1/delete"])
    def test_forms_are_closed_when_another_site_sends_them(self, client, path):
        page = client.post(f"/as/noor/{path}", data={"grades": "none"}, headers={"Origin": "http://127.0.0.1:8701"})

        assert page.status_code == 403

    def test_settings_are_refused_when_the_level_makes_no_sense(self, client):
        assert client.post("/as/noor/tools/1", data={"grades": "all"}).status_code == 400
