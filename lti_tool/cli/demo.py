"""`mijlpaal demo`."""

import click


@click.command()
def demo() -> None:
    """Open a course with Mijlpaal in it."""
