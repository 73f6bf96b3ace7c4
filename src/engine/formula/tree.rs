//! The typed tree of a formula. Scales are static: a node of scale 4 holds integers times 10^4.

use domain::Rounding;

use crate::schema::{Type, Unit};

/// How a number is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An integer times 10^-scale.
    Scaled(u8),
    /// An exact fraction, the result of a division.
    Fraction,
}

/// Type of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// True or false.
    Bool,
    /// Text.
    Text,
    /// Days from the common era.
    Date,
    /// A number.
    Number {
        /// What it counts.
        unit: Unit,
        /// How it is held.
        form: Form,
        /// Whether it is made of literals only and takes the unit of its partner.
        literal: bool,
    },
}

impl Ty {
    /// A number of a unit and scale.
    pub const fn scaled(unit: Unit, scale: u8) -> Self {
        Self::Number {
            unit,
            form: Form::Scaled(scale),
            literal: false,
        }
    }

    /// The scale of a scaled number.
    pub const fn scale(self) -> Option<u8> {
        match self {
            Self::Number {
                form: Form::Scaled(scale),
                ..
            } => Some(scale),
            _ => None,
        }
    }
}

impl From<Type> for Ty {
    fn from(ty: Type) -> Self {
        match ty {
            Type::Bool => Self::Bool,
            Type::Text => Self::Text,
            Type::Date => Self::Date,
            Type::Number { unit, scale } => Self::scaled(unit, scale),
        }
    }
}

/// Sum, difference or product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// +
    Add,
    /// −
    Subtract,
    /// ×
    Multiply,
}

/// An order or equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// =
    Equal,
    /// <>
    NotEqual,
    /// <
    Less,
    /// <=
    LessOrEqual,
    /// >
    Greater,
    /// >=
    GreaterOrEqual,
}

impl Comparison {
    /// How SQL writes it.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether the order of two values satisfies it.
    pub const fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// A node with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it does.
    pub kind: Kind,
    /// What it gives.
    pub ty: Ty,
    /// Whether it may be missing; only what [`Kind::is_source`] says may, and only under a test or
    /// a default.
    pub optional: bool,
}

/// What a node does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A truth value.
    Bool(bool),
    /// A text.
    Text(String),
    /// A day.
    Date(i32),
    /// A number, scaled as the type says.
    Number(i128),
    /// A column of the row, by index into the extended table.
    Column {
        /// Index.
        index: usize,
        /// Name, for messages.
        name: String,
    },
    /// First day of the period.
    PeriodStart,
    /// Last day of the period.
    PeriodEnd,
    /// A parameter, by index into the pack.
    Parameter(usize),
    /// −x
    Negate(Box<Node>),
    /// |x|
    Absolute(Box<Node>),
    /// Two numbers; addition and subtraction of equal scales or with a fraction.
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    /// A fraction.
    Quotient(Box<Node>, Box<Node>),
    /// A number to the scale of this node.
    Round(Box<Node>, Rounding),
    /// A scaled number to the larger scale of this node, exactly.
    Widen(Box<Node>),
    /// Least or greatest.
    Extreme {
        /// Greatest (least otherwise).
        greatest: bool,
        /// At least one.
        values: Vec<Node>,
    },
    /// Numbers, dates or truth values.
    Compare(Comparison, Box<Node>, Box<Node>),
    /// Two texts are equal.
    SameText(Box<Node>, Box<Node>),
    /// A text is one of a list.
    OneOf(Box<Node>, Vec<String>),
    /// Both; the right side is asked only where the left is true.
    And(Box<Node>, Box<Node>),
    /// Either; the right side is asked only where the left is false.
    Or(Box<Node>, Box<Node>),
    /// Not.
    Not(Box<Node>),
    /// There is a value.
    IsKnown(Box<Node>),
    /// The first, or where it is missing the second.
    Default(Box<Node>, Box<Node>),
    /// The result of the first condition that holds.
    Case {
        /// Conditions and results.
        branches: Vec<(Node, Node)>,
        /// Otherwise.
        otherwise: Box<Node>,
    },
    /// Calendar days from the second to the first date.
    Days(Box<Node>, Box<Node>),
    /// The date so many days (a whole number of scale 0) later, earlier for a number below zero. A
    /// date outside the years 1 to 9999 is a fault.
    AddDays(Box<Node>, Box<Node>),
    /// Working days after the first up to the second date; zero when that is not later.
    Workdays(Box<Node>, Box<Node>),
    /// The date of the n-th working day after a date, before it for a number below zero; the date
    /// itself for zero.
    AddWorkdays(Box<Node>, Box<Node>),
    /// Whether a date is a working day.
    IsWorkday(Box<Node>),
    /// A decision table, by index into the names' signatures.
    Table {
        /// Index.
        table: usize,
        /// Inputs.
        inputs: Vec<Node>,
    },
    /// An aggregate of the formula, by index ([`Aggregate`]).
    Aggregate(usize),
    /// A comparison with the peer group, by index ([`Peer`]).
    Peer(usize),
    /// A value of the period before, by index ([`Carry`]).
    Carry(usize),
}

