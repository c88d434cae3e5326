"""The ledger's tables, one file a noun.

Every file of this folder and of its areas is found by itself, so that Django knows its tables. A
noun that many speak of is named here too; any other is imported from its own file.
"""

from importlib import import_module
from pkgutil import walk_packages

from crm.models.companies.chain_gaps import ChainGap, LinkState
from crm.models.companies.companies import Company, Contact
from crm.models.companies.industries import Industry
from crm.models.companies.recognitions import (
    ClaimScope,
    Grant,
    Recognition,
    RecognitionKind,
    RecognitionLevel,
    RecognitionState,
    Subject,
    TitleKind,
)
from crm.models.indicators.rates import ExchangeRate
from crm.models.indicators.targets import Target, TargetIndicator, TargetLevel
from crm.models.land.parks import CoordinateSystem, Park, ParkKind, Zone
from crm.models.people import PersonKey
from crm.models.pipeline.activities import Activity, ActivityKind
from crm.models.pipeline.agreements import Agreement, AgreementKind
from crm.models.pipeline.assignments import SERVICE_TEAM, Assignment, AssignmentKind
from crm.models.pipeline.confirmations import (
    UNCONFIRMED,
    Confirmation,
    Judgement,
    confirmable,
    judged_text,
)
from crm.models.pipeline.enquiries import Enquiry, EnquiryState
from crm.models.pipeline.first_contacts import (
    VALID_DAYS,
    ClaimRuling,
    ClaimState,
    FirstContactClaim,
)
from crm.models.pipeline.followups import FollowUp, FollowUpKind
from crm.models.pipeline.key_listings import KeyLevel, KeyListing, level_of, levels_of, on_lists
from crm.models.pipeline.milestones import Milestone, MilestoneKind
from crm.models.pipeline.moves import Origin, StageMove
from crm.models.pipeline.project_terms import (
    AssignedLevel,
    CapitalNature,
    ConstructionNature,
    Currency,
    LandMode,
    Method,
    Source,
    SourceArea,
)
from crm.models.pipeline.projects import Project, rested_too_long
from crm.models.pipeline.prospects import Priority, Prospect, ProspectState
from crm.models.pipeline.receipts import (
    FundArea,
    FundForm,
    FundingReceipt,
    Funds,
    FundSource,
    funds_of,
)
from crm.models.pipeline.reviews import Review, Verdict
from crm.models.pipeline.stage_rules import StageRule
from crm.models.pipeline.transfers import CreditShare, Transfer, TransferState
from crm.models.states import (
    ActivityState,
    AssignmentState,
    ParkState,
    ProjectState,
    RateState,
)
from crm.models.system.audit import AuditEntry
from crm.models.system.duplicates import NotSame
from crm.models.system.files import StoredFile
from crm.models.system.imports import DemoCounty, ImportBatch
from crm.models.system.installation import Installation
from crm.models.system.limits import Bucket
from crm.models.system.merges import UNDO_DAYS, Merge, Mergeable, mergeable
from crm.models.system.notifications import Notification, NotificationKind, NotificationSetting
from crm.models.system.originals import APPROXIMATE, OriginalText, Said
from crm.models.system.periodic import PeriodicWork
from crm.models.system.submissions import Submission
from crm.models.system.uploads import ImportUpload, MappingMemory, UploadState
from crm.models.system.users import Team, User
from crm.models.system.views import Place, SavedView, Sharing
from crm.stages import Stage, Status

for _found in walk_packages(__path__, f"{__name__}."):
    import_module(_found.name)

__all__ = [
    "APPROXIMATE",
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
    "ClaimScope",
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
    "Grant",
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
    "OriginalText",
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
    "Said",
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
    "TitleKind",
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
