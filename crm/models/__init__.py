"""The ledger's tables, one file a noun.

Every file of this folder is found by itself, so that Django knows its tables. A noun that many
speak of is named here too; any other is imported from its own file.
"""

from importlib import import_module
from pkgutil import iter_modules

from crm.models.activities import Activity, ActivityKind
from crm.models.agreements import Agreement, AgreementKind
from crm.models.assignments import SERVICE_TEAM, Assignment, AssignmentKind
from crm.models.audit import AuditEntry
from crm.models.chain_gaps import ChainGap, LinkState
from crm.models.claims import VALID_DAYS, ClaimRuling, ClaimState, FirstContactClaim
from crm.models.companies import Company, Contact
from crm.models.confirmations import (
    UNCONFIRMED,
    Confirmation,
    Judgement,
    confirmable,
    judged_text,
)
from crm.models.duplicates import NotSame
from crm.models.enquiries import Enquiry, EnquiryState
from crm.models.files import StoredFile
from crm.models.followups import FollowUp, FollowUpKind
from crm.models.imports import DemoCounty, ImportBatch
from crm.models.industries import Industry
from crm.models.installation import Installation
from crm.models.key_listings import KeyLevel, KeyListing, level_of, levels_of, on_lists
from crm.models.limits import Bucket
from crm.models.merges import UNDO_DAYS, Merge, Mergeable, mergeable
from crm.models.milestones import Milestone, MilestoneKind
from crm.models.moves import Origin, StageMove
from crm.models.notifications import Notification, NotificationKind, NotificationSetting
from crm.models.parks import CoordinateSystem, Park, ParkKind, Zone
from crm.models.people import PersonKey
from crm.models.periodic import PeriodicWork
from crm.models.project_terms import (
    AssignedLevel,
    CapitalNature,
    ConstructionNature,
    Currency,
    LandMode,
    Method,
    Source,
    SourceArea,
)
from crm.models.projects import Project, rested_too_long
from crm.models.prospects import Priority, Prospect, ProspectState
from crm.models.rates import ExchangeRate
from crm.models.receipts import (
    FundArea,
    FundForm,
    FundingReceipt,
    Funds,
    FundSource,
    funds_of,
)
from crm.models.recognitions import (
    Recognition,
    RecognitionKind,
    RecognitionLevel,
    RecognitionState,
    Subject,
)
from crm.models.reviews import Review, Verdict
from crm.models.stage_rules import StageRule
from crm.models.states import (
    ActivityState,
    AssignmentState,
    ParkState,
    ProjectState,
    RateState,
)
from crm.models.submissions import Submission
from crm.models.targets import Target, TargetIndicator, TargetLevel
from crm.models.transfers import CreditShare, Transfer, TransferState
from crm.models.uploads import ImportUpload, MappingMemory, UploadState
from crm.models.users import Team, User
from crm.models.views import Place, SavedView, Sharing
from crm.stages import Stage, Status

for _found in iter_modules(__path__, f"{__name__}."):
    import_module(_found.name)

__all__ = [
    "SERVICE_TEAM",
    "UNCONFIRMED",
    "UNDO_DAYS",
    "VALID_DAYS",
    "Activity",
    "ActivityKind",
    "ActivityState",
    "Agreement",
    "AgreementKind",
    "AssignedLevel",
    "Assignment",
    "AssignmentKind",
    "AssignmentState",
    "AuditEntry",
    "Bucket",
    "CapitalNature",
    "ChainGap",
    "ClaimRuling",
    "ClaimState",
    "Company",
    "Confirmation",
    "ConstructionNature",
    "Contact",
    "CoordinateSystem",
    "CreditShare",
    "Currency",
    "DemoCounty",
    "Enquiry",
    "EnquiryState",
    "ExchangeRate",
    "FirstContactClaim",
    "FollowUp",
    "FollowUpKind",
    "FundArea",
    "FundForm",
    "FundSource",
    "FundingReceipt",
    "Funds",
    "ImportBatch",
    "ImportUpload",
    "Industry",
    "Installation",
    "Judgement",
    "KeyLevel",
    "KeyListing",
    "LandMode",
    "LinkState",
    "MappingMemory",
    "Merge",
    "Mergeable",
    "Method",
    "Milestone",
    "MilestoneKind",
    "NotSame",
    "Notification",
    "NotificationKind",
    "NotificationSetting",
    "Origin",
    "Park",
    "ParkKind",
    "ParkState",
    "PeriodicWork",
    "PersonKey",
    "Place",
    "Priority",
    "Project",
    "ProjectState",
    "Prospect",
    "ProspectState",
    "RateState",
    "Recognition",
    "RecognitionKind",
    "RecognitionLevel",
    "RecognitionState",
    "Review",
    "SavedView",
    "Sharing",
    "Source",
    "SourceArea",
    "Stage",
    "StageMove",
    "StageRule",
    "Status",
    "StoredFile",
    "Subject",
    "Submission",
    "Target",
    "TargetIndicator",
    "TargetLevel",
    "Team",
    "Transfer",
    "TransferState",
    "UploadState",
    "User",
    "Verdict",
    "Zone",
    "confirmable",
    "funds_of",
    "judged_text",
    "level_of",
    "levels_of",
    "mergeable",
    "on_lists",
    "rested_too_long",
]
