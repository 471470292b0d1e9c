"""Importing this module fills the MetaData with every table of every room; migrations compare against it."""

import badges.models
import config.outbox
import gamification.models
import lti_tool.roster.models  # noqa: F401
