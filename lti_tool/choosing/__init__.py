"""Deep linking: what can be placed in a course or handed in, placing it, and the signed answer for the platform.

https://www.imsglobal.org/spec/lti-dl/v2p0/
"""

from lti_tool.choosing.answering import Answer
from lti_tool.choosing.handing_in import HandInOffer, hand_in, hand_in_offer
from lti_tool.choosing.keeping import Pick
from lti_tool.choosing.offer import Edited, Offer, Placeable, offer_of
from lti_tool.choosing.placing import place
from lti_tool.choosing.purposes import Purpose

__all__ = [
    "Answer",
    "Edited",
    "HandInOffer",
    "Offer",
    "Pick",
    "Placeable",
    "Purpose",
    "hand_in",
    "hand_in_offer",
    "offer_of",
    "place",
]
