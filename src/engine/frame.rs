//! Facts in columns, as the evaluator reads them: rows of one subject lie together.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::exact::Quantity;
use crate::schema::{Schema, TableSchema, Type};

mod columns;
mod error;
mod numbers;
mod rows;
pub(crate) use columns::Columns;
pub use error::FrameError;
pub use numbers::Numbers;
pub(crate) use numbers::Slice;
pub use rows::{Datum, RowBuilder};

/// Distinct texts of a column, each with a small code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dictionary {
    texts: Vec<String>,
    codes: HashMap<String, u32>,
}

impl Dictionary {
    /// The code of a text, given on first sight.
    pub fn intern(&mut self, text: &str) -> u32 {
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        // Four billion distinct texts do not fit the memory that would hold them.
        let code = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.to_owned());
        self.codes.insert(text.to_owned(), code);
        code
    }

    /// The code of a text already seen.
    pub fn code(&self, text: &str) -> Option<u32> {
        self.codes.get(text).copied()
    }

    /// The text of a code.
    pub fn text(&self, code: u32) -> Option<&str> {
        self.texts
            .get(usize::try_from(code).ok()?)
            .map(String::as_str)
    }

    /// The texts, in the order of their codes.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}

/// Collects a text column.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    codes: Vec<u32>,
    dictionary: Dictionary,
}

impl TextColumn {
    /// Appends a row.
    pub fn push(&mut self, text: &str) {
        let code = self.dictionary.intern(text);
        self.codes.push(code);
    }

    /// The column.
    pub fn finish(self) -> Values {
        Values::Text {
            codes: self.codes,
            dictionary: Arc::new(self.dictionary),
        }
    }
}

impl<T: AsRef<str>> FromIterator<T> for TextColumn {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut column = Self::default();
        for text in texts {
            column.push(text.as_ref());
        }
        column
    }
}

/// The values of a column, one per row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// True or false.
    Bool(Vec<bool>),
    /// Codes into a dictionary.
    Text {
        /// One code per row.
        codes: Vec<u32>,
        /// The texts.
        dictionary: Arc<Dictionary>,
    },
    /// Days from the common era (`chrono::Datelike::num_days_from_ce`).
    Date(Vec<i32>),
    /// Numbers times 10^scale of the column's type.
    Number(Numbers),
}

impl Values {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Bool(values) => values.len(),
            Self::Text { codes, .. } => codes.len(),
            Self::Date(values) => values.len(),
            Self::Number(values) => values.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    const fn fits(&self, ty: Type) -> bool {
        matches!(
            (self, ty),
            (Self::Bool(_), Type::Bool)
                | (Self::Text { .. }, Type::Text)
                | (Self::Date(_), Type::Date)
                | (Self::Number(_), Type::Number { .. })
        )
    }

    /// No row, of the type.
    pub fn empty(ty: Type) -> Self {
        match ty {
            Type::Bool => Self::Bool(Vec::new()),
            Type::Text => TextColumn::default().finish(),
            Type::Date => Self::Date(Vec::new()),
            Type::Number { .. } => Self::Number(Numbers::default()),
        }
    }
}

/// A column with what is missing in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnData {
    /// The values; any value where a row has none.
    pub values: Values,
    /// Which rows have a value; `None` when all have.
    pub known: Option<Vec<bool>>,
}

impl ColumnData {
    /// A column without gaps.
    pub const fn full(values: Values) -> Self {
        Self {
            values,
            known: None,
        }
    }

    /// A column of numbers without gaps, scaled as its type says.
    pub fn numbers(values: Vec<i64>) -> Self {
        Self::full(Values::Number(values.into()))
    }

    /// A column of truth values without gaps.
    pub const fn bools(values: Vec<bool>) -> Self {
        Self::full(Values::Bool(values))
    }

    /// A column of texts without gaps.
    pub fn texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::full(texts.into_iter().collect::<TextColumn>().finish())
    }

    /// A column of days without gaps.
    pub fn dates(days: impl IntoIterator<Item = chrono::NaiveDate>) -> Self {
        use chrono::Datelike as _;
        Self::full(Values::Date(
            days.into_iter().map(|day| day.num_days_from_ce()).collect(),
        ))
    }

    /// A column of days that rows may lack.
    pub fn optional_dates(days: impl IntoIterator<Item = Option<chrono::NaiveDate>>) -> Self {
        use chrono::Datelike as _;
        let (values, known) = days
            .into_iter()
            .map(|day| (day.map_or(0, |day| day.num_days_from_ce()), day.is_some()))
            .unzip();
        Self {
            values: Values::Date(values),
            known: Some(known),
        }
    }
}

/// The rows of one fact table, grouped by subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameTable {
    /// Rows of subject `i` are `offsets[i]..offsets[i + 1]`.
    pub offsets: Vec<u32>,
    /// Columns in schema order.
    pub columns: Vec<ColumnData>,
}

impl FrameTable {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.offsets.last().map_or(0, |end| *end as usize)
    }

    /// Rows of a subject; empty for an unknown one.
    pub fn rows_of(&self, subject: usize) -> std::ops::Range<usize> {
        match (self.offsets.get(subject), self.offsets.get(subject + 1)) {
            (Some(start), Some(end)) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }
}

/// All fact tables of all subjects (departments), in columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Number of subjects.
    pub subjects: usize,
    /// Peer group of each subject, by any number: subjects of one number are compared.
    pub peers: Vec<u32>,
    /// Values of the period before, by indicator id (`total`: the total), one of each subject; `None`
    /// where there is none.
    pub prior: BTreeMap<String, Vec<Option<Quantity>>>,
    /// Tables in schema order.
    pub tables: Vec<FrameTable>,
}

