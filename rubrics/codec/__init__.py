"""Documents to types and back: the only room of the engine that knows JSON shapes."""

from rubrics.codec.prescore import (
    PRESCORE_SCHEMA,
    ApplicationError,
    PrescoreDocumentError,
    dump_prescore,
    input_digest,
    load_dossier,
    load_prescore,
)

__all__ = [
    "PRESCORE_SCHEMA",
    "ApplicationError",
    "PrescoreDocumentError",
    "dump_prescore",
    "input_digest",
    "load_dossier",
    "load_prescore",
]
