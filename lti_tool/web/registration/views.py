"""Registering a platform: the pages that open inside it, without a cookie, and those for doing it by hand.

An address with an invitation opens them. Forms carry what was shown, sealed and bound to that invitation, so no other
page can send them and nothing in them can be changed. https://www.imsglobal.org/spec/lti-dr/v1p0
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import format_date
from werkzeug.wrappers import Response

from config.errors import Conflict
from config.logging import reference
from lti_tool.lti.canvas_json import canvas_configuration as canvas_json
from lti_tool.lti.dynamic_registration import PersonalData, placements_to_ask, scopes_to_ask
from lti_tool.lti.platform_configuration import PlatformConfiguration
from lti_tool.lti.registration_problems import RegistrationFailed
from lti_tool.registering import (
    Completed,
    NotKept,
    Review,
    begin_registration,
    check_invitation,
    confirm_registration,
    open_review,
    seal_review,
)
from lti_tool.registering_by_hand import problems_of, register_by_hand
from lti_tool.roster.invitations import InvitationRefused
from lti_tool.web.current import tool
from lti_tool.web.headers import allow_framing_at, allow_framing_by_anyone
from lti_tool.web.language_links import language_links
from lti_tool.web.locale import asked_locale
from lti_tool.web.registration.by_hand_form import (
    FAMILIES,
    ByHandForm,
    family_of_form,
    personal_data_of,
    read_by_hand_form,
)
from lti_tool.web.registration.data_sheet import data_sheet
from lti_tool.web.registration.outcome import Outcome, open_outcome, seal_outcome
from lti_tool.web.registration.words import rights, steps_left, words_of

blueprint = Blueprint("registration", __name__)
blueprint.context_processor(language_links)


@blueprint.after_request
def _stay_out_of_search_engines(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.errorhandler(InvitationRefused)
def closed(refused: InvitationRefused) -> Response:
    """Say that this address opens nothing, or not any more."""
    allow_framing_by_anyone()
    status = 404 if refused.code == "unknown" else 410
    return make_response(render_template("registration/closed.html", code=refused.code), status)


@blueprint.get("/register")
def explain() -> Response:
    """Say how to get an address to register with."""
    allow_framing_by_anyone()
    return make_response(render_template("registration/explain.html"))


@blueprint.get("/register/privacy")
def privacy() -> Response:
    """Show the sheet for a privacy officer, for a platform and a choice."""
    family_code, personal_data = family_of_form(request.args), personal_data_of(request.args)
    return make_response(
        render_template(
            "registration/privacy.html",
            sheet=data_sheet(personal_data, family_code),
            rights=rights(scopes_to_ask(canvas_json(tool().settings.public_url)["scopes"])),
            personal_data=personal_data,
            lms=family_code,
        )
    )


@blueprint.get("/canvas.json")
def canvas_configuration() -> Response:
    """Give the configuration for a developer key of Canvas."""
    response = make_response(canvas_json(tool().settings.public_url))
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@blueprint.get("/register/<invitation>")
def review(invitation: str) -> Response:
    """Show who the platform is and what would be asked; without a platform, what to do with this address."""
    url = request.args.get("openid_configuration", "")
    if not url:
        check_invitation(tool(), invitation)
        allow_framing_by_anyone()
        return make_response(render_template("registration/invited.html", address=_own_address(invitation)))
    try:
        begun = begin_registration(tool(), invitation, url, request.args.get("registration_token", ""))
    except RegistrationFailed as failed:
        allow_framing_by_anyone()
        return _show_failure(failed, invitation)
    return _show_review(begun)


@blueprint.post("/register/<invitation>")
def confirm(invitation: str) -> Response:
    """Ask the platform to register us, with what the page showed."""
    try:
        reviewed = open_review(tool(), invitation, request.form.get("review", ""))
    except RegistrationFailed as failed:
        allow_framing_by_anyone()
        return _show_failure(failed, invitation)
    _allow_framing(reviewed)
    try:
        completed = confirm_registration(tool(), reviewed, personal_data_of(request.form))
    except RegistrationFailed as failed:
        return _show_failure(failed, invitation)
    outcome = seal_outcome(tool().sealer, invitation, _outcome(completed))
    return redirect(
        url_for("registration.done", invitation=invitation, outcome=outcome, lang=asked_locale()),
        303,
    )


@blueprint.get("/register/<invitation>/done")
def done(invitation: str) -> Response:
    """Say what came of it and what is left to do in the platform."""
    outcome = open_outcome(tool().sealer, invitation, request.args.get("outcome", ""))
    allow_framing_at(outcome.shown_by, outcome.shown_below)
    steps = steps_left(
        outcome.family_code,
        has_names=outcome.personal_data != PersonalData.NOTHING,
        has_deployment=bool(outcome.deployment_id),
        was_known=outcome.was_known,
    )
    return make_response(render_template("registration/done.html", outcome=outcome, steps=steps))


@blueprint.get("/register/<invitation>/by-hand")
def by_hand(invitation: str) -> Response:
    """Show the form, and our addresses to copy; filled in where a registration stopped halfway."""
    check_invitation(tool(), invitation)
    form = ByHandForm(read_by_hand_form(request.args))
    return _show_by_hand(invitation, form)


@blueprint.post("/register/<invitation>/by-hand")
def keep_by_hand(invitation: str) -> Response:
    """Keep what was typed."""
    check_invitation(tool(), invitation)
    typed = read_by_hand_form(request.form)
    problems = problems_of(tool(), typed)
    if problems:
        return _show_by_hand(invitation, ByHandForm(typed, problems), 400)
    try:
        register_by_hand(tool(), invitation, typed)
    except Conflict:
        return _show_by_hand(invitation, ByHandForm(typed), 409, is_known=True)
    outcome = Outcome(
        family_code=typed.family_code,
        issuer=typed.addresses()["issuer"],
        client_id=typed.client_id,
        deployment_id=typed.deployment_id,
        personal_data=typed.personal_data,
        is_by_hand=True,
    )
    sealed = seal_outcome(tool().sealer, invitation, outcome)
    return redirect(url_for("registration.done", invitation=invitation, outcome=sealed, lang=asked_locale()), 303)


def _show_review(begun: Review) -> Response:
    configuration = begun.configuration
    _allow_framing(begun)
    family_code = configuration.family.product_family_code
    choice = personal_data_of(request.args)
    return make_response(
        render_template(
            "registration/review.html",
            review=begun,
            configuration=configuration,
            lms=family_code,
            sealed=seal_review(tool(), begun),
            # Everything that could come, so that the sheet holds whatever is chosen below it.
            sheet=data_sheet(PersonalData.NAMES_AND_EMAIL, family_code),
            choice=choice,
            known_on=format_date(begun.known_since, format="long") if begun.known_since else "",
            rights=rights(scopes_to_ask(configuration.scopes_supported)),
            placements=[placement.name for placement, _name in placements_to_ask(configuration.family, configuration)],
        )
    )


def _show_failure(failed: RegistrationFailed, invitation: str) -> Response:
    words = words_of(failed)
    page = render_template(
        "registration/failed.html",
        words=words,
        said=failed.said,
        reference=reference.get(),
        by_hand_url=url_for("registration.by_hand", invitation=invitation, lang=asked_locale()),
        kept=_half_done(failed, invitation) if isinstance(failed, NotKept) else None,
    )
    return make_response(page, words.status)


def _half_done(failed: NotKept, invitation: str) -> dict[str, Any]:
    """Return what to add by hand, and the address of the form with it filled in."""
    configuration, registered = failed.configuration, failed.registered
    fields = {
        "issuer": configuration.issuer,
        "auth_login_url": configuration.authorization_endpoint,
        "auth_token_url": configuration.token_endpoint,
        "jwks_url": configuration.jwks_uri,
        "client_id": registered.client_id,
        "deployment_id": registered.deployment_id,
    }
    query = {**fields, "lms": "generic", "personal_data": failed.personal_data.value, "lang": asked_locale() or ""}
    form = url_for("registration.by_hand", invitation=invitation)
    return {"fields": fields, "url": f"{form}?{urlencode(query)}"}


def _show_by_hand(invitation: str, form: ByHandForm, status: int = 200, *, is_known: bool = False) -> Response:
    page = render_template(
        "registration/by_hand.html",
        invitation=invitation,
        form=form,
        fields=form.fields(),
        families=FAMILIES,
        is_known=is_known,
        addresses=_addresses(),
    )
    return make_response(page, status)


def _outcome(completed: Completed) -> Outcome:
    configuration = completed.configuration
    return Outcome(
        family_code=configuration.family.product_family_code,
        issuer=configuration.issuer,
        client_id=completed.registered.client_id,
        deployment_id=completed.registered.deployment_id,
        personal_data=completed.personal_data,
        was_known=completed.was_known,
        shown_by=_shown_by(configuration),
        shown_below=configuration.family.frame_ancestors,
    )


def _allow_framing(reviewed: Review) -> None:
    allow_framing_at(_shown_by(reviewed.configuration), reviewed.configuration.family.frame_ancestors)


def _shown_by(configuration: PlatformConfiguration) -> tuple[str, ...]:
    """Return addresses of the places whose pages show ours: the platform's own, and that of the school."""
    return (configuration.issuer, configuration.authorization_endpoint, configuration.registration_endpoint)


def _own_address(invitation: str) -> str:
    return tool().url(url_for("registration.review", invitation=invitation))


def _addresses() -> dict[str, str]:
    return {
        "launch": tool().url("/lti/launch"),
        "login": tool().url("/lti/login"),
        "keys": tool().url("/lti/jwks"),
        "canvas": tool().url(url_for("registration.canvas_configuration")),
        "icon": tool().url("/static/mark.svg"),
    }
