"""Deep linking: the page to pick on, and the page whose form carries the answer to the platform."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import Conflict, NotAllowed
from gamification.errors import RuleInvalid
from lti_tool.choosing import Answer, Offer, Purpose, offer_of, place
from lti_tool.lti.roles import may_edit
from lti_tool.web.choosing import handing_in
from lti_tool.web.choosing.form import BADGE, COURSE, NEW, Added, ChoosingForm, form_of, links_sentence
from lti_tool.web.current import launch_session, tool
from lti_tool.web.headers import allow_form_to_lead_anywhere
from lti_tool.web.locale import keep_locale

blueprint = Blueprint("choosing", __name__)
blueprint.add_url_rule("/hand-in", view_func=handing_in.hand_in)
blueprint.add_url_rule("/hand-in", view_func=handing_in.send_hand_in, methods=["POST"])


@blueprint.get("/choose")
def choose() -> str:
    """Show what can be placed in this course."""
    offer = _offer()
    return _page(form_of(offer), offer)


@blueprint.post("/choose")
def answer() -> Response | str | tuple[str, int]:
    """Add or remove a line, change the language, or place what was picked and hand the answer to the browser."""
    offer = _offer()
    form = ChoosingForm(offer, request.form)
    if "locale" in request.form:
        keep_locale(request.form["locale"])
        return _page(form, offer)
    if form.change_lines(request.form):
        return _page(form, offer)
    if "nothing" in request.form:
        return _try(form, nothing=True)
    if not form.validate():
        return _page(form, offer), 400
    return _try(form)


@blueprint.get("/choose/answered")
def answered() -> tuple[str, int]:
    """Say that this choice was sent to the platform before: it counts once."""
    return render_template("choosing/answered.html", may_edit=may_edit(launch_session().role)), 409


def _try(form: ChoosingForm, *, nothing: bool = False) -> Response | tuple[str, int]:
    try:
        with tool().db.transaction() as tx:
            sent = place(
                tx,
                tool(),
                launch_session(),
                [] if nothing else form.picks(),
                goal_points=form.goal_points.data,
                seen_number=form.seen_number.data,
                now=tool().clock.now(),
            )
    except RuleInvalid as invalid:
        form.show_problem(invalid.path, invalid.problem)
        return _page(form, form.offer), 400
    except Conflict as conflict:
        if conflict.code != "published-meanwhile":
            return redirect(url_for("choosing.answered"), 303)
        form.is_conflict = True
        return _page(form, form.offer), 409
    return _send(sent)


def _offer() -> Offer:
    session = launch_session()
    if not may_edit(session.role):
        raise NotAllowed("role")
    with tool().db.reading() as tx:
        return offer_of(tx, session.context_id, session.id)


def _send(sent: Answer) -> Response:
    allow_form_to_lead_anywhere(sent.return_url)
    return make_response(render_template("choosing/answer.html", answer=sent))


def _page(form: ChoosingForm, offer: Offer) -> str:
    return render_template(
        "choosing/choose.html",
        form=form,
        offer=offer,
        added=Added,
        course_pick=COURSE,
        badge_pick=BADGE,
        new_pick=NEW,
        is_in_text=offer.purpose is Purpose.TEXT,
        links_sentence=links_sentence,
    )
