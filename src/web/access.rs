//! Who may take a route: decided from the route's row and the session alone, before any handler.

use app::{Right, User};
use domain::DepartmentId;

/// What a route asks of the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; the session is not even looked up (style sheet, health).
    Open,
    /// Anybody; what is shown depends on who asks.
    Public,
    /// Anybody who has signed in.
    SignedIn,
    /// Holders of the right.
    Needs(Right),
    /// Those who may see the department named in the path.
    Department,
    /// The same, of holders of the right.
    DepartmentAnd(Right),
}

/// The decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Allow,
    /// Sign in first.
    SignIn,
    /// No, and it is not said whether the thing exists.
    Forbid,
}

impl Access {
    /// Decides. `department` is the department in the path, `None` when the path has none or one
    /// that is not shaped like a department's code.
    pub fn decide(self, user: Option<&User>, department: Option<&DepartmentId>) -> Verdict {
        let sees = |user: &User| match department {
            Some(department) => user.may_see(department),
            None => user.may(Right::ReadAll),
        };
        let allowed = |user: &User| match self {
            Self::Open | Self::Public | Self::SignedIn => true,
            Self::Needs(right) => user.may(right),
            Self::Department => sees(user),
            Self::DepartmentAnd(right) => sees(user) && user.may(right),
        };
        match (self, user) {
            (Self::Open | Self::Public, _) => Verdict::Allow,
            (_, None) => Verdict::SignIn,
            (_, Some(user)) if allowed(user) => Verdict::Allow,
            (_, Some(_)) => Verdict::Forbid,
        }
    }
}

#[cfg(test)]
mod tests {
    use app::Role;

    use super::*;

    fn user(role: Role, department: Option<&str>) -> User {
        User {
            login: "someone".into(),
            display_name: "某人".into(),
            role,
            department: department.map(DepartmentId::new),
        }
    }

    #[test]
    fn a_liaison_sees_the_own_department_only() {
        let liaison = user(Role::Department, Some("11410100000000001A"));
        let own = DepartmentId::new("11410100000000001A");
        let other = DepartmentId::new("11410100000000002A");
        let decide = |id| Access::Department.decide(Some(&liaison), id);
        assert_eq!(decide(Some(&own)), Verdict::Allow);
        assert_eq!(decide(Some(&other)), Verdict::Forbid);
        assert_eq!(decide(None), Verdict::Forbid);
    }

    #[test]
    fn a_liaison_without_department_sees_none() {
        let liaison = user(Role::Department, None);
        let some = DepartmentId::new("11410100000000001A");
        assert_eq!(
            Access::Department.decide(Some(&liaison), Some(&some)),
            Verdict::Forbid
        );
    }

    #[test]
    fn anonymous_visitors_are_sent_to_sign_in() {
        for access in [
            Access::SignedIn,
            Access::Department,
            Access::Needs(Right::ReadAll),
        ] {
            assert_eq!(access.decide(None, None), Verdict::SignIn, "{access:?}");
        }
        assert_eq!(Access::Public.decide(None, None), Verdict::Allow);
    }
}
