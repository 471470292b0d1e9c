"""What a badge says about somebody (its type), and what it is worth outside (its kind of proof)."""

from __future__ import annotations

from enum import StrEnum

from badges.openbadges.achievement import AchievementType


class BadgeType(StrEnum):
    """What kind of badge it is. Each says something else about the person, so nobody takes one for another."""

    SKILL = "skill"
    """Somebody showed that they can do something, and somebody else looked."""
    PARTICIPATION = "participation"
    """Somebody took part; nobody need have looked at the work."""
    MEMBERSHIP = "membership"
    ONBOARDING = "onboarding"
    FUN = "fun"
    MILESTONE = "milestone"

    @property
    def needs_confirmation(self) -> bool:
        """Whether what learners tick themselves must not be enough for it."""
        return self is BadgeType.SKILL

    @property
    def achievement_type(self) -> AchievementType:
        """The standard's word for it."""
        return _IN_THE_STANDARD[self]


class ProofKind(StrEnum):
    """What kind of proof it is, said honestly. All but the first may be given only by who is entitled to."""

    OWN_CERTIFICATE = "own-certificate"
    SECTOR_CERTIFICATE = "sector-certificate"
    PRAKTIJKVERKLARING = "praktijkverklaring"
    MBO_CERTIFICATE = "mbo-certificate"
    DIPLOMA_PART = "diploma-part"

    @property
    def needs_entitlement(self) -> bool:
        """Whether an organisation must be allowed to give it."""
        return self is not ProofKind.OWN_CERTIFICATE


_IN_THE_STANDARD = {
    BadgeType.SKILL: AchievementType.COMPETENCY,
    BadgeType.PARTICIPATION: AchievementType.PARTICIPATION,
    BadgeType.MEMBERSHIP: AchievementType.MEMBERSHIP,
    BadgeType.ONBOARDING: AchievementType.ONBOARDING,
    BadgeType.FUN: AchievementType.FUN,
    BadgeType.MILESTONE: AchievementType.ACHIEVEMENT,
}
