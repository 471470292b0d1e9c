"""The badge on the set-up page as somebody sees it: what can be chosen, drawn small, and the picture that comes of it.

Without scripts a button of the page shows the badge with what was typed; with them the page asks for the picture here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext

from badges.kinds import BadgeType, ProofKind
from badges.picture.contrast import contrast_of
from badges.picture.design import Colour, Design, DesignInvalid, Level, Shape, Symbol
from badges.picture.png import SizeUnknown, png_of
from badges.picture.svg import svg_of
from config.errors import NotFound
from lti_tool.badge_words import badge_type_name, badge_type_sentence, proof_kind_name
from lti_tool.web.locale import select_locale
from lti_tool.web.teacher.badge_fields import PICTURE_FIELDS, BadgeFields
from lti_tool.web.teacher.setup_design_words import colour_name, level_name, shape_name, symbol_name, words_of

_KEPT_SECONDS = 24 * 3600

blueprint = Blueprint("badge_design", __name__)


@dataclass(frozen=True)
class Drawn:
    """Something to choose for the picture: its value, its name, and how it looks on an otherwise plain badge."""

    value: str
    name: str
    drawing: str


@dataclass(frozen=True)
class Named:
    """Something to choose, with a sentence that says what it means."""

    value: str
    name: str
    sentence: str


@dataclass(frozen=True)
class BadgeOnForm:
    """What the page needs to draw the badge's part. `lacking` says in words what is not seen well enough."""

    picture: str
    types: tuple[Named, ...]
    kinds: tuple[Named, ...]
    drawn: dict[str, tuple[Drawn, ...]]
    lacking: tuple[str, ...]
    type_name: str
    kind_name: str


def badge_on_form(form: BadgeFields, locale: str) -> BadgeOnForm:
    """Return what the page shows of the badge on a form."""
    return BadgeOnForm(
        picture=form.design.to_text(),
        types=tuple(
            Named(kind, badge_type_name(locale, kind), badge_type_sentence(locale, kind)) for kind in BadgeType
        ),
        kinds=tuple(Named(kind, proof_kind_name(locale, kind), _honest_sentence(kind)) for kind in ProofKind),
        drawn=_everything_drawn(locale),
        lacking=lacking_sentences(form.design),
        type_name=badge_type_name(locale, BadgeType(form.badge_type.data)),
        kind_name=proof_kind_name(locale, ProofKind(form.badge_proof_kind.data)),
    )


@blueprint.get("/setup/badge/<picture>.png")
def picture(picture: str) -> Response:
    """Return a picture, named as its design and its size: `circle.moss.check.0-256`."""
    text, _, size = picture.rpartition("-")
    try:
        content = png_of(Design.from_text(text), int(size) if size.isdecimal() and len(size) < 5 else 0)
    except (DesignInvalid, SizeUnknown) as unknown:
        raise NotFound("picture") from unknown
    response = make_response(content)
    response.content_type = "image/png"
    response.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}"
    return response


@blueprint.get("/setup/badge")
def preview() -> Response:
    """Return the part of the page that shows one picture, with the words for it, for the script that follows choices.

    What was not chosen, or is none of ours, is as on a plain badge.
    """
    try:
        design = Design.of_values(
            **{name.removeprefix("badge_"): request.args.get(name, "") for name in PICTURE_FIELDS}
        )
    except DesignInvalid:
        design = Design()
    return make_response(
        render_template(
            "teacher/setup_badge_pictures.html",
            picture=design.to_text(),
            alt_text=words_of(select_locale(), design),
            lacking=lacking_sentences(design),
        )
    )


def lacking_sentences(design: Design) -> tuple[str, ...]:
    """Say what of a picture is not seen well enough; nothing where all is well."""
    sentences = {
        "symbol": gettext("The symbol is hard to see on this colour. Choose another colour."),
        "mark": gettext("The level is hard to see on this colour. Choose another colour."),
        "edge": gettext("The edge is hard to see on some pages. Choose another colour."),
    }
    return tuple(sentences[part] for part in contrast_of(design).lacking)


def _honest_sentence(kind: ProofKind) -> str:
    return {
        ProofKind.OWN_CERTIFICATE: gettext("From your own organisation. It is not a diploma and not part of one."),
        ProofKind.SECTOR_CERTIFICATE: gettext(
            "Employers in one sector know it. The sector decides who may give it, and what it takes."
        ),
        ProofKind.PRAKTIJKVERKLARING: gettext(
            "Says which work somebody has shown in practice, at a recognised work placement company. Only who is "
            "entitled to it may give it."
        ),
        ProofKind.MBO_CERTIFICATE: gettext("For a fixed part of an mbo course. Only an mbo school may give it."),
        ProofKind.DIPLOMA_PART: gettext("Counts for a diploma. Only the school that gives that diploma may give it."),
    }[kind]


@lru_cache(maxsize=4)
def _everything_drawn(locale: str) -> dict[str, tuple[Drawn, ...]]:
    """Return what can be chosen for each part of the picture. Always on a plain badge, so it is drawn once."""
    return {
        "badge_shape": tuple(_drawn(shape, shape_name(locale, shape), Design(shape=shape)) for shape in Shape),
        "badge_colour": tuple(_drawn(one, colour_name(locale, one), Design(colour=one)) for one in Colour),
        "badge_symbol": tuple(_drawn(symbol, symbol_name(locale, symbol), Design(symbol=symbol)) for symbol in Symbol),
        "badge_level": tuple(
            _drawn(str(level.value), level_name(locale, level), Design(level=level)) for level in Level
        ),
    }


def _drawn(value: str, name: str, design: Design) -> Drawn:
    return Drawn(value, name, svg_of(design))
