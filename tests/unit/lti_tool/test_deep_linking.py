"""What goes back to a platform, and in which form it takes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import jwt
import pytest

from lti_tool.lti.claims import DeepLinkingClaim
from lti_tool.lti.content_items import (
    ContentItem,
    FileItem,
    HtmlItem,
    ImageItem,
    ItemColumn,
    LinkItem,
    Period,
    Picture,
    ResourceLinkItem,
    returnable,
    returnable_items,
)
from lti_tool.lti.deep_linking import deep_linking_response
from tests.factories.launch import CLIENT_ID, DEPLOYMENT_ID, ISSUER, NOW, platform_keys

OURS = platform_keys("ours")
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
PAGE = "https://mijlpaal.example/badges/1"
EVERYTHING = ResourceLinkItem(
    "Opdracht 1",
    text="Wat je doet",
    url="https://mijlpaal.example/lti/launch?item=1",
    icon=Picture("https://mijlpaal.example/icon.png", 48, 48),
    thumbnail=Picture("https://mijlpaal.example/small.png"),
    custom={"mijlpaal_item": "1"},
    line_item=ItemColumn(10, "Opdracht 1", "1", "task", "https://mijlpaal.example/lti/review"),
    iframe={"width": 800, "height": 600},
    window={"targetName": "mijlpaal"},
    available=Period(start=datetime(2026, 11, 22, 13, 0, tzinfo=timezone(timedelta(hours=1)))),
    submission=Period(end=datetime(2026, 12, 1, tzinfo=UTC)),
    page_url=PAGE,
)


def request(*types: str, **changes: Any) -> DeepLinkingClaim:
    asked = DeepLinkingClaim("https://lms.example/return", types, ("iframe", "window"), accepts_multiple=True)
    return replace(asked, **changes)


def answer(*items: ContentItem, data: str | None = None, **told: str) -> dict[str, Any]:
    token = deep_linking_response(
        items,
        issuer=ISSUER,
        client_id=CLIENT_ID,
        deployment_id=DEPLOYMENT_ID,
        key_id=OURS.key_id,
        private_key_pem=OURS.private_key_pem,
        data=data,
        now=NOW,
        **told,
    )
    key = jwt.PyJWKSet.from_dict(OURS.jwks())[jwt.get_unverified_header(token)["kid"]]
    times = {"verify_exp": False, "verify_iat": False}
    found: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], audience=ISSUER, options=times)
    return found


# The message


def test_answer_says_who_speaks_to_whom() -> None:
    claims = answer(EVERYTHING)

    assert (claims["iss"], claims["aud"]) == (CLIENT_ID, ISSUER)
    assert (claims[f"{LTI}message_type"], claims[f"{LTI}version"]) == ("LtiDeepLinkingResponse", "1.3.0")
    assert claims[f"{LTI}deployment_id"] == DEPLOYMENT_ID
    assert [item["type"] for item in claims[f"{DL}content_items"]] == ["ltiResourceLink"]


def test_answer_holds_for_minutes_and_has_a_nonce_of_its_own() -> None:
    one, other = answer(), answer()

    assert NOW.timestamp() - 60 < one["iat"] <= NOW.timestamp() < one["exp"] <= NOW.timestamp() + 600
    assert len(one["nonce"]) >= 20
    assert one["nonce"] != other["nonce"]


@pytest.mark.parametrize("data", ["", "opaque", ' {"csrf": "\n é"} '])
def test_data_goes_back_unchanged_when_it_was_sent(data: str) -> None:
    assert answer(data=data)[f"{DL}data"] == data


def test_data_is_left_out_when_none_was_sent() -> None:
    assert f"{DL}data" not in answer()


def test_answer_can_be_that_nothing_was_taken() -> None:
    assert answer()[f"{DL}content_items"] == []


def test_words_for_the_teacher_and_the_log_go_along_when_there_are_any() -> None:
    claims = answer(message="Klaar", error_message="Niet gelukt" * 200, log="")

    assert claims[f"{DL}msg"] == "Klaar"
    assert len(claims[f"{DL}errormsg"]) == 1_000
    assert not {f"{DL}log", f"{DL}errorlog"} & set(claims)


# The items


def test_resource_link_has_all_that_was_given() -> None:
    assert EVERYTHING.to_json() == {
        "type": "ltiResourceLink",
        "title": "Opdracht 1",
        "text": "Wat je doet",
        "url": "https://mijlpaal.example/lti/launch?item=1",
        "icon": {"url": "https://mijlpaal.example/icon.png", "width": 48, "height": 48},
        "thumbnail": {"url": "https://mijlpaal.example/small.png"},
        "custom": {"mijlpaal_item": "1"},
        "lineItem": {
            "scoreMaximum": 10,
            "label": "Opdracht 1",
            "resourceId": "1",
            "tag": "task",
            "submissionReview": {
                "reviewableStatus": ["Submitted", "Completed"],
                "url": "https://mijlpaal.example/lti/review",
            },
        },
        "iframe": {"width": 800, "height": 600},
        "window": {"targetName": "mijlpaal"},
        "available": {"startDateTime": "2026-11-22T12:00:00+00:00"},
        "submission": {"endDateTime": "2026-12-01T00:00:00+00:00"},
    }


def test_resource_link_has_nothing_that_was_not_given() -> None:
    assert ResourceLinkItem("Opdracht").to_json() == {"type": "ltiResourceLink", "title": "Opdracht"}


def test_empty_ways_of_showing_are_said() -> None:
    assert ResourceLinkItem("Opdracht", iframe={}).to_json()["iframe"] == {}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            LinkItem(PAGE, "Badge", "Tekst", iframe={"width": 5}, window={}),
            {
                "type": "link",
                "url": PAGE,
                "title": "Badge",
                "text": "Tekst",
                "iframe": {"src": PAGE, "width": 5},
                "window": {},
            },
        ),
        (LinkItem(PAGE), {"type": "link", "url": PAGE}),
        (HtmlItem("<p>x</p>", "Badge"), {"type": "html", "html": "<p>x</p>", "title": "Badge"}),
        (ImageItem(PAGE, "Badge", width=5), {"type": "image", "url": PAGE, "title": "Badge", "width": 5}),
        (
            FileItem(PAGE, "badge.png", media_type="image/png", expires_at=NOW),
            {
                "type": "file",
                "url": PAGE,
                "title": "badge.png",
                "mediaType": "image/png",
                "expiresAt": "2026-11-22T12:00:00+00:00",
            },
        ),
    ],
    ids=["link", "bare-link", "html", "image", "file"],
)
def test_other_items_are_written(item: ContentItem, expected: dict[str, Any]) -> None:
    assert item.to_json() == expected


@pytest.mark.parametrize("maximum", [0, -1, float("nan"), float("inf")])
def test_column_cannot_be_made_without_a_maximum(maximum: float) -> None:
    with pytest.raises(ValueError, match="maximum"):
        ItemColumn(maximum)


def test_moment_without_an_offset_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="offset"):
        Period(start=NOW.replace(tzinfo=None)).to_json()


# What a platform takes


def test_resource_link_goes_as_it_is_where_it_is_taken() -> None:
    assert returnable(EVERYTHING, request("link", "ltiResourceLink", "html")) == EVERYTHING


def test_resource_link_loses_its_column_only_where_the_platform_says_that_it_makes_none() -> None:
    for says in (None, True):
        taken = returnable(EVERYTHING, request("ltiResourceLink", accepts_line_item=says))
        assert taken == EVERYTHING

    assert returnable(EVERYTHING, request("ltiResourceLink", accepts_line_item=False)) == replace(
        EVERYTHING, line_item=None
    )


def test_resource_link_is_shown_only_in_ways_that_the_platform_has() -> None:
    taken = returnable(EVERYTHING, request("ltiResourceLink", accept_targets=("frame", "window")))

    assert taken == replace(EVERYTHING, iframe=None)
    assert returnable(EVERYTHING, request("ltiResourceLink", accept_targets=("embed",))) == replace(
        EVERYTHING, iframe=None, window=None
    )


def test_resource_link_becomes_a_link_to_its_page_where_only_links_are_taken() -> None:
    taken = returnable(EVERYTHING, request("link", "file", accept_targets=("window",)))

    assert isinstance(taken, LinkItem)
    assert (taken.url, taken.title, taken.text) == (PAGE, "Opdracht 1", "Wat je doet")
    assert (taken.iframe, taken.window) == (None, {"targetName": "mijlpaal"})


def test_resource_link_becomes_a_line_of_html_where_only_that_is_taken() -> None:
    item = replace(EVERYTHING, title='<script>"R&D"</script>', page_url=PAGE + '?a=1&b="')

    taken = returnable(item, request("html"))

    assert isinstance(taken, HtmlItem)
    assert taken.html == (
        '<a href="https://mijlpaal.example/badges/1?a=1&amp;b=&quot;">'
        "&lt;script&gt;&quot;R&amp;D&quot;&lt;/script&gt;</a>"
    )


def test_address_that_is_no_web_address_is_never_written_into_a_page() -> None:
    for item in (LinkItem("javascript:alert(1)", "x"), ImageItem("data:image/png;base64,", "x")):
        with pytest.raises(ValueError, match="web address"):
            returnable(item, request("html"))


@pytest.mark.parametrize(
    ("item", "types", "expected"),
    [
        (replace(EVERYTHING, page_url=None), ("link", "html"), None),
        (EVERYTHING, ("ltiAssetProcessor",), None),
        (LinkItem(PAGE, "Badge"), ("html",), HtmlItem(f'<a href="{PAGE}">Badge</a>', "Badge")),
        (LinkItem(PAGE), ("html",), HtmlItem(f'<a href="{PAGE}">{PAGE}</a>')),
        (LinkItem(PAGE), ("ltiResourceLink", "image"), None),
        (HtmlItem("<p>x</p>"), ("link",), None),
        (HtmlItem("<p>x</p>"), ("html",), HtmlItem("<p>x</p>")),
        (ImageItem(PAGE, "Badge"), ("image", "html"), ImageItem(PAGE, "Badge")),
        (
            ImageItem(PAGE, 'De "badge"', width=5, height=6),
            ("html",),
            HtmlItem(f'<img src="{PAGE}" alt="De &quot;badge&quot;" width="5" height="6">', 'De "badge"'),
        ),
        (ImageItem(PAGE, "Badge"), ("link",), LinkItem(PAGE, "Badge")),
        (ImageItem(PAGE, "Badge"), ("file",), None),
        (FileItem(PAGE, "badge.png"), ("file", "link"), FileItem(PAGE, "badge.png")),
        (FileItem(PAGE, "badge.png"), ("link",), LinkItem(PAGE, "badge.png")),
        (FileItem(PAGE, "badge.png"), ("ltiResourceLink",), None),
    ],
)
def test_item_goes_in_the_form_that_is_taken(
    item: ContentItem, types: tuple[str, ...], expected: ContentItem | None
) -> None:
    assert returnable(item, request(*types)) == expected


def test_one_item_goes_where_one_is_taken_and_the_first_that_can() -> None:
    items = [HtmlItem("<p>x</p>"), LinkItem(PAGE, "een"), LinkItem(PAGE, "twee")]

    assert returnable_items(items, request("link", accepts_multiple=False)) == (items[1],)
    assert returnable_items(items, request("link")) == (items[1], items[2])
    assert returnable_items(items, request("file")) == ()
