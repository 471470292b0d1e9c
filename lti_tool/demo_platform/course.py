"""The one course of Demo-school and the one place in it where the tool is put."""

from __future__ import annotations

CONTEXT_ID = "2"
CONTEXT_LABEL = "DIGI1"
CONTEXT_TITLE = "Digitale basis"

RESOURCE_LINK_ID = "1"
RESOURCE_LINK_TITLE = "Mijlpaal"

CONTEXT = {"id": CONTEXT_ID, "label": CONTEXT_LABEL, "title": CONTEXT_TITLE}
