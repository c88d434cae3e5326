"""The ledger's tables, one file a noun."""

from crm.models.activities import Activity, ActivityKind
from crm.models.agreements import Agreement, AgreementKind
from crm.models.assignments import Assignment, AssignmentKind
from crm.models.audit import AuditEntry
from crm.models.companies import Company, Contact
from crm.models.enquiries import Enquiry, EnquiryState
from crm.models.files import StoredFile
from crm.models.followups import FollowUp, FollowUpKind
from crm.models.imports import DemoCounty, ImportBatch
from crm.models.industries import Industry
from crm.models.limits import Bucket
from crm.models.moves import Origin, StageMove
from crm.models.parks import Park, ParkKind, Zone
from crm.models.people import PersonKey
from crm.models.projects import Currency, LandMode, Project, Source
from crm.models.users import Team, User
from crm.stages import Stage, Status

__all__ = [
    "Activity",
    "ActivityKind",
    "Agreement",
    "AgreementKind",
    "Assignment",
    "AssignmentKind",
    "AuditEntry",
    "Bucket",
    "Company",
    "Contact",
    "Currency",
    "DemoCounty",
    "Enquiry",
    "EnquiryState",
    "FollowUp",
    "FollowUpKind",
    "ImportBatch",
    "Industry",
    "LandMode",
    "Origin",
    "Park",
    "ParkKind",
    "PersonKey",
    "Project",
    "Source",
    "Stage",
    "StageMove",
    "Status",
    "StoredFile",
    "Team",
    "User",
    "Zone",
]
