"""The nouns: one file a table family; no verbs, no queries."""

from screening.models.access_code import AccessCode
from screening.models.application import (
    Answer,
    Application,
    ApplicationNote,
    Person,
    ResumeFile,
    Stage,
    StageCount,
    StageMove,
    TextState,
)
from screening.models.audit import AuditEntry, UndoStep
from screening.models.base import Base
from screening.models.booking import AvailabilityWindow, BookingOffer
from screening.models.candidate_request import CandidateRequest, RequestKind, RequestState
from screening.models.draft import ApplicationDraft, DraftFile
from screening.models.duplicate import ContactKey, Ground, SuspectedDuplicate, SuspicionState
from screening.models.evidence import EvidenceAddition
from screening.models.interview import (
    AbstainKind,
    Decision,
    Evaluation,
    Interview,
    Outcome,
    Panelist,
    Rating,
    Recommendation,
    ScorecardDraft,
)
from screening.models.interview_plan import InterviewerPool, InterviewRound, PoolMember, RoundInterviewer, RoundKind
from screening.models.job import Heartbeat, Job, JobState
from screening.models.mail import Mail, MailState
from screening.models.measurement import MeasuredApplication, Measurement
from screening.models.posting import (
    FormVersion,
    Posting,
    PostingState,
    QuestionSet,
    RubricRevision,
    RubricState,
    RubricVersion,
    SettledFinding,
    SourceDocument,
)
from screening.models.prescore import ChangedVerdict, Fit, PrescoreFailure, StoredPrescore
from screening.models.preview import (
    PreviewOutcome,
    PreviewPlace,
    PreviewResult,
    PreviewState,
    RubricPreview,
)
from screening.models.referral import Referral
from screening.models.search import SearchDocument
from screening.models.user import PostingMember, Role, User

__all__ = [
    "AbstainKind",
    "AccessCode",
    "Answer",
    "Application",
    "ApplicationDraft",
    "ApplicationNote",
    "AuditEntry",
    "AvailabilityWindow",
    "Base",
    "BookingOffer",
    "CandidateRequest",
    "ChangedVerdict",
    "ContactKey",
    "Decision",
    "DraftFile",
    "Evaluation",
    "EvidenceAddition",
    "Fit",
    "FormVersion",
    "Ground",
    "Heartbeat",
    "Interview",
    "InterviewRound",
    "InterviewerPool",
    "Job",
    "JobState",
    "Mail",
    "MailState",
    "MeasuredApplication",
    "Measurement",
    "Outcome",
    "Panelist",
    "Person",
    "PoolMember",
    "Posting",
    "PostingMember",
    "PostingState",
    "PrescoreFailure",
    "PreviewOutcome",
    "PreviewPlace",
    "PreviewResult",
    "PreviewState",
    "QuestionSet",
    "Rating",
    "Recommendation",
    "Referral",
    "RequestKind",
    "RequestState",
    "ResumeFile",
    "Role",
    "RoundInterviewer",
    "RoundKind",
    "RubricPreview",
    "RubricRevision",
    "RubricState",
    "RubricVersion",
    "ScorecardDraft",
    "SearchDocument",
    "SettledFinding",
    "SourceDocument",
    "Stage",
    "StageCount",
    "StageMove",
    "StoredPrescore",
    "SuspectedDuplicate",
    "SuspicionState",
    "TextState",
    "UndoStep",
    "User",
]
