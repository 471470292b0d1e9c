"""A design as a PNG file, for files that travel: the same bytes for the same design on the same machine."""

from __future__ import annotations

from functools import lru_cache

import resvg_py

from badges.picture.design import Design
from badges.picture.svg import svg_of

SIZES = (32, 64, 128, 256, 400, 512, 1024)
"""The widths in pixels that there are. A list, so that nobody can ask for a picture that fills the memory."""


class SizeUnknown(ValueError):
    """A size that is not one of `SIZES`."""


@lru_cache(maxsize=256)
def png_of(design: Design, size: int) -> bytes:
    """Return the picture as a PNG of `size` by `size` pixels, transparent around the outline.

    Raises:
        SizeUnknown: a size that is not one of `SIZES`.
    """
    if size not in SIZES:
        raise SizeUnknown(size)
    return resvg_py.svg_to_bytes(svg_string=svg_of(design), width=size, height=size, skip_system_fonts=True)
