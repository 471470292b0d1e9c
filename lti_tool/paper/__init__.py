"""The badge on paper: one A4 to hang on the wall and to hand to an employer.

Pure: everything that stands on it is handed in, in the language of the reader. No database, no Flask, no network.
"""

from lti_tool.paper.content import JudgedCriterion, PaperBadge
from lti_tool.paper.document import badge_paper

__all__ = ["JudgedCriterion", "PaperBadge", "badge_paper"]
