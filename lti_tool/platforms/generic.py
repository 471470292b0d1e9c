"""A platform we know nothing about: the careful answers."""

from __future__ import annotations

from lti_tool.platforms.family import PlatformFamily

GENERIC = PlatformFamily(product_family_code="generic")
