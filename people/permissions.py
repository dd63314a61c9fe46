"""The one vocabulary of what can be done here, and which role may do it."""

from enum import StrEnum

from web.language import lazy_gettext as _l


class Role(StrEnum):
    """What a person is to the others; employee and manager follow from employment, the rest are granted."""

    EMPLOYEE = "employee"
    MANAGER = "manager"
    HR = "hr"
    HR_PARTNER = "hr_partner"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


GRANTED_ROLES = (Role.HR, Role.HR_PARTNER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR)
SCOPED_ROLES = frozenset({Role.HR_PARTNER})
ROLE_NAMES = {
    Role.EMPLOYEE: _l("Employee"),
    Role.MANAGER: _l("Manager"),
    Role.HR: _l("HR"),
    Role.HR_PARTNER: _l("HR partner"),
    Role.APPROVER: _l("Approver"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMINISTRATOR: _l("System administrator"),
}


class Permission(StrEnum):
    """One thing that a page, a command or a list asks for."""

    OWN_RECORD = "own_record"
    PEOPLE_READ = "people_read"
    PEOPLE_EDIT = "people_edit"
    PEOPLE_IMPORT = "people_import"
    PEOPLE_EXPORT = "people_export"
    ORGANISATION_EDIT = "organisation_edit"
    ACCOUNTS_OPERATE = "accounts_operate"
    ROLES_GRANT = "roles_grant"
    AUDIT_READ = "audit_read"
    JOBS_OPERATE = "jobs_operate"
    RUBRICS_READ = "rubrics_read"
    RUBRICS_EDIT = "rubrics_edit"
    SURVEY_ANSWER = "survey_answer"
    SURVEY_PLAN = "survey_plan"
    PROGRESS_READ = "progress_read"
    SCORECARD_READ = "scorecard_read"
    SCORECARD_EDIT = "scorecard_edit"
    ACTUALS_IMPORT = "actuals_import"
    SCHEME_EDIT = "scheme_edit"
    CYCLE_READ = "cycle_read"
    CYCLE_RUN = "cycle_run"
    RESULT_READ = "result_read"
    RESULT_GRADE = "result_grade"
    RESULT_CONFIRM = "result_confirm"
    RESULT_SIGN = "result_sign"
    PLAN_READ = "plan_read"
    PLAN_EDIT = "plan_edit"
    PAY_READ = "pay_read"
    PAY_PROPOSE = "pay_propose"
    PAY_APPROVE = "pay_approve"
    PROMOTION_PROPOSE = "promotion_propose"
    PROMOTION_APPROVE = "promotion_approve"


_EMPLOYEE = frozenset(
    {
        Permission.OWN_RECORD,
        Permission.RUBRICS_READ,
        Permission.SURVEY_ANSWER,
        Permission.SCORECARD_READ,
        Permission.CYCLE_READ,
        Permission.RESULT_READ,
        Permission.RESULT_SIGN,
        Permission.PLAN_READ,
        Permission.PLAN_EDIT,
    }
)
_MANAGER = frozenset(
    {
        Permission.PEOPLE_READ,
        Permission.CYCLE_READ,
        Permission.RESULT_READ,
        Permission.SCORECARD_READ,
        Permission.PLAN_READ,
        Permission.PLAN_EDIT,
        Permission.SCORECARD_EDIT,
        Permission.RESULT_GRADE,
        Permission.PAY_READ,
        Permission.PAY_PROPOSE,
        Permission.PROMOTION_PROPOSE,
    }
)
_HR_PARTNER = frozenset(
    {
        Permission.PEOPLE_READ,
        Permission.PEOPLE_EXPORT,
        Permission.PROGRESS_READ,
        Permission.CYCLE_READ,
        Permission.RESULT_READ,
        Permission.SCORECARD_READ,
        Permission.PLAN_READ,
        Permission.SCORECARD_EDIT,
        Permission.RESULT_CONFIRM,
        Permission.PAY_READ,
        Permission.PAY_PROPOSE,
        Permission.PROMOTION_PROPOSE,
    }
)
_HR = _HR_PARTNER | {
    Permission.PEOPLE_EDIT,
    Permission.PEOPLE_IMPORT,
    Permission.ORGANISATION_EDIT,
    Permission.ROLES_GRANT,
    Permission.RUBRICS_EDIT,
    Permission.SURVEY_PLAN,
    Permission.ACTUALS_IMPORT,
    Permission.SCHEME_EDIT,
    Permission.CYCLE_RUN,
}

PERMISSIONS_OF: dict[Role, frozenset[Permission]] = {
    Role.EMPLOYEE: _EMPLOYEE,
    Role.MANAGER: _MANAGER,
    Role.HR: _HR,
    Role.HR_PARTNER: _HR_PARTNER,
    Role.APPROVER: frozenset(
        {Permission.PAY_READ, Permission.PAY_APPROVE, Permission.PROMOTION_APPROVE, Permission.PEOPLE_READ}
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.AUDIT_READ,
            Permission.PEOPLE_READ,
            Permission.PROGRESS_READ,
            Permission.CYCLE_READ,
            Permission.RESULT_READ,
            Permission.PLAN_READ,
            Permission.SCORECARD_READ,
            Permission.PAY_READ,
        }
    ),
    Role.ADMINISTRATOR: frozenset({Permission.ACCOUNTS_OPERATE, Permission.JOBS_OPERATE, Permission.PEOPLE_READ}),
}
