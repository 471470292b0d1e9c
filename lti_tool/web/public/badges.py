"""A badge at its public address, for whoever has it: the page, its files, and a way to say that something is wrong.

No session and no cookie: somebody who is logged in elsewhere sees what a stranger sees. A badge that is not shared
gives nothing away on any of these addresses.
"""

from __future__ import annotations

import json
import uuid
from typing import cast

from flask import Blueprint, Flask, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as AnyResponse

from badges.issue import PICTURE_SIZE, baked_picture
from badges.issuer import issuer_document
from badges.openbadges.check import Outcome
from badges.picture.png import SizeUnknown, png_of
from badges.reports import ReportInvalid, report_award
from config.errors import Conflict, NotFound
from lti_tool.showing import BadgeErased, BadgePrivate, OpenBadge, RecentChecks, open_badge, open_file
from lti_tool.web.current import tool
from lti_tool.web.locale import LANGUAGE, asked_locale, select_locale
from lti_tool.web.public.badge_page import describe
from lti_tool.web.public.report_form import ReportForm, form_again, new_form, read_form

_RECENT_CHECKS = "mijlpaal-recent-checks"
_CREDENTIAL_TYPE = "application/vc+ld+json"
_DID_DOCUMENT_TYPE = "application/did+ld+json"  # https://www.w3.org/TR/did-1.0/#json-ld
_LANGUAGES = {"nl": "Nederlands", "en": "English"}

blueprint = Blueprint("badges", __name__)


@blueprint.record
def _begin(state: BlueprintSetupState) -> None:
    cast(Flask, state.app).extensions[_RECENT_CHECKS] = RecentChecks()


@blueprint.after_request
def _stay_out_of_search_engines(response: Response) -> Response:
    """Whoever was given the address may look; nobody is to come across somebody's badge by a search."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.context_processor
def _language() -> dict[str, object]:
    """Give the pages the language of their links, and of the one that leads to the same page in another."""
    here = select_locale()
    other = next(language for language in _LANGUAGES if language != here)
    values = {**(request.view_args or {}), LANGUAGE: other}
    return {
        "lang": asked_locale(),
        "other_language": other,
        "other_language_name": _LANGUAGES[other],
        "other_language_url": url_for(request.endpoint or "", **values) if request.method == "GET" else "",
    }


@blueprint.get("/badges/<uuid:award_id>")
def page(award_id: uuid.UUID) -> AnyResponse:
    """Show a badge that is shared, and whether it holds; of any other, that it cannot be seen."""
    try:
        with tool().db.reading() as tx:
            badge = open_badge(tx, award_id)
    except BadgePrivate:
        return make_response(render_template("public/badge_closed.html", is_erased=False))
    except BadgeErased:
        return _gone()
    address = tool().badge_url(award_id)
    if not badge.award.is_held:
        return make_response(render_template("public/badge_lost.html", award=badge.award))
    judged = _recent_checks().judge(tool(), badge)
    if judged.says is None:
        doubted = judged.outcome is Outcome.DOES_NOT_HOLD
        waits = not doubted and badge.waits_for_signature
        return make_response(
            render_template("public/badge_unsure.html", award_id=award_id, is_doubted=doubted, is_waiting=waits)
        )
    shown = describe(badge, judged.says, judged.checked_at, select_locale())
    picture = tool().url(url_for("badges.picture", award_id=award_id, size=PICTURE_SIZE))
    return make_response(render_template("public/badge.html", badge=shown, address=address, picture_address=picture))


@blueprint.get("/badges/<uuid:award_id>/credential.json")
def credential(award_id: uuid.UUID) -> Response:
    """Give the document as it was signed, also to verifiers that run in a browser."""
    with tool().db.reading() as tx:
        _award, document = open_file(tx, award_id)
    response = _file(document, _CREDENTIAL_TYPE, f"badge-{award_id}.json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/badges/<uuid:award_id>/badge.png")
def baked(award_id: uuid.UUID) -> Response:
    """Give the picture with the document inside."""
    with tool().db.reading() as tx:
        award, document = open_file(tx, award_id)
    return _file(baked_picture(award.details, document), "image/png", f"badge-{award_id}.png")


@blueprint.get("/badges/<uuid:award_id>/picture-<int:size>.png")
def picture(award_id: uuid.UUID, size: int) -> Response:
    """Give the picture alone, in one of the sizes that there are."""
    with tool().db.reading() as tx:
        award, _document = open_file(tx, award_id)
    try:
        png = png_of(award.details.design, size)
    except SizeUnknown:
        raise NotFound("picture") from None
    response = make_response(png)
    response.headers["Content-Type"] = "image/png"
    return response


@blueprint.get("/badges/<uuid:award_id>/report")
def report(award_id: uuid.UUID) -> AnyResponse:
    """Show the form in which anybody can say that something is wrong with a badge, and the thanks for it."""
    try:
        badge = _reportable(award_id)
    except BadgePrivate:
        return _closed()
    except BadgeErased:
        return _gone()
    if "sent" in request.args:
        return make_response(render_template("public/report_thanks.html", award=badge.award))
    return _show_form(badge, new_form())


@blueprint.post("/badges/<uuid:award_id>/report")
def send_report(award_id: uuid.UUID) -> AnyResponse:
    """Keep a report. There is no session, so a field that people leave empty and a cap hold back the machines."""
    form = read_form(request.form)
    try:
        badge = _reportable(award_id)
        if form.is_trapped:
            return _show_form(badge, form_again(form), 400)
        with tool().db.transaction() as tx:
            report_award(
                tx,
                award_id,
                report_id=form.report_id,
                text=form.text,
                contact=form.contact,
                now=tool().clock.now(),
            )
    except BadgePrivate:
        return _closed()
    except BadgeErased:
        return _gone()
    except ReportInvalid as invalid:
        return _show_form(badge, form_again(form, invalid), 400)
    except Conflict:
        return _show_form(badge, form_again(form), 409, is_full=True)
    return redirect(url_for("badges.report", award_id=award_id, sent=1, lang=asked_locale()), 303)


@blueprint.get("/issuers/<uuid:profile_id>/did.json")
def did_document(profile_id: uuid.UUID) -> Response:
    """Publish the keys of an issuer whose name is an address; any other carries its key in its name."""
    with tool().db.reading() as tx:
        document = issuer_document(tx, profile_id)
    if document is None:
        raise NotFound("issuer")
    response = make_response(json.dumps(document, ensure_ascii=False, indent=2).encode())
    response.headers["Content-Type"] = _DID_DOCUMENT_TYPE
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _recent_checks() -> RecentChecks:
    return cast(RecentChecks, current_app.extensions[_RECENT_CHECKS])


def _reportable(award_id: uuid.UUID) -> OpenBadge:
    with tool().db.reading() as tx:
        return open_badge(tx, award_id)


def _show_form(badge: OpenBadge, form: ReportForm, status: int = 200, *, is_full: bool = False) -> AnyResponse:
    return make_response(
        render_template("public/report.html", award=badge.award, form=form, is_full=is_full),
        status,
    )


def _closed() -> AnyResponse:
    return make_response(render_template("public/badge_closed.html", is_erased=False), 404)


def _gone() -> AnyResponse:
    return make_response(render_template("public/badge_closed.html", is_erased=True), 410)


def _file(content: bytes, media_type: str, name: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
