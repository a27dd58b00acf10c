"""What the first bytes of an image tell: its kind, and whether its colours are RGB. Pixels are not decoded."""

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"

_PNG_COLOURS_AT = 25
_PNG_RGB = (2, 6)  # without and with transparency; the others are grey or have a palette
_JPEG_RGB_COMPONENTS = 3
_MOST_SEGMENTS = 64
# Markers that begin a frame, which says how many colours there are: C0 to CF without three that are something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def kind_of(content: bytes) -> str | None:
    """The media type, or None when it is none that is known here."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    for beginning, kind in (
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"%PDF-", "application/pdf"),
    ):
        if content.startswith(beginning):
            return kind
    return None


def is_rgb(content: bytes) -> bool | None:
    """Whether a PNG or JPEG has red, green and blue. None: another kind, or its head is not there."""
    if content.startswith(PNG):
        return content[_PNG_COLOURS_AT] in _PNG_RGB if len(content) > _PNG_COLOURS_AT else None
    if content.startswith(JPEG):
        components = _jpeg_components(content)
        return None if components is None else components == _JPEG_RGB_COMPONENTS
    return None


def _jpeg_components(content: bytes) -> int | None:
    """The number of colour components: of each segment, the marker is two bytes and the length that follows two more."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if at + 10 > len(content) or content[at] != 0xFF:
            return None
        if content[at + 1] in _FRAMES:
            return content[at + 9]
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
