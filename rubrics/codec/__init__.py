"""Documents to types and back: the only room of the engine that knows JSON shapes."""

from rubrics.codec.files import (
    RUBRIC_SCHEMA,
    RubricFileError,
    dump_rubric_file,
    lines_of_places,
    load_rubric_file,
)
from rubrics.codec.measures import (
    dump_case,
    dump_measures,
    dump_tally,
    load_case,
    load_measures,
    load_tally,
)
from rubrics.codec.prescore import (
    PRESCORE_SCHEMA,
    ApplicationError,
    PrescoreDocumentError,
    dump_prescore,
    input_digest,
    load_dossier,
    load_prescore,
)
from rubrics.codec.rubric import (
    COMPILE_SCHEMA,
    digest,
    dump_compilation,
    dump_rubric,
    dump_text,
    load_rubric,
)
from rubrics.codec.rules import RubricDocumentError

__all__ = [
    "COMPILE_SCHEMA",
    "PRESCORE_SCHEMA",
    "RUBRIC_SCHEMA",
    "ApplicationError",
    "PrescoreDocumentError",
    "RubricDocumentError",
    "RubricFileError",
    "digest",
    "dump_case",
    "dump_compilation",
    "dump_measures",
    "dump_prescore",
    "dump_rubric",
    "dump_rubric_file",
    "dump_tally",
    "dump_text",
    "input_digest",
    "lines_of_places",
    "load_case",
    "load_dossier",
    "load_measures",
    "load_prescore",
    "load_rubric",
    "load_rubric_file",
    "load_tally",
]
