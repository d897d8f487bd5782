"""Weaves, quilting and prints, as SVG patterns laid over a garment's shading."""

from .shade import Shades

_MARKS = {
    "knit": (
        7,
        7,
        ('<path d="M0 1l3.5 4L7 1" stroke="{deep}" fill="none" stroke-width="1" opacity=".3"/>'),
    ),
    "rib": (
        7,
        7,
        (
            '<path d="M1 0v7" stroke="{deep}" stroke-width="1.6" opacity=".28"/><path d="M4 '
            '0v7" stroke="{glow}" stroke-width="1.4" opacity=".3"/>'
        ),
    ),
    "twill": (
        5,
        5,
        (
            '<path d="M-1 6L6 -1M4 6l2-2M-1 1l2-2" stroke="{deep}" stroke-width=".8" '
            'opacity=".22"/>'
        ),
    ),
    "tweed": (
        13,
        11,
        (
            '<path d="M1 2h3M7 5h3M3 9h2M10 1h2M9 9h3M2 6h2" stroke="{contrast}" '
            'stroke-width="1.2" opacity=".42"/><path d="M5 3h2M0 8h3M11 6h2M6 10h2" '
            'stroke="{deep}" stroke-width="1.3" opacity=".4"/>'
        ),
    ),
    "fleece": (
        14,
        12,
        (
            '<path d="M1 4q3-4 6 0t6 0M-3 10q3-4 6 0t6 0 6 0" stroke="{deep}" fill="none" '
            'stroke-width="1.4" opacity=".22"/><path d="M1 6q3-4 6 0t6 0" stroke="{glow}" '
            'fill="none" stroke-width="1.4" opacity=".5"/>'
        ),
    ),
    "down": (
        400,
        36,
        (
            '<path d="M0 3q200 16 400 0" stroke="{deep}" fill="none" stroke-width="1.6" '
            'opacity=".75"/><path d="M0 9q200 16 400 0" stroke="{deep}" fill="none" '
            'stroke-width="9" opacity=".2"/><path d="M0 24q200 16 400 0" stroke="{glow}" '
            'fill="none" stroke-width="11" opacity=".28"/>'
        ),
    ),
    "quilted": (
        26,
        34,
        (
            '<path d="M0 0l26 34M26 0L0 34" stroke="{deep}" fill="none" stroke-width="1.1" '
            'opacity=".5"/><path d="M8 4l5 6 5-6" stroke="{glow}" fill="none" stroke-width="2" '
            'opacity=".25"/>'
        ),
    ),
    "sequin": (
        9,
        8,
        (
            '<circle cx="2.5" cy="2" r="1.7" fill="{glow}" opacity=".55"/><circle cx="7" '
            'cy="6" r="1.7" fill="{deep}" opacity=".35"/>'
        ),
    ),
    "stripe": (
        400,
        22,
        ('<path d="M0 11h400" stroke="{contrast}" stroke-width="6" opacity=".75"/>'),
    ),
    "pinstripe": (
        13,
        9,
        ('<path d="M6 0v9" stroke="{contrast}" stroke-width=".9" opacity=".5"/>'),
    ),
    "check": (
        38,
        38,
        (
            '<path d="M9 0v38M15 0v38M0 9h38M0 15h38" stroke="{deep}" stroke-width="3.4" '
            'opacity=".22"/><path d="M31 0v38M0 31h38" stroke="{contrast}" stroke-width="1" '
            'opacity=".5"/>'
        ),
    ),
    "dot": (
        20,
        20,
        (
            '<circle cx="5" cy="5" r="2.3" fill="{contrast}" opacity=".8"/><circle cx="15" '
            'cy="15" r="2.3" fill="{contrast}" opacity=".8"/>'
        ),
    ),
    "floral": (
        46,
        50,
        (
            '<g fill="{contrast}" opacity=".62"><path d="M12 6q5 0 3 5 5-1 4 4-2 4-6 1-1 5-5 '
            '3-4-3 0-6-5-2-2-5 3-3 6-2z"/><path d="M35 31q4 0 2 4 4 0 3 4-2 3-5 0-2 4-5 1-2-3 '
            '1-4-3-3 0-4z"/></g><path d="M14 20q2 9-5 15M34 28q-1-8 5-13" stroke="{deep}" '
            'fill="none" stroke-width="1.2" opacity=".5"/>'
        ),
    ),
}
"""Tile size and marks by word; `{deep}`, `{glow}` and `{contrast}` are the garment's shades."""
TEXTURES = tuple(_MARKS)
"""The words that name a weave or a print, in the order they are laid."""


def pattern(word: str, name: str, tones: Shades) -> str:
    """The SVG pattern of a word, under this id, in these shades."""
    wide, high, marks = _MARKS[word]
    drawn = marks.format(deep=tones.deep, glow=tones.glow, contrast=tones.contrast)
    return (
        f'<pattern id="{name}" width="{wide}" height="{high}" patternUnits="userSpaceOnUse" '
        f'patternTransform="scale(2)">{drawn}</pattern>'
    )
