"""Open Badges 3.0 as a pure library: documents in, documents out.

No Flask, no database, no network, no clock, no environment: the callers hand in keys and moments.
"""
