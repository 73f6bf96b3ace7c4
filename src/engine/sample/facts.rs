//! The fact table of random formulas, and random rows of it.

use crate::exact::Quantity;
use crate::formula::tree::TOTAL;
use crate::frame::{ColumnData, Frame, TextColumn, Values};
use crate::schema::{Column, Schema, TableSchema, Type, Unit};

use super::Random;

/// How far the numbers of random facts reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Amounts as offices have them: below a million.
    Ordinary,
    /// The same, and now and then the ends of 64 bits.
    Extreme,
}

const fn number(unit: Unit, scale: u8) -> Type {
    Type::Number { unit, scale }
}

/// Name, type, whether rows may lack it.
pub(super) const COLUMNS: [(&str, Type, bool); 19] = [
    ("weight", number(Unit::None, 4), false),
    ("factor", number(Unit::None, 1), false),
    ("n", number(Unit::Count, 0), false),
    ("m", number(Unit::Count, 0), false),
    ("lost", number(Unit::Points, 1), false),
    ("part", number(Unit::Ratio, 4), false),
    ("done_percent", number(Unit::Percent, 2), false),
    ("took", number(Unit::Days, 0), false),
    ("amount", number(Unit::Cny, 2), false),
    ("price", number(Unit::Cny, 6), true),
    ("seen", number(Unit::Count, 0), true),
    ("late", number(Unit::Days, 0), true),
    ("code", Type::Text, false),
    ("other", Type::Text, false),
    ("note", Type::Text, true),
    ("day", Type::Date, false),
    ("done", Type::Date, true),
    ("ok", Type::Bool, false),
    ("checked", Type::Bool, true),
];

/// What may be carried from the period before: indicators of `sample/pack.toml`, and the total.
pub(super) const CARRIED: [&str; 3] = ["share", "amount", TOTAL];

/// The texts that occur.
pub(super) const TEXTS: [&str; 5] = ["甲", "乙", "丙", "", "it's"];

/// The one fact table `facts`: a column of every type and unit, some that rows may lack.
pub fn schema() -> Schema {
    let column = |(name, ty, optional): (&str, Type, bool)| {
        let column = Column::new(name, ty, "");
        if optional { column.optional() } else { column }
    };
    Schema {
        tables: vec![TableSchema::new(
            "facts",
            COLUMNS.into_iter().map(column).collect(),
        )],
    }
}

/// Random rows of one to five subjects.
pub fn facts(schema: &Schema, random: &mut Random, reach: Reach) -> Frame {
    let subjects = 1 + random.below(5);
    facts_of(schema, random, reach, (subjects, 5))
}

/// Random rows of so many subjects, each with at most so many rows and some with none.
pub fn facts_of(
    schema: &Schema,
    random: &mut Random,
    reach: Reach,
    (subjects, rows_max): (usize, usize),
) -> Frame {
    let mut offsets = vec![0_u32];
    let mut rows = 0_u32;
    for _ in 0..subjects {
        rows += u32::try_from(random.below(rows_max + 1)).unwrap_or(0);
        offsets.push(rows);
    }
    let mut frame = Frame::empty(schema, subjects);
    frame.peers = (0..subjects)
        .map(|_| u32::from(random.chance(40)))
        .collect();
    for id in CARRIED {
        let values = (0..subjects).map(|_| prior(random)).collect();
        frame.prior.insert(id.to_owned(), values);
    }
    for table in &schema.tables {
        let columns = table
            .columns
            .iter()
            .map(|column| (column.name.as_str(), values(column, rows, random, reach)))
            .collect();
        // The columns are made for the schema; a frame that does not take them stays empty.
        let _ = frame.set_table(schema, &table.name, offsets.clone(), columns);
    }
    frame
}

/// What a subject may have had in the period before.
fn prior(random: &mut Random) -> Option<Quantity> {
    let (above, below) = (random.between(-500, 2_000), random.between(1, 999));
    Quantity::new(above.into(), below.into()).filter(|_| random.chance(70))
}

fn values(column: &Column, rows: u32, random: &mut Random, reach: Reach) -> ColumnData {
    let rows = 0..rows;
    let values = match column.ty {
        Type::Bool => Values::Bool(rows.clone().map(|_| random.chance(50)).collect()),
        Type::Text => {
            let mut texts = TextColumn::default();
            for _ in rows.clone() {
                texts.push(random.pick(&TEXTS).copied().unwrap_or_default());
            }
            texts.finish()
        }
        Type::Date => Values::Date(rows.clone().map(|_| day(random)).collect()),
        Type::Number { .. } => {
            Values::Number(rows.clone().map(|_| amount(random, reach)).collect())
        }
    };
    let known = column
        .optional
        .then(|| rows.map(|_| random.chance(70)).collect());
    ColumnData { values, known }
}

/// Days from the common era: mostly of 2025 and 2026, whose holidays are published.
pub(super) fn day(random: &mut Random) -> i32 {
    let days = match random.below(40) {
        0 => random.between(1, 3_652_059),
        1..=3 => random.between(738_500, 740_200),
        _ => random.between(739_260, 739_900),
    };
    i32::try_from(days).unwrap_or(739_300)
}

/// A scaled number.
fn amount(random: &mut Random, reach: Reach) -> i64 {
    match (reach, random.below(40)) {
        (Reach::Extreme, 0) => *random
            .pick(&[i64::MAX, i64::MIN, i64::MAX / 3, i64::MAX - 1])
            .unwrap_or(&0),
        (Reach::Extreme, 1) => random.between(i64::MIN, i64::MAX),
        (_, 0..=4) => 0,
        (_, 5..=20) => random.between(-9, 9),
        (_, 21..=30) => random.between(0, 50_000),
        _ => random.between(-1_000_000, 1_000_000),
    }
}
