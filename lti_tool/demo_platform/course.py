"""The one course of Demo-school."""

from __future__ import annotations

CONTEXT_ID = "2"
CONTEXT_LABEL = "DIGI1"
CONTEXT_TITLE = "Digitale basis"

CONTEXT = {"id": CONTEXT_ID, "label": CONTEXT_LABEL, "title": CONTEXT_TITLE}
