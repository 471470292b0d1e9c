"""Launches, good and bad, against a real key set on loopback.

The cases of the certification suite have their numbers (https://www.imsglobal.org/spec/lti/v1p3/cert/): C are bad
payloads, T launches of a teacher and S of a student. The rest is what the suite does not ask.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from lti_tool.lti.claims import CONTEXT
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.keys import load_private_key
from lti_tool.lti.roles import PrincipalRole
from tests.factories.launch import (
    ABSENT,
    CLIENT_ID,
    INSTRUCTOR,
    ISSUER,
    LEARNER,
    NONCE,
    NOW,
    PlatformKeys,
    make_launch_payload,
    platform_keys,
)
from tests.unit.lti_tool.launching_platform import Platform

SECOND = timedelta(seconds=1)
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
MENTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"
IAT = int(NOW.timestamp())


# Bad payloads of the suite


def test_c1_launch_is_refused_when_the_key_id_is_absent(platform: Platform) -> None:
    assert platform.refusal({"kid": ABSENT}) is LaunchRefusal.NO_KEY_ID


def test_c2_launch_is_refused_when_the_key_id_is_unknown(platform: Platform) -> None:
    assert platform.refusal({"kid": "imstester_66067"}) is LaunchRefusal.KEY_UNKNOWN


def test_c3_launch_is_refused_when_the_version_is_another(platform: Platform) -> None:
    assert platform.refusal(version="11.3") is LaunchRefusal.WRONG_VERSION


def test_c4_launch_is_refused_when_the_version_is_absent(platform: Platform) -> None:
    assert platform.refusal(version=ABSENT) is LaunchRefusal.MISSING_CLAIM


def test_c5_launch_is_refused_when_the_payload_is_not_lti(platform: Platform) -> None:
    token = platform.keys.sign({"name": "badltilaunch"})

    assert platform.refusal_of_token(token) is LaunchRefusal.MISSING_CLAIM


@pytest.mark.parametrize(
    "left_out",
    [("aud", "iss", "sub", "deployment_id", "roles"), ("message_type", "version", "roles")],
    ids=["parties", "message"],
)
def test_c6_launch_is_refused_when_several_claims_are_absent(platform: Platform, left_out: tuple[str, ...]) -> None:
    assert platform.refusal(**dict.fromkeys(left_out, ABSENT)) is LaunchRefusal.MISSING_CLAIM


def test_c7_launch_is_refused_when_its_times_are_long_past(platform: Platform) -> None:
    assert platform.refusal(iat=11111, exp=22222) is LaunchRefusal.EXPIRED


def test_c8_launch_is_refused_when_the_message_type_is_absent(platform: Platform) -> None:
    assert platform.refusal(message_type=ABSENT) is LaunchRefusal.MISSING_CLAIM


def test_c9_launch_is_refused_when_roles_are_absent(platform: Platform) -> None:
    assert platform.refusal(roles=ABSENT) is LaunchRefusal.MISSING_CLAIM


def test_c10_launch_is_refused_when_the_deployment_is_absent(platform: Platform) -> None:
    assert platform.refusal(deployment_id=ABSENT) is LaunchRefusal.MISSING_CLAIM


@pytest.mark.parametrize("link", [ABSENT, {"title": "no id"}, {"id": ""}, {}, None], ids=repr)
def test_c11_launch_is_refused_when_the_resource_link_id_is_absent(platform: Platform, link: Any) -> None:
    assert platform.refusal(resource_link=link) in {LaunchRefusal.MISSING_CLAIM, LaunchRefusal.BAD_CLAIM}


@pytest.mark.parametrize("subject", [ABSENT, "", None], ids=repr)
def test_c12_launch_is_refused_when_the_subject_is_absent(platform: Platform, subject: Any) -> None:
    assert platform.refusal(sub=subject) is LaunchRefusal.MISSING_CLAIM


# Good payloads of the suite, as teacher and as student

NO_NAMES = {"name": ABSENT, "given_name": ABSENT, "family_name": ABSENT}
ROLE_CASES = [
    ("T1", [INSTRUCTOR], PrincipalRole.INSTRUCTOR),
    ("T2", [INSTRUCTOR, f"{INSTITUTION}#Staff", f"{INSTITUTION}#Other"], PrincipalRole.INSTRUCTOR),
    ("T3", ["Instructor"], PrincipalRole.INSTRUCTOR),
    ("T4", ["http://purl.imsglobal.org/vocab/lis/v2/unknown/unknown#Helper"], PrincipalRole.NOBODY),
    ("T5", [""], PrincipalRole.NOBODY),
    ("S1", [LEARNER], PrincipalRole.LEARNER),
    # The suite's student is a mentor too; who is a mentor of the course must not earn in it.
    ("S2", [LEARNER, f"{INSTITUTION}#Student", MENTOR], PrincipalRole.OBSERVER),
    ("S2 without mentor", [LEARNER, f"{INSTITUTION}#Student", f"{INSTITUTION}#Mentor"], PrincipalRole.LEARNER),
    ("S3", ["Learner"], PrincipalRole.LEARNER),
    ("S4", ["http://purl.imsglobal.org/vocab/lis/v2/uknownrole/unknown#Helper"], PrincipalRole.NOBODY),
    ("S5", [""], PrincipalRole.NOBODY),
    ("no roles", [], PrincipalRole.NOBODY),
]


@pytest.mark.parametrize(("roles", "role"), [case[1:] for case in ROLE_CASES], ids=[case[0] for case in ROLE_CASES])
def test_t1_to_t5_and_s1_to_s5_launch_is_accepted_with_the_least_rights_of_its_roles(
    platform: Platform, roles: list[str], role: PrincipalRole
) -> None:
    assert platform.role(roles=roles) is role


@pytest.mark.parametrize("role", [INSTRUCTOR, LEARNER], ids=["T6", "S6"])
def test_t6_s6_launch_is_accepted_when_only_the_email_is_told(platform: Platform, role: str) -> None:
    claims = platform.launch(roles=[role], **NO_NAMES)

    assert (claims.name, claims.given_name, claims.email) == (None, None, "leerling1@school.example")


@pytest.mark.parametrize("role", [INSTRUCTOR, LEARNER], ids=["T7", "S7"])
def test_t7_s7_launch_is_accepted_when_only_names_are_told(platform: Platform, role: str) -> None:
    claims = platform.launch(roles=[role], email=ABSENT)

    assert (claims.given_name, claims.family_name, claims.email) == ("Leerling", "Eén", None)


@pytest.mark.parametrize("role", [INSTRUCTOR, LEARNER], ids=["T8", "S8"])
def test_t8_s8_launch_is_accepted_when_nothing_personal_is_told(platform: Platform, role: str) -> None:
    claims = platform.launch(roles=[role], email=ABSENT, **NO_NAMES)

    assert (claims.subject, claims.name, claims.email) == ("5", None, None)


@pytest.mark.parametrize("role", [INSTRUCTOR, LEARNER], ids=["T9", "S9"])
def test_t9_s9_launch_is_accepted_when_there_is_no_context(platform: Platform, role: str) -> None:
    assert platform.launch(roles=[role], context=ABSENT, **NO_NAMES).context is None


def test_s10_launch_is_accepted_when_there_is_only_a_resource_link(platform: Platform) -> None:
    optional = ["context", "email", "launch_presentation", "tool_platform", *NO_NAMES]

    claims = platform.launch(resource_link={"id": "x"}, **dict.fromkeys(optional, ABSENT))

    assert claims.resource_link is not None
    assert (claims.resource_link.id, claims.platform, claims.locale) == ("x", None, None)


# Beyond the suite: times


@pytest.mark.parametrize("name", ["exp", "iat", "nonce", "iss", "aud"])
def test_launch_is_refused_when_a_claim_of_the_token_is_absent(platform: Platform, name: str) -> None:
    assert platform.refusal(**{name: ABSENT}) is LaunchRefusal.MISSING_CLAIM


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", ["1795348800", True, [], -1, 1e12, {"a": 1}], ids=repr)
def test_launch_is_refused_when_a_time_is_no_number(platform: Platform, name: str, value: Any) -> None:
    assert platform.refusal(**{name: value}) is LaunchRefusal.BAD_CLAIM


@pytest.mark.parametrize("late", [3, 59])
def test_launch_is_accepted_when_it_expired_within_the_leeway(platform: Platform, late: int) -> None:
    platform.clock.advance(seconds=60 + late)

    assert platform.launch().subject == "5"


def test_launch_is_refused_when_it_expired_beyond_the_leeway(platform: Platform) -> None:
    platform.clock.advance(seconds=120)

    assert platform.refusal() is LaunchRefusal.EXPIRED


@pytest.mark.parametrize("ahead", [20, 60])
def test_launch_is_accepted_when_the_platform_clock_is_ahead_within_the_leeway(platform: Platform, ahead: int) -> None:
    assert platform.launch(iat=IAT + ahead, exp=IAT + ahead + 60, nbf=IAT + ahead).subject == "5"


@pytest.mark.parametrize("changes", [{"iat": IAT + 61, "exp": IAT + 121}, {"nbf": IAT + 61}], ids=["iat", "nbf"])
def test_launch_is_refused_when_it_is_from_the_future(platform: Platform, changes: dict[str, int]) -> None:
    assert platform.refusal(**changes) is LaunchRefusal.NOT_YET_VALID


def test_launch_is_accepted_when_it_is_ten_minutes_old(platform: Platform) -> None:
    assert platform.launch(iat=IAT - 600, exp=IAT + 60).subject == "5"


@pytest.mark.parametrize("age", [601, 86_400])
def test_launch_is_refused_when_it_is_older_than_ten_minutes(platform: Platform, age: int) -> None:
    assert platform.refusal(iat=IAT - age, exp=IAT + 3600) is LaunchRefusal.TOO_OLD


def test_leeway_is_that_of_the_registration(platform: Platform) -> None:
    platform.expected = replace(platform.expected, leeway_seconds=0)
    platform.clock.advance(seconds=60)

    assert platform.refusal() is LaunchRefusal.EXPIRED


# Beyond the suite: who speaks to whom


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": CLIENT_ID},
        {"aud": CLIENT_ID, "azp": CLIENT_ID},
        {"aud": [CLIENT_ID]},
        {"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID},
        {"aud": ["other", CLIENT_ID], "azp": CLIENT_ID},
    ],
    ids=str,
)
def test_launch_is_accepted_when_it_was_made_for_us(platform: Platform, changes: dict[str, Any]) -> None:
    assert platform.launch(**changes).client_id == CLIENT_ID


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "other"},
        {"aud": ["other"], "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "other"]},
        {"aud": ["other", CLIENT_ID]},
        {"aud": [CLIENT_ID, "other"], "azp": "other"},
        {"aud": CLIENT_ID, "azp": "other"},
        {"aud": CLIENT_ID, "azp": ""},
        {"aud": CLIENT_ID, "azp": [CLIENT_ID]},
        {"aud": {CLIENT_ID: 1}},
        {"aud": f"{CLIENT_ID},other"},
        {"aud": [[CLIENT_ID]]},
    ],
    ids=str,
)
def test_launch_is_refused_when_it_was_made_for_somebody_else(platform: Platform, changes: dict[str, Any]) -> None:
    assert platform.refusal(**changes) is LaunchRefusal.AUDIENCE


@pytest.mark.parametrize(
    "issuer", [f"{ISSUER}/", "https://lms.example", ISSUER.upper(), f"{ISSUER}/x", ISSUER.replace("s:", ":"), [ISSUER]]
)
def test_launch_is_refused_when_the_issuer_is_written_in_another_way(platform: Platform, issuer: Any) -> None:
    assert platform.refusal(iss=issuer) is LaunchRefusal.ISSUER


@pytest.mark.parametrize(
    ("nonce", "reason"),
    [
        ("nonce of another login", LaunchRefusal.NONCE_MISMATCH),
        ("\ud800", LaunchRefusal.NONCE_MISMATCH),
        ("", LaunchRefusal.MISSING_CLAIM),
        (5, LaunchRefusal.BAD_CLAIM),
        ([NONCE], LaunchRefusal.BAD_CLAIM),
    ],
)
def test_launch_is_refused_when_the_nonce_is_not_of_this_login(
    platform: Platform, nonce: Any, reason: LaunchRefusal
) -> None:
    assert platform.refusal(nonce=nonce) is reason


# Beyond the suite: the signature


def test_launch_is_refused_when_another_key_signed_it(platform: Platform) -> None:
    token = platform_keys("second").sign(make_launch_payload(), {"kid": platform.keys.key_id})

    assert platform.refusal_of_token(token) is LaunchRefusal.SIGNATURE


def test_launch_is_refused_when_the_payload_was_changed(platform: Platform) -> None:
    header, _, signature = platform.keys.sign(make_launch_payload()).split(".")
    payload = encoded(json.dumps(make_launch_payload(roles=[INSTRUCTOR])).encode())

    assert platform.refusal_of_token(f"{header}.{payload}.{signature}") is LaunchRefusal.SIGNATURE


@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_launch_is_refused_when_it_is_not_signed(platform: Platform, signature: str) -> None:
    head = platform.keys.sign(make_launch_payload()).rpartition(".")[0]

    assert platform.refusal_of_token(f"{head}.{signature}") is LaunchRefusal.SIGNATURE


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "HS256", "RS384", "PS256", "ES256", "rs256", None, ["RS256"]], ids=repr
)
def test_launch_is_refused_when_the_algorithm_is_not_rs256(platform: Platform, algorithm: Any) -> None:
    token = replace_header(platform.keys, alg=algorithm)

    assert platform.refusal_of_token(token) is LaunchRefusal.ALGORITHM


def test_launch_is_refused_when_its_signature_is_no_base64(platform: Platform) -> None:
    head = platform.keys.sign(make_launch_payload()).rpartition(".")[0]

    assert platform.refusal_of_token(f"{head}.A") is LaunchRefusal.NOT_A_TOKEN


def test_launch_is_refused_when_the_public_key_was_used_as_a_shared_secret(platform: Platform) -> None:
    public_pem = (
        load_private_key(platform.keys.private_key_pem)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    header = encoded(json.dumps({"alg": "HS256", "typ": "JWT", "kid": platform.keys.key_id}).encode())
    signed = f"{header}.{encoded(json.dumps(make_launch_payload()).encode())}"
    signature = encoded(hmac.new(public_pem, signed.encode(), hashlib.sha256).digest())

    assert platform.refusal_of_token(f"{signed}.{signature}") is LaunchRefusal.ALGORITHM


@pytest.mark.parametrize("header", [{"crit": ["b64"], "b64": False}, {"crit": ["x"], "x": 1}, {"b64": True}], ids=str)
def test_launch_is_refused_when_its_header_has_extensions(platform: Platform, header: dict[str, Any]) -> None:
    assert platform.refusal_of_token(replace_header(platform.keys, **header)) is LaunchRefusal.NOT_A_TOKEN


@pytest.mark.parametrize("key_id", [5, ["a"], "a\0b", "x" * 300], ids=str)
def test_launch_is_refused_when_the_key_id_is_odd(platform: Platform, key_id: Any) -> None:
    assert platform.refusal_of_token(replace_header(platform.keys, kid=key_id)) is LaunchRefusal.KEY_UNKNOWN


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "..",
        "é.é.é",
        "e30.e30.",
        "bnVsbA.e30.AA",
        "W10.e30.AA",
        "a b.c.d",
        "AAA.e30.AA",
    ],
)
def test_launch_is_refused_when_it_is_no_token(platform: Platform, token: str) -> None:
    assert platform.refusal_of_token(token) in {LaunchRefusal.NOT_A_TOKEN, LaunchRefusal.ALGORITHM}


def test_launch_is_refused_before_reading_when_it_is_three_megabytes(platform: Platform) -> None:
    before = len(platform.server.received)

    assert platform.refusal_of_token("a" * 3_000_000) is LaunchRefusal.TOKEN_TOO_LARGE
    assert len(platform.server.received) == before


@pytest.mark.parametrize(
    "payload",
    [b"[]", b"null", b'"text"', b"", b"{", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"a": NaN}', b"[" * 50_000],
    ids=lambda body: str(body[:12]),
)
def test_launch_is_refused_when_the_payload_is_no_object(platform: Platform, payload: bytes) -> None:
    assert platform.refusal_of_token(platform.keys.sign(payload)) is LaunchRefusal.NOT_A_TOKEN


def test_launch_is_refused_when_a_claim_occurs_twice(platform: Platform) -> None:
    body = json.dumps(make_launch_payload())
    twice = body[:-1] + ', "sub": "1"}'

    assert platform.refusal_of_token(platform.keys.sign(twice.encode())) is LaunchRefusal.NOT_A_TOKEN


def test_launch_is_refused_when_a_claim_occurs_twice_deeper_down(platform: Platform) -> None:
    body = json.dumps(make_launch_payload()).replace('"id": "2"', '"id": "2", "id": "3"')

    assert platform.refusal_of_token(platform.keys.sign(body.encode())) is LaunchRefusal.NOT_A_TOKEN


# Beyond the suite: the message


@pytest.mark.parametrize("version", ["1.3", "1.3.1", "LTI-1p3", " 1.3.0", 1.3, ["1.3.0"]], ids=repr)
def test_launch_is_refused_when_the_version_is_not_exactly_ours(platform: Platform, version: Any) -> None:
    assert platform.refusal(version=version) is LaunchRefusal.WRONG_VERSION


@pytest.mark.parametrize(
    ("message_type", "detail"),
    [
        ("LtiStartProctoring", "LtiStartProctoring"),
        ("LtiEndAssessment", "LtiEndAssessment"),
        ("LtiEulaRequest", "LtiEulaRequest"),
        ("ltiresourcelinkrequest", "unknown"),
        ("<script>", "unknown"),
        (["LtiResourceLinkRequest"], "unknown"),
    ],
)
def test_launch_is_refused_by_name_when_it_is_another_message(
    platform: Platform, message_type: Any, detail: str
) -> None:
    with pytest.raises(LaunchRefused) as caught:
        platform.launch(message_type=message_type)

    assert (caught.value.reason, caught.value.detail) == (LaunchRefusal.UNSUPPORTED_MESSAGE, detail)


@pytest.mark.parametrize(
    "changes",
    [
        {"roles": "Learner"},
        {"roles": {"Learner": True}},
        {"roles": [5]},
        {"roles": [["Learner"]]},
        {"roles": [None]},
        {"roles": ["x"] * 201},
        {"roles": ["a\0b"]},
        {"sub": 5},
        {"sub": "a\0b"},
        {"sub": "\ud800"},
        {"sub": "x" * 256},
        {"sub": ["5"]},
        {"deployment_id": 1},
        {"deployment_id": "a\nb"},
        {"resource_link": "link-1"},
        {"resource_link": ["link-1"]},
        {"resource_link": {"id": 1}},
        {"resource_link": {"id": "\0"}},
        {"context": "2"},
        {"context": {"title": "no id"}},
        {"context": {"id": "2", "type": "CourseSection"}},
        {"custom": "a=b"},
        {"ags": {"lineitems": "javascript:alert(1)"}},
        {"ags": {"lineitem": 5}},
        {"ags": {"scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score"}},
        {"nrps": {"context_memberships_url": "ftp://lms.example"}},
        {"nrps": {"context_memberships_url": "https://user@lms.example"}},
        {"target_link_uri": "javascript:alert(1)"},
        {"target_link_uri": "/lti/launch"},
        {"target_link_uri": "https://[x"},
        {"target_link_uri": "https://mijlpaal.example:port/"},
        {"target_link_uri": "https://mijlpaal.example\\@other.example/"},
        {"target_link_uri": 5},
    ],
    ids=str,
)
def test_launch_is_refused_when_a_claim_has_the_wrong_form(platform: Platform, changes: dict[str, Any]) -> None:
    assert platform.refusal(**changes) is LaunchRefusal.BAD_CLAIM


@pytest.mark.parametrize("target", [ABSENT, None, ""], ids=repr)
def test_launch_is_refused_when_the_target_is_absent(platform: Platform, target: Any) -> None:
    assert platform.refusal(target_link_uri=target) is LaunchRefusal.MISSING_CLAIM


@pytest.mark.parametrize(
    "target",
    [
        "https://other.example/lti/launch",
        "http://mijlpaal.example/lti/launch",
        "https://mijlpaal.example:8443/lti/launch",
        "https://mijlpaal.example.other.example/",
        "https://sub.mijlpaal.example/",
    ],
)
def test_launch_is_refused_when_the_target_is_not_ours(platform: Platform, target: str) -> None:
    assert platform.refusal(target_link_uri=target) is LaunchRefusal.TARGET_MISMATCH


def test_launch_is_refused_when_the_login_was_for_another_place(platform: Platform) -> None:
    platform.expected = replace(platform.expected, target_link_uri="https://other.example/lti/launch")

    assert platform.refusal() is LaunchRefusal.TARGET_MISMATCH


def test_launch_is_refused_when_login_and_launch_agree_on_a_place_that_is_not_ours(platform: Platform) -> None:
    elsewhere = "https://other.example/lti/launch"
    platform.expected = replace(platform.expected, target_link_uri=elsewhere)

    assert platform.refusal(target_link_uri=elsewhere) is LaunchRefusal.TARGET_MISMATCH


@pytest.mark.parametrize("target", ["https://MIJLPAAL.example:443/t/9?x=1", "https://mijlpaal.example"])
def test_launch_is_accepted_when_the_target_is_ours_in_other_words(platform: Platform, target: str) -> None:
    assert platform.launch(target_link_uri=target).target_link_uri == target


# What is read


def test_claims_are_read_when_everything_is_told(platform: Platform) -> None:
    scopes = ["https://purl.imsglobal.org/spec/lti-ags/scope/score"]
    claims = platform.launch(
        ags={"lineitem": "https://lms.example/1?type_id=1", "lineitems": "https://lms.example/all", "scope": scopes},
        nrps={"context_memberships_url": "https://lms.example/members", "service_versions": ["2.0"]},
        custom={"task": "7", "number": 5, "on": True, "unresolved": "$Person.email.primary", "none": None, "l": []},
    )

    assert claims.issuer == ISSUER
    assert claims.deployment_id == "1"
    assert claims.message_type == "LtiResourceLinkRequest"
    assert claims.role_uris == (LEARNER,)
    assert claims.context is not None
    assert (claims.context.id, claims.context.label, claims.context.title) == ("2", "GAME1", "Digitale basis")
    assert claims.context.types == ("CourseSection",)
    assert claims.resource_link is not None
    assert (claims.resource_link.title, claims.resource_link.description) == ("Mijlpalen", None)
    assert claims.ags is not None
    assert (claims.ags.lineitem, claims.ags.scopes) == ("https://lms.example/1?type_id=1", tuple(scopes))
    assert claims.nrps_url == "https://lms.example/members"
    assert claims.custom == {"task": "7", "number": "5", "on": "true"}
    assert claims.platform is not None
    assert (claims.platform.product_family_code, claims.platform.guid) == ("moodle", "school-1")
    assert (claims.locale, claims.document_target) == ("nl", "iframe")
    assert claims.return_url == "https://lms.example/return"


def test_names_are_kept_out_of_logs(platform: Platform) -> None:
    assert "Leerling" not in repr(platform.launch())


def test_shown_text_is_cleaned_when_a_database_would_refuse_it(platform: Platform) -> None:
    claims = platform.launch(
        name="  An\0na \ud800 ", given_name=5, email="", **{CONTEXT: {"id": "2", "title": "t" * 300}}
    )

    assert (claims.name, claims.given_name, claims.email) == ("Anna ?", None, None)
    assert claims.context is not None
    assert claims.context.title == "t" * 255


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", 5, "https://a b", "https://" + "x" * 3000])
def test_return_address_is_left_out_when_it_is_odd(platform: Platform, url: Any) -> None:
    assert platform.launch(launch_presentation={"return_url": url}).return_url is None


def test_empty_lists_count_as_absent_when_an_object_belongs_there(platform: Platform) -> None:
    names = ["context", "custom", "ags", "nrps", "tool_platform", "launch_presentation"]

    claims = platform.launch(**{name: [] for name in names})

    assert (claims.context, claims.custom, claims.ags, claims.nrps_url) == (None, {}, None, None)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def replace_header(keys: PlatformKeys, **header: Any) -> str:
    """Return a launch with a header of our own, signed with RS256 whatever the header says."""
    head = encoded(json.dumps({"alg": "RS256", "typ": "JWT", "kid": keys.key_id, **header}).encode())
    body = encoded(json.dumps(make_launch_payload()).encode())
    algorithm = jwt.get_algorithm_by_name("RS256")
    signature = algorithm.sign(f"{head}.{body}".encode(), load_private_key(keys.private_key_pem))
    return f"{head}.{body}.{encoded(signature)}"
