//! Typed ids. Each is the natural key its field uses, so that files, database and pages agree.

use std::fmt;
use std::sync::Arc;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps the text as it is; readers validate before they build ids.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Arc::from(text.as_ref()))
            }

            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    };
}

text_id! {
    /// A department 部门, by its 18-character unified social credit code (GB 32100-2015).
    DepartmentId
}
text_id! {
    /// A jurisdiction 行政区划, by its six-digit GB/T 2260 code.
    JurisdictionCode
}
text_id! {
    /// An information resource 信息资源, by its catalogue code («分类码/顺序码»).
    ResourceCode
}
text_id! {
    /// A run of a period: `<period>-<first 12 hex digits of the digest of what it computes from>`.
    RunId
}
text_id! {
    /// A rule pack and its version: `<id>@<version>`.
    PackRef
}
text_id! {
    /// An order 指令 about money that somebody proposes: the number of its document, or a name of its own.
    OrderId
}
text_id! {
    /// A declared cost or loss 损失申报, by its serial number.
    ClaimId
}
text_id! {
    /// An appeal 复核申诉, by its serial number.
    AppealId
}
