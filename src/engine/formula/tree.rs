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
    /// Whether it may be missing; only columns and aggregates may, and only under a test or default.
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
    /// Working days after the first up to the second date.
    Workdays(Box<Node>, Box<Node>),
    /// A decision table, by index into the names' signatures.
    Table {
        /// Index.
        table: usize,
        /// Inputs.
        inputs: Vec<Node>,
    },
    /// An aggregate of the formula, by index.
    Aggregate(usize),
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
            | Kind::Aggregate(_) => Vec::new(),
            Kind::Negate(one)
            | Kind::Absolute(one)
            | Kind::Round(one, _)
            | Kind::Widen(one)
            | Kind::OneOf(one, _)
            | Kind::Not(one)
            | Kind::IsKnown(one) => vec![one],
            Kind::Arithmetic(_, left, right)
            | Kind::Quotient(left, right)
            | Kind::Compare(_, left, right)
            | Kind::SameText(left, right)
            | Kind::And(left, right)
            | Kind::Or(left, right)
            | Kind::Default(left, right)
            | Kind::Days(left, right)
            | Kind::Workdays(left, right) => vec![left, right],
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
