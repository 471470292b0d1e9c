"""What every room stands on: settings, database session, clock, outbox, outgoing HTTP, errors, logging.

Knows nothing of the rooms above it.
"""
