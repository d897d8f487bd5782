"""A photograph as a phone's camera makes it, with where it was taken inside."""

from io import BytesIO

from PIL import Image

ORIENTATION, GPS = 0x0112, 0x8825
LYING = 6
"""Held upright; the file says so, and its pixels lie on their side."""


def taken_by_a_camera(width: int = 2_000, height: int = 1_500) -> bytes:
    """A JPEG of a camera: on its side, with a place in it."""
    tags = Image.Exif()
    tags[ORIENTATION] = LYING
    tags[GPS] = {1: "N", 2: (57.0, 42.0, 0.0), 3: "E", 4: (11.0, 58.0, 0.0)}
    made = BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(made, "JPEG", exif=tags)
    return made.getvalue()