impl Kind {
    /// Whether the node gives a value as it was found (a column, an aggregate, a comparison, a value
    /// of the period before), which may be missing.
    pub const fn is_source(&self) -> bool {
        matches!(
            self,
            Self::Column { .. } | Self::Aggregate(_) | Self::Peer(_) | Self::Carry(_)
        )
    }
}

/// What is done with the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Sum.
    Sum,
    /// Number of rows.
    Count,
    /// Number of distinct combinations.
    CountDistinct,
    /// Mean, as an exact fraction.
    Average,
    /// Smallest.
    Minimum,
    /// Largest.
    Maximum,
}

/// An aggregate over the rows of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// What is done.
    pub function: Function,
    /// With what; none for COUNT(*), several for COUNT(DISTINCT …).
    pub arguments: Vec<Node>,
    /// With which rows; all without it.
    pub filter: Option<Node>,
    /// What it gives.
    pub ty: Ty,
    /// Whether there may be no row for it.
    pub optional: bool,
}

/// How a subject is compared with those of its peer group that take part: that have enough cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Own value / greatest of the group; missing when that is not above zero.
    RelativeToBest,
    /// Own value / sum of the group; missing when that is not above zero.
    ShareOfTotal,
    /// One more than the subjects with a greater value: 1, 2, 2, 4.
    Rank,
    /// Subjects whose value is not above the own one / subjects (PostgreSQL's `cume_dist`, exactly).
    Percentile,
}

impl Verb {
    /// All verbs.
    pub const ALL: [Self; 4] = [
        Self::RelativeToBest,
        Self::ShareOfTotal,
        Self::Rank,
        Self::Percentile,
    ];

    /// Its name in formulas.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RelativeToBest => "relative_to_best",
            Self::ShareOfTotal => "share_of_total",
            Self::Rank => "rank",
            Self::Percentile => "percentile",
        }
    }

    /// The verb by its name in formulas.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == name)
    }
}

/// A comparison within the peer group. Like a window function it is worked out before the formula,
/// for every subject that takes part, wherever in the formula it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// How.
    pub verb: Verb,
    /// The value compared: a number over the aggregates of a subject, without comparisons.
    pub argument: Node,
    /// What it gives.
    pub ty: Ty,
    /// Whether it may be missing.
    pub optional: bool,
}

/// What stands for the total among the ids of indicators.
pub const TOTAL: &str = "total";

/// A value of the same subject in the period before; it may always be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carry {
    /// Id of the indicator, or [`TOTAL`].
    pub id: String,
    /// An exact fraction of the unit of that indicator's value; points for the total.
    pub ty: Ty,
}

impl Node {
    /// The nodes directly below.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Bool(_)
            | Kind::Text(_)
            | Kind::Date(_)
            | Kind::Number(_)
            | Kind::Column { .. }
            | Kind::PeriodStart
            | Kind::PeriodEnd
            | Kind::Parameter(_)
            | Kind::Aggregate(_)
            | Kind::Peer(_)
            | Kind::Carry(_) => Vec::new(),
            Kind::Negate(one)
            | Kind::Absolute(one)
            | Kind::Round(one, _)
            | Kind::Widen(one)
            | Kind::OneOf(one, _)
            | Kind::Not(one)
            | Kind::IsKnown(one)
            | Kind::IsWorkday(one) => vec![one],
            Kind::Arithmetic(_, left, right)
            | Kind::Quotient(left, right)
            | Kind::Compare(_, left, right)
            | Kind::SameText(left, right)
            | Kind::And(left, right)
            | Kind::Or(left, right)
            | Kind::Default(left, right)
            | Kind::Days(left, right)
            | Kind::AddDays(left, right)
            | Kind::Workdays(left, right)
            | Kind::AddWorkdays(left, right) => vec![left, right],
            Kind::Extreme { values, .. } => values.iter().collect(),
            Kind::Table { inputs, .. } => inputs.iter().collect(),
            Kind::Case {
                branches,
                otherwise,
            } => branches
                .iter()
                .flat_map(|(condition, result)| [condition, result])
                .chain([otherwise.as_ref()])
                .collect(),
        }
    }

    /// Calls `visit` on this node and all below.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }
}
