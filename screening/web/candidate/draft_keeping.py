"""What a request brings for a draft, put into it: the fields that are kept, and the files."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app, request

from screening.documents.storage import StoredFile, file_path
from screening.extensions import db
from screening.forms.inputs import whole_number
from screening.models import ApplicationDraft, FormVersion, Posting
from screening.services.application_drafts import attach_file, files_of, save_draft
from screening.web.access import now
from screening.web.candidate.form_page import form_class, sent_writer
from screening.web.candidate.uploads import Upload
from screening.web.formatting import is_chinese

NOT_KEPT = {
    "csrf_token",
    "form_key",
    "form_version",
    "draft_version",
    "draft_writer",
    "opened",
    "notice_shown",
    "newer_version",
    "act",
    "roles",
    "role",
    "website",
    "consent",
    "contact_later",
}
"""The page's own marks, the trap, and what only counts when the form is sent: a draft holds no consent."""


def keep_typed(
    posting: Posting,
    version: FormVersion,
    key: str,
    upload: Upload,
    fields: Sequence[tuple[str, str]] | None = None,
) -> ApplicationDraft:
    """Store the fields of this request, or other ``fields`` in their stead, and its file in the draft; the caller commits.

    Raise DraftError as ``save_draft`` does; a newer version that the candidate chose to replace is named by the request.
    """
    form = form_class(version)(formdata=request.form)
    draft = save_draft(
        db.session,
        key=key,
        posting=posting,
        form_version=version,
        fields=_kept_of(fields or list(request.form.items(multi=True))),
        version=_known_version(),
        writer=sent_writer(),
        email=form.email.data if form.email.validate(form) else None,
        locale="zh" if is_chinese() else "en",
        now=now(),
    )
    keep_file(draft, upload)
    return draft


def newer_draft(posting: Posting, draft: ApplicationDraft | None) -> ApplicationDraft | None:
    """Give the draft if another tab or device saved it since the page of this request was shown, and it is anything else."""
    if draft is None or draft.posting_id != posting.id or draft.version == _known_version():
        return None
    is_own = bool(draft.writer) and draft.writer == sent_writer()
    typed = [list(pair) for pair in _kept_of(list(request.form.items(multi=True)))]
    return None if is_own or draft.fields == typed else draft


def keep_file(draft: ApplicationDraft, upload: Upload) -> None:
    """Put the files that this request brought in the draft's places for them."""
    for one in (upload, *upload.answers.values()):
        if one.is_new and one.file is not None:
            attach_file(db.session, draft=draft, field=one.file.field, stored=one.file, now=now())


def kept_files(posting: Posting, draft: ApplicationDraft | None) -> dict[str, StoredFile]:
    """Give the files that are kept with a draft of this posting, by their fields, as far as they lie in the uploads folder."""
    if draft is None or draft.posting_id != posting.id:
        return {}
    folder = current_app.config["SCREENING"].uploads
    return {
        file.field: StoredFile(
            file.storage_key, file.original_name, file.media_type, file.size, file.sha256, file.field
        )
        for file in files_of(db.session, draft)
        if file_path(folder, file.storage_key).exists()
    }


def _known_version() -> int:
    return whole_number(request.form.get("newer_version")) or whole_number(request.form.get("draft_version")) or 0


def _kept_of(fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields if name not in NOT_KEPT]
