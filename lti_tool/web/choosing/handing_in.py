"""The page on which a learner picks the badge that they hand in for an assignment of the platform."""

from __future__ import annotations

import uuid

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import Conflict, NotFound
from lti_tool.choosing import HandInOffer, hand_in_offer
from lti_tool.choosing import hand_in as hand_in_badge
from lti_tool.lti.roles import may_earn
from lti_tool.web.current import launch_session, tool
from lti_tool.web.headers import allow_form_to_lead_anywhere
from lti_tool.web.learner.badge_sentences import alt_text
from lti_tool.web.locale import keep_locale

PICTURE = "picture"


def hand_in() -> str:
    """Show a learner the badges that they hold; whoever looks along sees what a learner sees, with the reason."""
    return _page(_offer())


def send_hand_in() -> Response | str | tuple[str, int]:
    """Hand in the chosen badge, or nothing, and hand the answer to the browser."""
    offer = _offer()
    chosen = _chosen(offer)
    if "locale" in request.form:
        keep_locale(request.form["locale"])
        return _page(offer, chosen)
    if chosen is None and "nothing" not in request.form:
        return _page(offer, problem="missing"), 400
    try:
        with tool().db.transaction() as tx:
            sent = hand_in_badge(
                tx,
                tool(),
                launch_session(),
                None if "nothing" in request.form else chosen,
                as_picture=request.form.get("as") == PICTURE,
                now=tool().clock.now(),
            )
    except Conflict as conflict:
        if conflict.code == "not-signed-yet":
            return _page(offer, chosen, problem=conflict.code), 409
        return redirect(url_for("choosing.answered"), 303)
    allow_form_to_lead_anywhere(sent.return_url)
    return make_response(render_template("choosing/handed_in.html", answer=sent))


def _offer() -> HandInOffer:
    with tool().db.reading() as tx:
        return hand_in_offer(tx, launch_session())


def _chosen(offer: HandInOffer) -> uuid.UUID | None:
    """Return which badge was chosen; one that is not on the page is nobody's business here."""
    typed = request.form.get("badge", "")
    if not typed:
        return None
    found = next((award.award_id for award in offer.badges if str(award.award_id) == typed), None)
    if found is None:
        raise NotFound("award")
    return found


def _page(offer: HandInOffer, chosen: uuid.UUID | None = None, *, problem: str = "") -> str:
    only = offer.badges[0].award_id if len(offer.badges) == 1 else None
    return render_template(
        "choosing/hand_in.html",
        offer=offer,
        chosen=chosen or only,
        problem=problem,
        alt_text=alt_text,
        may_hand_in=may_earn(launch_session().role),
    )
