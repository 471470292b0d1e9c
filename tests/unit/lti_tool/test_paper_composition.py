"""What stands where: texts between the two cards, as big as one sheet allows, and small before it takes a second."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from lti_tool.paper import JudgedCriterion, PaperBadge
from lti_tool.paper.composition import FLOWING, PADDING, SCALES, Composition, composed
from lti_tool.paper.labels import labels_of

SENTENCE = "Je laat zien dat je veilig werkt. "
BADGE = PaperBadge(
    picture_png=b"",
    picture_alt="",
    badge_name="Veilig werken",
    holder_name="Fatima",
    description=SENTENCE,
    criteria=SENTENCE,
    judged=(JudgedCriterion("Ruim op", "Bekeken op 9 november 2026."),),
    issuer_name="Werkplaats",
    awarded_on=date(2026, 11, 20),
    kind_of_proof="eigen certificaat",
    address="https://mijlpaal.school.example/badges/0192f0a1-7c3e-7d41-9b5a-3f2e1d0c9b8a",
    is_shared=True,
    made_at=datetime(2026, 11, 22, tzinfo=UTC),
)
NOTHING = replace(BADGE, description="", criteria="", judged=())


def measure(text: str, is_bold: bool) -> float:
    """A typewriter, about as wide as the letters of the paper."""
    return len(text) * (0.2 if is_bold else 0.18)


def composition_of(badge: PaperBadge) -> Composition:
    return composed(badge, labels_of(badge, "nl"), True, measure)


@pytest.mark.parametrize(
    "badge",
    [
        BADGE,
        NOTHING,
        replace(BADGE, criteria=SENTENCE * 60),
        replace(BADGE, judged=BADGE.judged * 30),
        replace(NOTHING, issuer_name="Organisatie " * 60),
        replace(BADGE, issuer_name="Organisatie " * 300, kind_of_proof="soort " * 300),
    ],
)
def test_texts_stand_between_the_cards(badge: PaperBadge) -> None:
    composition = composition_of(badge)

    placed = composition.pages[0].placed
    header = [part for part in placed if part.block in composition.header]
    body = [part for part in placed if part.block not in composition.header]
    assert len(header) == len(composition.header)
    for part in body:
        assert part.top >= header[-1].bottom + PADDING + 3
        assert part.bottom <= composition.card_top - 3
    for fact in composition.facts:
        assert composition.card_top + 5 < composition.facts_top + fact.top
        assert composition.facts_top + fact.bottom < 297 - 12 - 5


def test_texts_get_smaller_first_and_then_take_another_sheet() -> None:
    compositions = [composition_of(replace(BADGE, criteria=SENTENCE * times)) for times in range(1, 60, 3)]

    sizes = [composition.scale.text for composition in compositions if len(composition.pages) == 1]
    assert sizes == sorted(sizes, reverse=True)
    assert set(sizes) == {scale.text for scale in SCALES}
    assert {composition.scale for composition in compositions if len(composition.pages) > 1} == {FLOWING}
