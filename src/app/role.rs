//! Who may do what.

use domain::DepartmentId;

/// What a person is to the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 考核员: reviews scores, submits and publishes.
    Assessor,
    /// 部门联络员: sees the own department.
    Department,
    /// 财政: approves money.
    Finance,
    /// 审计: reads all, verifies all, changes nothing.
    Auditor,
}

/// One thing that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// See every department's scores and ledger.
    ReadAll,
    /// See one's own department.
    ReadOwn,
    /// Judge what the rule pack leaves to judgement.
    Judge,
    /// Hand a calculated run to finance.
    Submit,
    /// Approve or reject the money of a submitted run.
    Approve,
    /// Publish an approved run.
    Publish,
    /// Declare claims and open appeals for a department that one may see.
    File,
    /// Decide claims and appeals.
    Rule,
    /// Propose orders about money, and send them back.
    Order,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [
        Self::Assessor,
        Self::Department,
        Self::Finance,
        Self::Auditor,
    ];

    /// Stable English name, used in the database and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assessor => "assessor",
            Self::Department => "department",
            Self::Finance => "finance",
            Self::Auditor => "auditor",
        }
    }

    /// Chinese name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Assessor => "考核员",
            Self::Department => "部门联络员",
            Self::Finance => "财政审批",
            Self::Auditor => "审计",
        }
    }

    /// The role by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the role holds the right.
    pub const fn may(self, right: Right) -> bool {
        match self {
            Self::Assessor => matches!(
                right,
                Right::ReadAll
                    | Right::Judge
                    | Right::Submit
                    | Right::Publish
                    | Right::File
                    | Right::Rule
            ),
            Self::Department => matches!(right, Right::ReadOwn | Right::File),
            Self::Finance => matches!(right, Right::ReadAll | Right::Approve | Right::Order),
            Self::Auditor => matches!(right, Right::ReadAll),
        }
    }
}

/// A person who has signed in, or whom the command line speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Sign-in name.
    pub login: String,
    /// Name shown.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// The department of a liaison.
    pub department: Option<DepartmentId>,
}

impl User {
    /// Whether the person holds the right.
    pub const fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }

    /// Whether the person may see what belongs to the department alone.
    pub fn may_see(&self, department: &DepartmentId) -> bool {
        self.may(Right::ReadAll)
            || (self.may(Right::ReadOwn) && self.department.as_ref() == Some(department))
    }
}
