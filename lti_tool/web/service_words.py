"""What went wrong when a service of the platform was asked, in words for those who teach and those who administer."""

from __future__ import annotations

from flask_babel import gettext


def service_words(code: str) -> str:
    """Return what a failed call means and who can mend it; `code` is as it was kept: a word and perhaps a status."""
    word, _, status = code.partition(" ")
    if word == "bad-access-token" or status == "401" or (word == "access-token-failed" and status.startswith("4")):
        return gettext("The platform does not let Mijlpaal in. Ask its administrator to check the connection.")
    if word == "empty-roster":
        return gettext("The platform says that nobody is in this course. That cannot be right, so nothing was changed.")
    if word == "endless-pages":
        return gettext("The list that the platform gives has no end. Nothing was changed. Tell its administrator.")
    if word in {"address-refused", "scheme-refused", "foreign-page"}:
        return gettext("The platform gave an address that cannot be used. Tell its administrator.")
    if status == "403":
        return gettext(
            "The platform does not let Mijlpaal see who is in the course. Its administrator can allow that: "
            "Names and Role Provisioning."
        )
    if status in {"404", "410"}:
        return gettext("The platform does not find the list any more. Open Mijlpaal again from the course.")
    if status == "429":
        return gettext("The platform is busy and asked to wait.")
    if status.startswith("5"):
        return gettext("The platform has a problem of its own, or is being maintained.")
    if word in {"timeout", "unreachable", "tls"}:
        return gettext("The platform could not be reached.")
    if status or word in {"redirect-refused", "bad-json", "bad-members", "bad-link", "too-large"}:
        return gettext("The platform gave an answer that Mijlpaal does not understand.")
    return gettext("Something went wrong in Mijlpaal. Tell your administrator: %(code)s.", code=word)
