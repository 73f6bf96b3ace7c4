//! What formulas may read: tables, columns, types and units. The engine knows no other tables.

use std::fmt;

/// What a number counts. Units stop days from being added to money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// A plain number, such as an importance weight.
    None,
    /// Things counted 件/次.
    Count,
    /// Points of a score 分.
    Points,
    /// A part of a whole, 0 to 1.
    Ratio,
    /// Hundredths.
    Percent,
    /// Days or working days 日.
    Days,
    /// Renminbi 元.
    Cny,
}

impl Unit {
    /// All units, in the order of their names in messages.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Count,
        Self::Points,
        Self::Ratio,
        Self::Percent,
        Self::Days,
        Self::Cny,
    ];

    /// Its name in a rule pack.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Count => "count",
            Self::Points => "points",
            Self::Ratio => "ratio",
            Self::Percent => "percent",
            Self::Days => "days",
            Self::Cny => "cny",
        }
    }

    /// The unit by its name in a rule pack.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The type of a column, an expression or a table cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// True or false.
    Bool,
    /// A text, compared only for equality.
    Text,
    /// A calendar day.
    Date,
    /// An exact decimal number.
    Number {
        /// What it counts.
        unit: Unit,
        /// Decimals: the stored integer is the value times 10^scale.
        scale: u8,
    },
}

impl Type {
    /// A whole number of things.
    pub const COUNT: Self = Self::Number {
        unit: Unit::Count,
        scale: 0,
    };
    /// A whole number of days.
    pub const DAYS: Self = Self::Number {
        unit: Unit::Days,
        scale: 0,
    };
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.pad("是非 bool"),
            Self::Text => f.pad("文本 text"),
            Self::Date => f.pad("日期 date"),
            Self::Number { unit, .. } => f.pad(&format!("数 number [{unit}]")),
        }
    }
}

/// A column of a fact table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name in formulas.
    pub name: String,
    /// Type and unit.
    pub ty: Type,
    /// Whether rows may lack it; a formula must then test it or give a default.
    pub optional: bool,
    /// What it is, one line.
    pub doc: String,
}

impl Column {
    /// A column that every row has.
    pub fn new(name: impl Into<String>, ty: Type, doc: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ty,
            optional: false,
            doc: doc.into(),
        }
    }

    /// The same, but rows may lack it.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

/// A fact table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSchema {
    /// Name in `from = "…"`.
    pub name: String,
    /// Columns, in frame order.
    pub columns: Vec<Column>,
}

impl TableSchema {
    /// A table of columns.
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Self {
        Self {
            name: name.into(),
            columns,
        }
    }

    /// Position of a column.
    pub fn column_index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// All fact tables a pack may read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Tables, in frame order.
    pub tables: Vec<TableSchema>,
}

impl Schema {
    /// Position of a table.
    pub fn table_index(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.name == name)
    }

    /// A table by name.
    pub fn table(&self, name: &str) -> Option<&TableSchema> {
        self.tables.iter().find(|table| table.name == name)
    }
}