impl Frame {
    /// A frame of the schema's tables, all empty.
    pub fn empty(schema: &Schema, subjects: usize) -> Self {
        let table = |table: &TableSchema| FrameTable {
            offsets: vec![0; subjects + 1],
            columns: table
                .columns
                .iter()
                .map(|column| ColumnData::full(Values::empty(column.ty)))
                .collect(),
        };
        Self {
            subjects,
            peers: vec![0; subjects],
            prior: BTreeMap::new(),
            tables: schema.tables.iter().map(table).collect(),
        }
    }

    /// Sets the peer group of each subject. Without it all are of one group.
    pub fn set_peers(&mut self, groups: Vec<u32>) -> Result<(), FrameError> {
        self.one_each("分组 peer group", groups.len())?;
        self.peers = groups;
        Ok(())
    }

    /// Sets what an indicator (or `total`) was for each subject in the period before.
    pub fn set_prior(
        &mut self,
        id: impl Into<String>,
        values: Vec<Option<Quantity>>,
    ) -> Result<(), FrameError> {
        self.one_each("上期值 prior value", values.len())?;
        self.prior.insert(id.into(), values);
        Ok(())
    }

    const fn one_each(&self, what: &'static str, found: usize) -> Result<(), FrameError> {
        let subjects = self.subjects;
        if found == subjects {
            return Ok(());
        }
        Err(FrameError::Subjects {
            what,
            found,
            subjects,
        })
    }

    /// Sets the rows of a table. `columns` are named, in any order, and must be all of the schema's.
    pub fn set_table(
        &mut self,
        schema: &Schema,
        name: &str,
        offsets: Vec<u32>,
        columns: Vec<(&str, ColumnData)>,
    ) -> Result<(), FrameError> {
        let unknown = || FrameError::UnknownTable {
            table: name.to_owned(),
        };
        let index = schema.table_index(name).ok_or_else(unknown)?;
        let table = schema.tables.get(index).ok_or_else(unknown)?;
        let increasing = offsets.is_sorted() && offsets.first() == Some(&0);
        if !increasing || offsets.len() != self.subjects + 1 {
            return Err(FrameError::Offsets {
                table: name.to_owned(),
            });
        }
        let rows = offsets.last().map_or(0, |end| *end as usize);
        let columns = arrange(table, rows, columns)?;
        let place = self.tables.get_mut(index).ok_or_else(unknown)?;
        *place = FrameTable { offsets, columns };
        Ok(())
    }

    /// Replaces one column of a table, for values computed after the others (importance).
    pub fn set_column(
        &mut self,
        schema: &Schema,
        table: &str,
        column: &str,
        data: ColumnData,
    ) -> Result<(), FrameError> {
        let unknown = || FrameError::UnknownColumn {
            table: table.to_owned(),
            column: column.to_owned(),
        };
        let index = schema.table_index(table).ok_or_else(unknown)?;
        let rules = schema.tables.get(index).ok_or_else(unknown)?;
        let at = rules.column_index(column).ok_or_else(unknown)?;
        let place = self.tables.get_mut(index).ok_or_else(unknown)?;
        check_column(rules, at, place.rows(), &data)?;
        *place.columns.get_mut(at).ok_or_else(unknown)? = data;
        Ok(())
    }
}

/// The columns in schema order, each checked.
fn arrange(
    table: &TableSchema,
    rows: usize,
    given: Vec<(&str, ColumnData)>,
) -> Result<Vec<ColumnData>, FrameError> {
    let mut found: Vec<Option<ColumnData>> = vec![None; table.columns.len()];
    for (name, data) in given {
        let unknown = || FrameError::UnknownColumn {
            table: table.name.clone(),
            column: name.to_owned(),
        };
        let at = table.column_index(name).ok_or_else(unknown)?;
        check_column(table, at, rows, &data)?;
        *found.get_mut(at).ok_or_else(unknown)? = Some(data);
    }
    let mut columns = Vec::with_capacity(found.len());
    for (data, column) in found.into_iter().zip(&table.columns) {
        columns.push(data.ok_or_else(|| FrameError::Column {
            table: table.name.clone(),
            column: column.name.clone(),
            reason: "没有给出".into(),
        })?);
    }
    Ok(columns)
}

fn check_column(
    table: &TableSchema,
    at: usize,
    rows: usize,
    data: &ColumnData,
) -> Result<(), FrameError> {
    let Some(column) = table.columns.get(at) else {
        return Ok(());
    };
    let fault = |reason: String| {
        Err(FrameError::Column {
            table: table.name.clone(),
            column: column.name.clone(),
            reason,
        })
    };
    if !data.values.fits(column.ty) {
        return fault(format!("类型应为{}", column.ty));
    }
    if data.values.len() != rows {
        return fault(format!("有 {} 行，应为 {rows} 行", data.values.len()));
    }
    if let Values::Text { codes, dictionary } = &data.values
        && codes
            .iter()
            .zip(0..)
            .any(|(code, row)| dictionary.text(*code).is_none() && is_known(data, row))
    {
        return fault("文本代码不在字典中".into());
    }
    if let Some(known) = &data.known {
        if known.len() != rows {
            return fault(format!("有 {} 个有无标记，应为 {rows} 个", known.len()));
        }
        if !column.optional && known.contains(&false) {
            return fault("必填，但有的行没有值".into());
        }
    }
    Ok(())
}

fn is_known(data: &ColumnData, row: usize) -> bool {
    data.known
        .as_ref()
        .is_none_or(|known| known.get(row) == Some(&true))
}
