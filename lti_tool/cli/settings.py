"""`mijlpaal settings`: every setting, what it means and its default."""

from __future__ import annotations

import textwrap

import click

from config.settings import describe_settings


@click.command()
def settings() -> None:
    """Explain every setting. They are read from the environment."""
    for name, default, meaning in describe_settings():
        click.echo(f"{name}  [{default or 'empty'}]")
        click.echo(textwrap.fill(meaning, 100, initial_indent="    ", subsequent_indent="    "))
