"""Assignment and Grade Services: line items, scores, results, and the answers Moodle gives."""

from __future__ import annotations

from html import unescape

import pytest

from lti_tool.demo_platform.scopes import LINE_ITEM, LINE_ITEM_READONLY, RESULT_READONLY, SCORE

ITEMS = "/lti/services/2/lineitems?type_id=1"
ITEM = "/lti/services/2/lineitems/1/lineitem?type_id=1"
SCORES = "/lti/services/2/lineitems/1/lineitem/scores?type_id=1"
RESULTS = "/lti/services/2/lineitems/1/lineitem/results?type_id=1"
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"


class TestLineItems:
    def test_column_of_the_placement_is_there_when_nothing_was_sent(self, visit):
        answer = visit.send("GET", ITEMS, media_type=ITEMS_TYPE)

        assert answer.content_type == ITEMS_TYPE
        assert answer.json == [
            {
                "id": f"http://localhost:8700{ITEM}",
                "label": "Mijlpaal",
                "scoreMaximum": 100,
                "resourceId": "",
                "tag": "",
                "resourceLinkId": "1",
            }
        ]

    def test_column_is_added_when_posted(self, visit):
        body = {"label": "Extra", "scoreMaximum": 12.5, "resourceId": "r1", "tag": "t1"}

        answer = visit.send("POST", ITEMS, body, ITEM_TYPE)

        assert (answer.status_code, answer.content_type) == (201, ITEM_TYPE)
        assert answer.json == {**body, "id": answer.json["id"]}
        assert visit.send("GET", answer.json["id"], media_type=ITEM_TYPE).json == answer.json

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"scoreMaximum": 10}, 400),
            ({"label": " ", "scoreMaximum": 10}, 400),
            ({"label": "x"}, 400),
            ({"label": "x", "scoreMaximum": 0}, 400),
            ({"label": "x", "scoreMaximum": "10"}, 400),
            ({"label": "x", "scoreMaximum": True}, 400),
            ({"label": "x", "scoreMaximum": float("nan")}, 400),
            ({"label": "x", "scoreMaximum": 10**400}, 400),
            ({"label": "x", "scoreMaximum": 10, "tag": 5}, 400),
            ({"label": "\ud800", "scoreMaximum": 10}, 400),
            ({"label": "x", "scoreMaximum": 10, "resourceLinkId": "99"}, 403),
            ([], 400),
        ],
    )
    def test_column_is_refused_when_its_fields_are_wrong(self, visit, body, status):
        answer = visit.send("POST", ITEMS, body, ITEM_TYPE)

        assert (answer.status_code, answer.text) == (status, "[]")

    def test_list_is_narrowed_when_filters_are_given(self, visit):
        body = {"label": "Extra", "scoreMaximum": 10, "resourceId": "r1", "tag": "t1"}
        visit.send("POST", ITEMS, body, ITEM_TYPE)

        def labels(query):
            return [item["label"] for item in visit.send("GET", f"{ITEMS}&{query}").json]

        assert labels("resource_id=r1") == labels("tag=t1") == ["Extra"]
        assert labels("resource_link_id=1") == ["Mijlpaal"]
        assert labels("resource_id=r2") == []

    def test_link_leads_on_when_the_list_is_paged(self, visit):
        visit.send("POST", ITEMS, {"label": "Extra", "scoreMaximum": 10}, ITEM_TYPE)

        first = visit.send("GET", f"{ITEMS}&limit=1")
        before = first.headers["Link"].encode("latin-1").decode().partition(">; rel=“next”")[0]
        second = visit.send("GET", unescape(before.rpartition("<")[2]))

        assert [item["label"] for item in first.json + second.json] == ["Mijlpaal", "Extra"]
        assert "next" not in second.headers["Link"]

    def test_column_is_changed_when_put(self, visit):
        answer = visit.send("PUT", ITEM, {"label": "Nieuw", "scoreMaximum": 50, "tag": "t"}, ITEM_TYPE)

        assert answer.status_code == 200
        assert (answer.json["label"], answer.json["scoreMaximum"], answer.json["tag"]) == ("Nieuw", 50, "t")

    def test_grades_keep_their_percentage_when_the_maximum_changes(self, visit):
        visit.score(scoreGiven=40)

        visit.send("PUT", ITEM, {"label": "Mijlpaal", "scoreMaximum": 50}, ITEM_TYPE)

        (result,) = visit.results()
        assert (result["resultScore"], result["resultMaximum"]) == (20, 50)

    def test_column_of_the_tool_goes_with_its_grades_when_deleted(self, visit):
        url = visit.send("POST", ITEMS, {"label": "Extra", "scoreMaximum": 10}, ITEM_TYPE).json["id"]
        visit.score(url=url)

        assert visit.send("DELETE", url).status_code == 204
        assert visit.send("GET", url).status_code == 404

    def test_column_of_the_placement_stays_when_deleted(self, visit):
        assert visit.send("DELETE", ITEM).status_code == 403
        assert visit.send("GET", ITEM).status_code == 200


