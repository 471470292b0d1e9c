"""The `mijlpaal` command."""

import click


@click.group()
def main() -> None:
    """Mijlpaal: points, a percentage and badges inside the LMS."""
