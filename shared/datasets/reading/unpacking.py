"""The one file in a gzip or zip archive, as a stream of its bytes. Nothing is written to disk, and little is held.

Archives that grow beyond all measure, hold several files, or need a password are refused; damaged ones when the damage is met.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from typing_extensions import Buffer, override

from shared.datasets.findings import Finding, found
from shared.datasets.reading.gunzip import Gunzip
from shared.datasets.reading.intake import Compression
from shared.datasets.reading.line import CannotBeRead

LARGEST_UNPACKED = 8 * 1024**3
LARGEST_RATIO = 200  # text in JSON Lines is packed to a tenth, a very repetitive one to a hundredth
ALWAYS_ALLOWED = 64 * 1024**2  # a small file may be as repetitive as it likes
PIECE_BYTES = 64 * 1024  # unpacked at once: what comes out together with damage is lost
LARGEST_DIRECTORY = 4 * 1024**2  # bytes of a zip's list of files, which is held whole

_DAMAGE = (EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, struct.error)
_END_OF_DIRECTORY = b"PK\x05\x06"
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


ReadBytes = Callable[[int], bytes]
"""Gives at most so many bytes; none at the end."""


@contextmanager
def unpacked(stream: BinaryIO, compression: Compression | None) -> Iterator[BinaryIO]:
    """The bytes of the file itself, as far as the archive is sound. If it was not, CannotBeRead is raised at the end."""
    stream.seek(0)
    if compression is None:
        yield stream
        return
    packed_bytes = _size(stream)
    with _opened(stream, compression) as read:
        guarded = _Guarded(read, packed_bytes)
        yield cast("BinaryIO", io.BufferedReader(guarded, buffer_size=128 * 1024))
        if guarded.trouble:
            raise CannotBeRead(guarded.trouble)


def member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one file that the archive holds. Raises CannotBeRead."""
    files = [info for info in archive.infolist() if not info.is_dir() and not _is_litter(info.filename)]
    if not files:
        raise CannotBeRead(found("empty_file", "", "the archive holds no file"))
    if len(files) > 1:
        names = ", ".join(info.filename for info in files[:3])
        raise CannotBeRead(found("several_files_in_archive", "", f"the archive holds {len(files)} files: {names} …"))
    (only,) = files
    if only.flag_bits & 1:
        raise CannotBeRead(found("encrypted_archive", "", f"{only.filename} is encrypted"))
    return only


@contextmanager
def directory(stream: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """A zip archive of which the list of files is known. Raises CannotBeRead."""
    _refuse_endless_directory(stream)
    try:
        archive = zipfile.ZipFile(stream)
    except (*_DAMAGE, ValueError, OSError, UnicodeDecodeError) as error:
        raise CannotBeRead(found("damaged_file", "", f"the zip archive cannot be opened: {error}")) from error
    with archive:
        yield archive


@contextmanager
def _opened(stream: BinaryIO, compression: Compression) -> Iterator[ReadBytes]:
    if compression is Compression.GZIP:
        yield Gunzip(stream).read
        return
    with directory(stream) as archive:
        only = member(archive)
        if only.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise CannotBeRead(found("damaged_file", "", "the archive is packed in an unusual way; use plain zip"))
        try:
            entry = archive.open(only)
        except (*_DAMAGE, RuntimeError, OSError, ValueError) as error:
            raise CannotBeRead(found("damaged_file", "", f"{only.filename} cannot be unpacked: {error}")) from error
        with entry:
            # Not `read`, which gives nothing of a damaged archive.
            yield cast("zipfile.ZipExtFile", entry).read1


def most_unpacked(packed_bytes: int) -> int:
    """How many bytes may come out of so many."""
    return min(LARGEST_UNPACKED, max(ALWAYS_ALLOWED, LARGEST_RATIO * packed_bytes))


class _Guarded(io.RawIOBase):
    """Bytes as they are unpacked, as long as they are sound and not too many: then they end, and `trouble` says why."""

    def __init__(self, read: ReadBytes, packed_bytes: int) -> None:
        self._read_inner = read
        self._given = 0
        self.trouble: Finding | None = None
        self._most = most_unpacked(packed_bytes)

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        try:
            piece = b"" if self.trouble else self._read_inner(min(len(view), PIECE_BYTES))
        except (*_DAMAGE, OSError) as error:
            piece = b""
            self.trouble = found("damaged_file", "", f"after {self._given} unpacked bytes: {error}")
        self._given += len(piece)
        if self._given > self._most:
            self.trouble = found("archive_too_large", "", f"more than {self._most} bytes come out of it")
            return 0
        view[: len(piece)] = piece
        return len(piece)


def _size(stream: BinaryIO) -> int:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size


def _is_litter(name: str) -> bool:
    return name.startswith(_LITTER[0]) or name.rsplit("/", 1)[-1] in _LITTER


def _refuse_endless_directory(stream: BinaryIO) -> None:
    size = _size(stream)
    stream.seek(max(0, size - 65_557))  # the longest comment, and the record before it
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or len(tail) < at + 16:
        raise CannotBeRead(found("damaged_file", "", "the zip archive has no list of files: it was cut off"))
    (directory_bytes,) = struct.unpack_from("<I", tail, at + 12)
    if directory_bytes > LARGEST_DIRECTORY:
        raise CannotBeRead(found("several_files_in_archive", "", "the archive's list of files is very long"))
