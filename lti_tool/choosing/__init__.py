"""Deep linking: what a teacher can place in a course, placing it, and the signed answer for the platform.

https://www.imsglobal.org/spec/lti-dl/v2p0/
"""

from lti_tool.choosing.offer import Offer, Placeable, offer_of
from lti_tool.choosing.placing import Answer, Pick, place

__all__ = ["Answer", "Offer", "Pick", "Placeable", "offer_of", "place"]
