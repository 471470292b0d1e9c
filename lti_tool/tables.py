"""Importing this module fills the MetaData with every table of every room; migrations compare against it."""

import badges.models  # noqa: F401
import config.outbox  # noqa: F401
import gamification.models  # noqa: F401
import lti_tool.roster.gradebook_models
import lti_tool.roster.item_models
import lti_tool.roster.models
import lti_tool.roster.platform_models
import lti_tool.roster.session_models  # noqa: F401
