"""Learning which link of the platform a gate is, without anybody opening it."""

from __future__ import annotations

from config.errors import PlatformFailed
from lti_tool.asking_gates.state import Round
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, list_line_items
from lti_tool.roster.gates import gates_of, lock_gate


def learn_links(this: Round) -> None:
    """Find the links of gates that nobody opened yet, by the line items that came about with them.

    A copy of a course keeps the resource id of the item that it was copied from.
    """
    context, unknown = this.context, [gate for gate in this.gates if not gate.link_id]
    scopes = context.grade_scopes or []
    scope = next((one for one in (SCOPE_LINE_ITEM_READONLY, SCOPE_LINE_ITEM) if one in scopes), None)
    if not unknown or not context.line_items_url or scope is None:
        return
    this.keep_lease()
    try:
        found = list_line_items(this.tool.platform_http, this.endpoint, context.line_items_url, scope=scope)
    except PlatformFailed:
        return  # they stay unknown, and say so
    links = {item.resource_id: item.resource_link_id for item in found if item.resource_id and item.resource_link_id}
    with this.tool.db.transaction() as tx:
        for gate in unknown:
            link_id = links.get(str(gate.item_id)) or links.get(str(gate.copied_from_id))
            row = lock_gate(tx, gate.item_id) if link_id else None
            if row is not None and link_id and not row.external_resource_link_id:
                row.external_resource_link_id, row.problem, row.failures = link_id, "", 0
        tx.flush()
        this.gates = gates_of(tx, this.context_id)
