"""What a phone sends as a photograph becomes one of ours: decoded, made smaller, written anew.

Nothing of the file itself survives: no place it was taken at, no name of a camera, nothing hidden
behind the picture.
"""

from io import BytesIO

from PIL import Image, ImageOps

from concierge.model.refusals import BadRequest

LONGEST_SIDE = 1_600
MOST_PIXELS = 40_000_000
"""More than any phone takes; a file that claims more is not decoded."""
QUALITY = 82
NO_PHOTOGRAPH = "This is no photograph that can be read; please take it again."


def read_photograph(content: bytes) -> bytes:
    """The same picture as a JPEG of our own, upright, at most 1,600 pixels a side.

    Raises:
        BadRequest: it is no JPEG, is damaged, or is larger than any photograph.
    """
    try:
        with Image.open(BytesIO(content), formats=["JPEG"]) as sent:
            if sent.width * sent.height > MOST_PIXELS:
                raise BadRequest(NO_PHOTOGRAPH)
            upright = ImageOps.exif_transpose(sent).convert("RGB")
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError) as broken:
        raise BadRequest(NO_PHOTOGRAPH) from broken
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.new("RGB", upright.size)
    plain.paste(upright)
    made = BytesIO()
    plain.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()
