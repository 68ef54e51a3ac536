"""What any run writes, whole or not at all: files (`replacing`), tables, progress bars, and where results came from."""

from mpvss.output.provenance import code_version, environment, file_hash

__all__ = [
    "code_version",
    "environment",
    "file_hash",
]