class TestWhoMayCall:
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}])
    def test_service_is_closed_when_there_is_no_token(self, client, headers):
        answer = client.get(ITEMS, headers=headers)

        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")

    def test_service_is_closed_when_the_token_is_a_minute_old(self, client, visit, clock):
        headers = visit.bearer()
        assert client.get(ITEMS, headers=headers).status_code == 200

        clock.advance(seconds=60)

        assert client.get(ITEMS, headers=headers).status_code == 401

    @pytest.mark.parametrize(
        ("method", "url", "body", "media_type", "needed", "held"),
        [
            ("GET", ITEMS, None, ITEMS_TYPE, LINE_ITEM_READONLY, LINE_ITEM),
            ("GET", ITEM, None, ITEM_TYPE, LINE_ITEM_READONLY, SCORE),
            ("POST", ITEMS, {"label": "x", "scoreMaximum": 1}, ITEM_TYPE, LINE_ITEM, LINE_ITEM_READONLY),
            ("PUT", ITEM, {"label": "x", "scoreMaximum": 1}, ITEM_TYPE, LINE_ITEM, LINE_ITEM_READONLY),
            ("DELETE", ITEM, None, "", LINE_ITEM, LINE_ITEM_READONLY),
            ("POST", SCORES, {}, SCORE_TYPE, SCORE, LINE_ITEM),
            ("GET", RESULTS, None, RESULTS_TYPE, RESULT_READONLY, SCORE),
        ],
    )
    def test_act_is_forbidden_when_the_scope_is_another(self, visit, method, url, body, media_type, needed, held):
        assert visit.send(method, url, body, media_type, scopes=(held,)).status_code == 403
        with_scope = visit.send(method, url, body, media_type, scopes=(needed,))
        assert with_scope.status_code in (200, 201, 400, 403)
        assert with_scope.status != "403 The access token does not cover this"

    def test_service_is_closed_when_the_query_of_the_address_is_lost(self, client, visit):
        answer = client.get("/lti/services/2/lineitems", headers=visit.bearer())

        assert answer.status_code == 401

    @pytest.mark.parametrize(
        "url", ["/lti/services/9/lineitems?type_id=1", "/lti/services/2/lineitems/9/lineitem?type_id=1"]
    )
    def test_address_is_missing_when_course_or_column_is_unknown(self, visit, url):
        assert visit.send("GET", url).status_code == 404


