"""The nouns: one file a table family; no verbs, no queries."""

from screening.models.access_code import AccessCode
from screening.models.application import (
    Answer,
    Application,
    ApplicationNote,
    NoteMention,
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
from screening.models.bulk import Bulk, BulkItem, BulkKind, BulkState, ItemState
from screening.models.candidate_request import CandidateRequest, RequestKind, RequestState
from screening.models.draft import ApplicationDraft, DraftFile
from screening.models.duplicate import ContactKey, Ground, SuspectedDuplicate, SuspicionState
from screening.models.evidence import EvidenceAddition
from screening.models.insight import InsightFigure
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
from screening.models.mail_template import MailTemplate
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
from screening.models.saved_view import SavedView
from screening.models.search import SearchDocument, VerdictDocument
from screening.models.stage_rule import HandOver, Responsible, StageDay, StageFigure, StageRule
from screening.models.tag import ApplicationTag, Tag
from screening.models.user import PostingMember, Role, User
from screening.models.voluntary import VoluntaryAnswer

__all__ = [
    "AbstainKind",
    "AccessCode",
    "Answer",
    "Application",
    "ApplicationDraft",
    "ApplicationNote",
    "ApplicationTag",
    "AuditEntry",
    "AvailabilityWindow",
    "Base",
    "BookingOffer",
    "Bulk",
    "BulkItem",
    "BulkKind",
    "BulkState",
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
    "HandOver",
    "Heartbeat",
    "InsightFigure",
    "Interview",
    "InterviewRound",
    "InterviewerPool",
    "ItemState",
    "Job",
    "JobState",
    "Mail",
    "MailState",
    "MailTemplate",
    "MeasuredApplication",
    "Measurement",
    "NoteMention",
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
    "Responsible",
    "ResumeFile",
    "Role",
    "RoundInterviewer",
    "RoundKind",
    "RubricPreview",
    "RubricRevision",
    "RubricState",
    "RubricVersion",
    "SavedView",
    "ScorecardDraft",
    "SearchDocument",
    "SettledFinding",
    "SourceDocument",
    "Stage",
    "StageCount",
    "StageDay",
    "StageFigure",
    "StageMove",
    "StageRule",
    "StoredPrescore",
    "SuspectedDuplicate",
    "SuspicionState",
    "Tag",
    "TextState",
    "UndoStep",
    "User",
    "VerdictDocument",
    "VoluntaryAnswer",
]
