"""The part of the form's page that shows the résumé: the file, how far its reading is, and what was filled in from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from screening.documents.recognition import FILE_BYTES
from screening.extensions import db
from screening.models import ApplicationDraft
from screening.queries.offers import Progress, Reading, reading_of
from screening.services.taking_over import still_taken
from screening.web.candidate.uploads import Upload
from screening.web.labels import FILE_FAILURES


def resume_part(
    upload: Upload, draft: ApplicationDraft | None, questions: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Give what ``candidate/_resume.html`` shows beside the posting and the draft's token; ``taken_names`` are the inputs that stand as they were filled in."""
    reading = Reading(Progress.NONE)
    if draft is not None and upload.file is not None:
        reading = reading_of(db.session, draft_id=draft.id, questions=questions, fields=draft.fields)
    return {
        "upload": upload,
        "most": FILE_BYTES,
        "reading": reading,
        "reading_said": said_of(reading),
        "taken_names": {name for name, _value in still_taken(draft)} if draft is not None else frozenset(),
    }


def said_of(reading: Reading) -> str:
    """Say in a few words how far the reading is and what it found."""
    match reading.progress:
        case Progress.WAITING:
            return _("Reading your résumé …")
        case Progress.FAILED:
            return str(FILE_FAILURES.get(reading.failure or "", ""))
        case Progress.READ if reading.offers:
            return ngettext(
                "Found %(num)s thing that this form asks for",
                "Found %(num)s things that this form asks for",
                len(reading.offers),
            )
        case Progress.READ:
            return _("Nothing was found to fill in that is not here already")
        case _:
            return ""