class TestMediaTypes:
    @pytest.mark.parametrize(("url", "accept"), [(ITEMS, ITEM_TYPE), (ITEM, ITEMS_TYPE), (RESULTS, "application/json")])
    def test_answer_is_refused_when_another_type_is_asked_for(self, visit, url, accept):
        assert visit.send("GET", url, media_type=accept).status_code == 400

    @pytest.mark.parametrize(
        ("method", "url", "media_type"),
        [
            ("POST", ITEMS, "application/json"),
            ("POST", ITEMS, f"{ITEM_TYPE}; charset=utf-8"),
            ("PUT", ITEM, ITEMS_TYPE),
            ("POST", SCORES, f"{SCORE_TYPE};charset=UTF-8"),
            ("POST", SCORES, "application/json"),
        ],
    )
    def test_body_is_refused_when_its_type_is_not_exact(self, visit, method, url, media_type):
        score = {"userId": "5", "timestamp": "2026-11-22T10:00:00Z"}
        progress = {"activityProgress": "Completed", "gradingProgress": "FullyGraded"}
        body = {"label": "x", "scoreMaximum": 1, **score, **progress}

        answer = visit.send(method, url, body, media_type)

        assert (answer.status_code, answer.text) == (400, "[]")
        assert visit.send(method, url, body, ITEM_TYPE if url != SCORES else SCORE_TYPE).status_code in (200, 201)

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null", b"[" * 100_000])
    def test_body_is_refused_when_it_is_not_a_json_object(self, client, visit, body):
        answer = client.post(SCORES, data=body, content_type=SCORE_TYPE, headers=visit.bearer())

        assert answer.status_code == 400


class TestScores:
    def test_grade_and_remark_are_kept_when_fully_graded(self, visit):
        assert visit.score(scoreGiven=40, comment="Goed gedaan").status_code == 200

        assert visit.results() == [
            {
                "id": f"http://localhost:8700{RESULTS}&user_id=5",
                "userId": "5",
                "resultScore": 40,
                "resultMaximum": 100,
                "comment": "Goed gedaan",
                "scoreOf": f"http://localhost:8700{ITEM}",
                "timestamp": "2026-11-22T10:00:00+00:00",
            }
        ]

    @pytest.mark.parametrize(("given", "maximum", "kept"), [(1, 4, 25), (0, 10, 0), (12, 10, 100), (1, 3, 33.33333)])
    def test_score_is_rescaled_when_its_maximum_is_another(self, visit, given, maximum, kept):
        visit.score(scoreGiven=given, scoreMaximum=maximum)

        assert visit.results()[0]["resultScore"] == kept

    @pytest.mark.parametrize(
        "timestamp", ["2026-11-22T10:00:00.900Z", "2026-11-22T09:59:59Z", "2026-11-22T10:30:00+01:00"]
    )
    def test_score_conflicts_when_it_is_not_a_second_newer(self, visit, timestamp):
        visit.score(scoreGiven=40)

        answer = visit.score(scoreGiven=70, timestamp=timestamp)

        assert (answer.status_code, answer.text) == (409, "[]")
        assert visit.results()[0]["resultScore"] == 40

    def test_score_replaces_when_it_is_a_second_newer(self, visit, clock):
        visit.score(scoreGiven=40)
        clock.advance(seconds=1)

        assert visit.score(scoreGiven=70, comment=None).status_code == 200
        (result,) = visit.results()
        assert result["resultScore"] == 70
        assert "comment" not in result

    @pytest.mark.parametrize("progress", ["Pending", "PendingManual", "Failed", "NotReady"])
    def test_grade_and_remark_are_gone_when_not_fully_graded(self, visit, clock, progress):
        visit.score(scoreGiven=40)
        clock.advance(seconds=1)

        assert visit.score(scoreGiven=60, gradingProgress=progress).status_code == 200
        (result,) = visit.results()
        assert "resultScore" not in result
        assert "comment" not in result

    def test_grade_is_gone_when_no_score_is_given(self, visit, clock):
        visit.score(scoreGiven=40)
        clock.advance(seconds=1)

        visit.score(scoreGiven=None, scoreMaximum=None)

        assert "resultScore" not in visit.results()[0]

    @pytest.mark.parametrize("user_id", ["3", "4", "999"])
    def test_score_is_refused_when_the_person_is_no_learner(self, visit, user_id):
        answer = visit.score(user_id)

        assert (answer.status_code, answer.text) == (400, "[]")
        assert visit.results() == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"userId": None},
            {"userId": 5},
            {"timestamp": None},
            {"timestamp": "1795359459"},
            {"timestamp": "2026-11-22T10:00:00"},
            {"activityProgress": None},
            {"activityProgress": "Done"},
            {"gradingProgress": None},
            {"gradingProgress": "fullygraded"},
            {"scoreMaximum": None},
            {"scoreMaximum": 0},
            {"scoreGiven": "40"},
            {"scoreGiven": 10**400},
            {"timestamp": "0001-01-01T00:00:00+23:59"},
            {"scoreGiven": -1},
            {"scoreGiven": True},
            {"comment": 5},
        ],
    )
    def test_score_is_refused_when_a_field_is_wrong(self, visit, changes):
        assert visit.score(**changes).status_code == 400
        assert visit.results() == []

    def test_results_are_narrowed_when_a_person_is_named(self, visit):
        visit.score("5")
        visit.score("6")

        assert [result["userId"] for result in visit.results()] == ["5", "6"]
        assert [result["userId"] for result in visit.results(user_id="6")] == ["6"]
        assert visit.results(user_id="7") == []


class TestOverriddenGrade:
    def test_grade_of_the_teacher_stays_when_a_score_follows(self, visit, client, clock):
        visit.score(scoreGiven=40)
        clock.advance(seconds=1)
        client.post("/control/override?person=zoe&score=55")
        clock.advance(seconds=1)

        assert visit.score(scoreGiven=90).status_code == 200
        assert visit.results()[0]["resultScore"] == 55

    def test_grade_of_the_teacher_stays_when_a_score_would_clear(self, visit, client, clock):
        client.post("/control/override?person=zoe&score=55")
        clock.advance(seconds=1)

        visit.score(gradingProgress="Pending")

        assert visit.results()[0]["resultScore"] == 55

    def test_score_conflicts_when_the_teacher_was_later(self, visit, client):
        client.post("/control/override?person=zoe&score=55")

        assert visit.score(scoreGiven=90).status_code == 409

    def test_score_counts_again_when_the_override_is_withdrawn(self, visit, client, clock):
        client.post("/control/override?person=zoe&score=55")
        client.post("/control/override?person=zoe&score=")
        clock.advance(seconds=1)

        visit.score(scoreGiven=90)

        assert visit.results()[0]["resultScore"] == 90
