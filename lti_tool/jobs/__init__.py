"""Keeping the promises of the outbox: handlers, the worker that runs them, the thread that embeds it."""
