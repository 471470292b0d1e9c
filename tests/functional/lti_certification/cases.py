"""The certification cases for a tool by name, each with the answer that is right.

Numbers and wording as in the public descriptions (https://www.imsglobal.org/spec/lti/v1p3/cert/ and those of deep
linking, names and roles, grades); what the suite does not ask comes after. A case is held by every test here whose
name begins with one of its `tests`; a numbered case by `test_<number>_`.
"""

from __future__ import annotations

from dataclasses import dataclass

REFUSED = "refused"
LET_IN = "let in"


@dataclass(frozen=True)
class Case:
    """One case."""

    name: str
    words: str
    answer: str
    prefixes: tuple[str, ...] = ()

    @property
    def tests(self) -> tuple[str, ...]:
        """How the names of its tests begin."""
        return self.prefixes or (f"test_{self.name.lower()}_",)


def _beyond(words: str, answer: str, *prefixes: str) -> Case:
    return Case("+", words, answer, prefixes)


CASES = (
    Case("C1", "no `kid`", REFUSED),
    Case("C2", "`kid` not in the key set", REFUSED),
    Case("C3", "version 11.3", REFUSED),
    Case("C4", "no version", REFUSED),
    Case("C5", "not an LTI message", REFUSED),
    Case("C6", "several claims missing at once", REFUSED),
    Case("C7", "`iat` and `exp` long past", REFUSED),
    Case("C8", "no message type", REFUSED),
    Case("C9", "no roles", REFUSED),
    Case("C10", "no deployment", REFUSED),
    Case("C11", "no id of the resource link", REFUSED),
    Case("C12", "no `sub`", REFUSED),
    Case("T1", "instructor with everything", LET_IN),
    Case("T2", "instructor with several roles", LET_IN),
    Case("T3", "instructor in short form", "let in as instructor"),
    Case("T4", "unknown role alone", "let in with least rights"),
    Case("T5", "empty role", "let in with least rights"),
    Case("T6", "instructor, e-mail without names", LET_IN),
    Case("T7", "instructor, names without e-mail", LET_IN),
    Case("T8", "instructor, nothing personal", LET_IN),
    Case("T9", "instructor, e-mail without context", LET_IN),
    Case("S1", "learner with everything", LET_IN),
    Case("S2", "learner with several roles", LET_IN),
    Case("S3", "learner in short form", LET_IN),
    Case("S4", "unknown role alone", "let in with least rights"),
    Case("S5", "empty role", "let in with least rights"),
    Case("S6", "learner, e-mail without names", LET_IN),
    Case("S7", "learner, names without e-mail", LET_IN),
    Case("S8", "learner, nothing personal", LET_IN),
    Case("S9", "learner, no context", LET_IN),
    Case("S10", "learner, only a resource link", LET_IN),
    Case("D1", "deep linking request, also without a target", "the page to choose on"),
    Case("D2", "the answer is a deep linking response", "received"),
    Case("D3", "its `iat` and `exp`", "valid"),
    Case("D4", "its signature and `kid`", "of a key that we publish"),
    Case("D5", "its required claims, `data` as it was sent", "all there"),
    Case("D6", "what comes back is what was chosen", "the same"),
    Case("D7", "the returned link is opened", LET_IN),
    Case("N1", "launch with the names and roles claim", LET_IN),
    Case("N2", "the membership address is called", "called"),
    Case("N3", "its media type in `Accept`", "exact"),
    Case("N4", "its bearer token", "valid"),
    Case("N5", "its scope", "contextmembership.readonly"),
    Case("A1", "learner's launch with the grades claim", LET_IN),
    Case("A2", "line items made, scores sent, results read", "with the right media types"),
    _beyond("a launch twice", REFUSED, "test_launch_when_sent_twice"),
    _beyond("nonce of one login, state of another", REFUSED, "test_launch_when_it_carries_the_nonce"),
    _beyond("state unknown", REFUSED, "test_launch_when_the_state_is_not_ours"),
    _beyond("state of another browser", REFUSED, "test_launch_when_another_browser"),
    _beyond("login older than ten minutes", REFUSED, "test_login_attempt_when_older"),
    _beyond(
        "no `exp`, no `iat`, `iat` older than ten minutes, `exp` past the leeway",
        REFUSED,
        "test_launch_when_a_claim_is_wrong_is_refused[exp",
        "test_launch_when_a_claim_is_wrong_is_refused[iat",
    ),
    _beyond(
        "clock 20 s ahead, `exp` passed by 3 s",
        LET_IN,
        "test_launch_when_within_the_rules_is_accepted[iat",
        "test_launch_when_within_the_rules_is_accepted[exp",
    ),
    _beyond("`aud` list that holds us, `azp` is us", LET_IN, "test_launch_when_within_the_rules_is_accepted[aud"),
    _beyond(
        "`aud` list without `azp`, `azp` or `aud` of another",
        REFUSED,
        "test_launch_when_a_claim_is_wrong_is_refused[aud",
    ),
    _beyond("alg none, HS256 with the public key, any but RS256", REFUSED, "test_launch_when_not_signed_by_rs256"),
    _beyond("key renewed by the platform", "keys fetched once more, let in", "test_key_when_renewed"),
    _beyond("unknown `kid` again and again", "keys fetched once, refused", "test_key_when_unknown"),
    _beyond("`iss` with a slash more, or another path", REFUSED, "test_launch_when_a_claim_is_wrong_is_refused[iss"),
    _beyond("deployment unknown", "waits for the administrator", "test_launch_when_the_deployment_is_unknown"),
    _beyond(
        "no target, or one of another host", REFUSED, "test_launch_when_a_claim_is_wrong_is_refused[target_link_uri"
    ),
    _beyond("roles as a string", REFUSED, "test_launch_when_a_claim_is_wrong_is_refused[roles"),
    _beyond("`sub` as a number", REFUSED, "test_launch_when_a_claim_is_wrong_is_refused[sub"),
    _beyond("a claim twice in the JSON", REFUSED, "test_launch_when_a_key_stands_twice"),
    _beyond("token by GET", REFUSED, "test_launch_when_sent_by_get"),
    _beyond("error of the platform instead of a token", "calm page, text escaped", "test_platform_error"),
    _beyond("token of 3 MB", "refused before parsing", "test_token_when_it_has_three_megabytes"),
    _beyond("variables that the platform left as they were", "absent", "test_unresolved_variables"),
    _beyond("login of an unknown platform, or for another host", REFUSED, "test_login_when_it_cannot_be_ours"),
    _beyond("login by GET, without a client id", LET_IN, "test_login_when_begun_by_get"),
    _beyond("message of a type that we do not take", "refused by name", "test_message_when_of_another_type"),
    _beyond("address to return to that is none", REFUSED, "test_deep_linking_when_the_return_address"),
)


def cases_of(test: str) -> list[Case]:
    """Return the cases that a test, by its name with its parameters, holds."""
    return [case for case in CASES if test.startswith(case.tests)]
