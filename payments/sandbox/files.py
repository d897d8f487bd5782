"""Files handed in as evidence. What they are and their fingerprint is kept, not what they say.

Source: Stripe, "File upload guide", read November 2026: PDF, JPEG or PNG, 5 MB at most.
"""

from hashlib import sha256

from . import shapes
from .params import Params
from .refusals import invalid
from .store import Doc
from .world import World

PURPOSE = "dispute_evidence"
MOST_BYTES = 5_000_000
MAGIC = {b"%PDF": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG": "png"}
LIVES_S = 270 * 86_400


def told(name: str, content: bytes) -> dict[str, str]:
    """An uploaded file as form fields: what it is, and a fingerprint for its key."""
    kind = next((kind for magic, kind in MAGIC.items() if content.startswith(magic)), "")
    return {
        "file[name]": name,
        "file[size]": str(len(content)),
        "file[type]": kind,
        "file[sha256]": sha256(content).hexdigest(),
    }


def upload(world: World, params: Params) -> Doc:
    """Take a file in.

    Raises:
        Refusal: it is empty, too large, or of a kind that no bank reads.
    """
    params.only(("file", "purpose", "expand"))
    purpose = params.choice("purpose", (PURPOSE,)) or params.must("purpose")
    file = params.inner("file")
    size, kind = file.integer("size", 0) or 0, file.text("type")
    if not kind:
        raise invalid("Only PDF, JPEG and PNG files are taken.", "file")
    if not 0 < size <= MOST_BYTES:
        raise invalid(f"A file has 1 to {MOST_BYTES} bytes.", "file")
    now = world.clock.now()
    doc = shapes.file(world.name("file"), now, purpose, file.must("name"), size, kind)
    doc["expires_at"] = now + LIVES_S
    return world.store.put(doc, inside={"sha256": file.must("sha256")})
