"""What a platform's own settings of a link say about its task and the goal, beside what holds here.

A launch brings the custom parameters of its link (`keeping`). A link with points makes a task, once. Of a link that was
placed for a task its name and the maximum grade of its column are read back too (`reading_back`). After that nothing is
taken over in silence: where the platform and the rules differ (`view`), the teacher decides (`settling`).

Locks: whoever may publish takes the rules first and then the setting of the link, so nobody waits in a circle.
"""

from lti_tool.link_settings.keeping import is_open, keep_link_setting, open_task_of_link, stand_for_task
from lti_tool.link_settings.reading_back import note_what_agrees
from lti_tool.link_settings.settling import settle
from lti_tool.link_settings.view import LmsView, lms_view
from lti_tool.link_settings.wanted import NO_RULES, Part

__all__ = [
    "NO_RULES",
    "LmsView",
    "Part",
    "is_open",
    "keep_link_setting",
    "lms_view",
    "note_what_agrees",
    "open_task_of_link",
    "settle",
    "stand_for_task",
]
