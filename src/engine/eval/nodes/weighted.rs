//! Weighted sums: trees of sums, differences and products with constants, flattened, so that one
//! pass over many columns takes the place of one pass for every node.
//!
//! What cannot be proven to fit 64 bits is left to the nodes, which test every lane.

use domain::Rounding;

use super::super::kernels::weighted_sum;
use super::super::lanes::{LaneFault, Lanes};
use super::super::quotients::{Cut, Divisors};
use super::{Machine, Stretch, is_fraction};
use crate::exact::pow10;
use crate::formula::tree::{Arithmetic, Kind, Node};
use crate::frame::{Slice, Values};

/// Fewest quotients by one divisor that are worth its preparation.
const QUOTIENTS_MIN: usize = 3;

/// `constant + Σ factor · node + Σ rounded quotient`, all of one scale.
#[derive(Default)]
struct Sum<'n> {
    constant: i128,
    terms: Vec<(i64, &'n Node)>,
    quotients: Vec<Quotients<'n>>,
}

/// Quotients by one divisor, `round(factor · node · power / divisor)`.
struct Quotients<'n> {
    divisor: &'n Node,
    power: u64,
    cut: Cut,
    terms: Vec<(u32, &'n Node)>,
    /// The quotients as written.
    nodes: Vec<&'n Node>,
}

/// `Σ factor · node / (divisor · 10^decimals)`, each with decimals of its own.
struct Fractions<'n> {
    divisor: &'n Node,
    terms: Vec<(i128, i16, &'n Node)>,
}

/// Numbers of 64 bits: the same in every lane, or one each.
enum Ints<'v> {
    Same(i128),
    Each(Column<'v>),
}

/// Numbers where they lie, or computed.
enum Column<'v> {
    Of(Slice<'v>),
    Own(Vec<i64>),
}

impl Column<'_> {
    fn slice(&self) -> Slice<'_> {
        match self {
            Self::Of(slice) => *slice,
            Self::Own(values) => Slice::Eight(values),
        }
    }

    fn into_vec(self) -> Vec<i64> {
        match self {
            Self::Of(slice) => slice.to_vec(),
            Self::Own(values) => values,
        }
    }
}

impl<'a> Machine<'a> {
    /// The value of a sum, difference or product in one pass; `None` where the nodes have to be
    /// taken one by one.
    pub(super) fn weighted(
        &self,
        node: &Node,
        at: Stretch<'_>,
    ) -> Result<Option<Lanes>, LaneFault> {
        if !self.is_sum(node) {
            return Ok(None);
        }
        if is_fraction(node) {
            return self.weighted_fraction(node, at);
        }
        let mut sum = Sum::default();
        if self.flatten(node, 1, &mut sum).is_none() {
            return Ok(None);
        }
        Ok(self.total(&sum, at)?.map(Lanes::Small))
    }

    /// Whether flattening the node takes it apart.
    fn is_sum(&self, node: &Node) -> bool {
        match &node.kind {
            Kind::Arithmetic(Arithmetic::Multiply, left, right) => {
                self.constant(left).is_some() || self.constant(right).is_some()
            }
            Kind::Arithmetic(..) | Kind::Negate(_) => true,
            _ => false,
        }
    }

    /// The value of a literal or parameter.
    fn constant(&self, node: &Node) -> Option<i128> {
        match &node.kind {
            Kind::Number(value) => Some(*value),
            Kind::Parameter(index) => self.constants.parameters.get(*index).copied().flatten(),
            Kind::Widen(one) => self.constant(one)?.checked_mul(widening(one, node)?),
            Kind::Negate(one) => self.constant(one)?.checked_neg(),
            _ => None,
        }
    }

    /// Adds `factor` times a scaled node to the sum; `None` where a factor does not fit.
    fn flatten<'n>(&self, node: &'n Node, factor: i128, sum: &mut Sum<'n>) -> Option<()> {
        if let Some(constant) = self.constant(node) {
            sum.constant = sum.constant.checked_add(constant.checked_mul(factor)?)?;
            return Some(());
        }
        match &node.kind {
            Kind::Widen(one) => self.flatten(one, factor.checked_mul(widening(one, node)?)?, sum),
            Kind::Negate(one) => self.flatten(one, factor.checked_neg()?, sum),
            Kind::Arithmetic(Arithmetic::Add, left, right) => {
                self.flatten(left, factor, sum)?;
                self.flatten(right, factor, sum)
            }
            Kind::Arithmetic(Arithmetic::Subtract, left, right) => {
                self.flatten(left, factor, sum)?;
                self.flatten(right, factor.checked_neg()?, sum)
            }
            Kind::Arithmetic(Arithmetic::Multiply, left, right) if self.is_sum(node) => {
                let (constant, other) = match self.constant(left) {
                    Some(constant) => (constant, right),
                    None => (self.constant(right)?, left),
                };
                self.flatten(other, factor.checked_mul(constant)?, sum)
            }
            Kind::Round(one, mode) if factor == 1 && self.add_quotient(node, one, *mode, sum) => {
                Some(())
            }
            _ => {
                sum.terms.push((i64::try_from(factor).ok()?, node));
                Some(())
            }
        }
    }

    /// Adds a rounded quotient to those by its divisor; whether it is one of that kind.
    fn add_quotient<'n>(
        &self,
        node: &'n Node,
        inner: &'n Node,
        mode: Rounding,
        sum: &mut Sum<'n>,
    ) -> bool {
        let cut = match mode {
            Rounding::HalfUp => Cut::Nearest,
            Rounding::Down | Rounding::Floor => Cut::Down,
            Rounding::HalfEven | Rounding::Up | Rounding::Ceil => return false,
        };
        let Kind::Quotient(above, divisor) = &inner.kind else {
            return false;
        };
        let scales = (node.ty.scale(), above.ty.scale(), divisor.ty.scale());
        let (Some(scale), Some(from), Some(by)) = scales else {
            return false;
        };
        let power = (scale + by).checked_sub(from).and_then(pow10);
        let Some(power) = power.and_then(|power| u64::try_from(power).ok()) else {
            return false;
        };
        let mut numerator = Sum::default();
        let term = match self.flatten(above, 1, &mut numerator) {
            Some(()) if numerator.constant == 0 && numerator.quotients.is_empty() => {
                match numerator.terms.as_slice() {
                    [(factor, one)] => u32::try_from(*factor).ok().map(|factor| (factor, *one)),
                    _ => None,
                }
            }
            _ => None,
        };
        let term = term.unwrap_or((1, above));
        let mut groups = sum.quotients.iter_mut();
        let group = groups.find(|group| {
            (group.power, group.cut) == (power, cut) && group.divisor == divisor.as_ref()
        });
        match group {
            Some(group) => {
                group.terms.push(term);
                group.nodes.push(node);
            }
            None => sum.quotients.push(Quotients {
                divisor,
                power,
                cut,
                terms: vec![term],
                nodes: vec![node],
            }),
        }
        true
    }

    /// The sum, lane by lane, if every part is certain to fit.
    fn total(&self, sum: &Sum<'_>, at: Stretch<'_>) -> Result<Option<Vec<i64>>, LaneFault> {
        let mut constant = sum.constant;
        let mut columns: Vec<(i64, Column<'_>)> = Vec::with_capacity(sum.terms.len());
        let mut terms = sum.terms.clone();
        for group in &sum.quotients {
            let quotients = if group.terms.len() < QUOTIENTS_MIN {
                None
            } else {
                self.quotients(group, at)?
            };
            match quotients {
                Some(quotients) => columns.push((1, Column::Own(quotients))),
                None => terms.extend(group.nodes.iter().map(|node| (1, *node))),
            }
        }
        for (factor, node) in terms {
            match self.ints(node, at)? {
                Some(Ints::Each(column)) => columns.push((factor, column)),
                Some(Ints::Same(value)) => {
                    let added = value.checked_mul(i128::from(factor));
                    let Some(new) = added.and_then(|added| constant.checked_add(added)) else {
                        return Ok(None);
                    };
                    constant = new;
                }
                None => return Ok(None),
            }
        }
        if let ([(1, Column::Own(only))], 0) = (columns.as_mut_slice(), constant) {
            return Ok(Some(std::mem::take(only)));
        }
        let terms: Vec<(i64, Slice<'_>)> = columns
            .iter()
            .map(|(factor, column)| (*factor, column.slice()))
            .collect();
        Ok(weighted_sum(constant, &terms, at.active.len()))
    }

    fn quotients(
        &self,
        group: &Quotients<'_>,
        at: Stretch<'_>,
    ) -> Result<Option<Vec<i64>>, LaneFault> {
        let Some(Ints::Each(divisors)) = self.ints(group.divisor, at)? else {
            return Ok(None);
        };
        let Some(divisors) = Divisors::new(&divisors.into_vec(), at.active, group.power) else {
            return Ok(None);
        };
        let mut columns = Vec::with_capacity(group.terms.len());
        for (factor, node) in &group.terms {
            let Some(Ints::Each(column)) = self.ints(node, at)? else {
                return Ok(None);
            };
            columns.push((*factor, column));
        }
        let terms: Vec<(u32, Slice<'_>)> = columns
            .iter()
            .map(|(factor, column)| (*factor, column.slice()))
            .collect();
        Ok(divisors.sum_of_quotients(&terms, group.cut))
    }

    /// A sum of quotients by one divisor is a quotient: `a/d + b/d = (a + b)/d`, and no fraction
    /// needs reducing on the way.
    fn weighted_fraction(&self, node: &Node, at: Stretch<'_>) -> Result<Option<Lanes>, LaneFault> {
        let mut found = None;
        if self.flatten_fraction(node, (1, 0), &mut found).is_none() {
            return Ok(None);
        }
        let Some(Fractions { divisor, terms }) = found else {
            return Ok(None);
        };
        let most = terms.iter().map(|(_, decimals, _)| *decimals).max();
        let most = most.unwrap_or(0).max(0);
        let mut sum = Sum::default();
        for (factor, decimals, numerator) in terms {
            let more = u8::try_from(most - decimals).ok().and_then(pow10);
            let factor = more.and_then(|more| factor.checked_mul(more));
            let flat = factor.and_then(|factor| self.flatten(numerator, factor, &mut sum));
            if flat.is_none() {
                return Ok(None);
            }
        }
        let below = match u8::try_from(most).ok().and_then(pow10) {
            Some(1) => self.ints(divisor, at)?.map(|ints| match ints {
                Ints::Each(column) => column.into_vec(),
                Ints::Same(value) => vec![i64::try_from(value).unwrap_or(0); at.active.len()],
            }),
            Some(power) => {
                let mut whole = Sum::default();
                match self.flatten(divisor, power, &mut whole) {
                    Some(()) => self.total(&whole, at)?,
                    None => None,
                }
            }
            None => None,
        };
        let (Some(mut below), Some(above)) = (below, self.total(&sum, at)?) else {
            return Ok(None);
        };
        let divisors = below.iter().zip(at.active);
        if divisors.fold(false, |any, (below, active)| any | (active & (*below <= 0))) {
            return Ok(None);
        }
        for below in &mut below {
            *below = (*below).max(1);
        }
        Ok(Some(Lanes::SmallFraction(above, below)))
    }

    /// Adds a fraction times `factor / 10^decimals`; `None` unless it is made of quotients by the
    /// one divisor.
    fn flatten_fraction<'n>(
        &self,
        node: &'n Node,
        (factor, decimals): (i128, i16),
        to: &mut Option<Fractions<'n>>,
    ) -> Option<()> {
        match &node.kind {
            Kind::Quotient(above, below) => {
                let scales = (i16::from(above.ty.scale()?), i16::from(below.ty.scale()?));
                let fractions = to.get_or_insert_with(|| Fractions {
                    divisor: below,
                    terms: Vec::new(),
                });
                if fractions.divisor != below.as_ref() {
                    return None;
                }
                let decimals = decimals + scales.0 - scales.1;
                fractions.terms.push((factor, decimals, above));
                Some(())
            }
            Kind::Negate(one) => self.flatten_fraction(one, (factor.checked_neg()?, decimals), to),
            Kind::Arithmetic(Arithmetic::Add, left, right) => {
                self.flatten_fraction(left, (factor, decimals), to)?;
                self.flatten_fraction(right, (factor, decimals), to)
            }
            Kind::Arithmetic(Arithmetic::Subtract, left, right) => {
                self.flatten_fraction(left, (factor, decimals), to)?;
                self.flatten_fraction(right, (factor.checked_neg()?, decimals), to)
            }
            Kind::Arithmetic(Arithmetic::Multiply, left, right) => {
                let (constant, by, other) = match self.constant(left) {
                    Some(constant) => (constant, left, right),
                    None => (self.constant(right)?, right, left),
                };
                let decimals = decimals + i16::from(by.ty.scale()?);
                self.flatten_fraction(other, (factor.checked_mul(constant)?, decimals), to)
            }
            _ => None,
        }
    }

    /// The value of a scaled node in 64 bits, borrowed where it is a column.
    fn ints(&self, node: &Node, at: Stretch<'_>) -> Result<Option<Ints<'a>>, LaneFault> {
        if let Some(constant) = self.constant(node) {
            return Ok(Some(Ints::Same(constant)));
        }
        let lanes = at.start..at.start + at.active.len();
        let borrowed = match &node.kind {
            Kind::Column { index, .. } => match self.columns.get(*index).map(|one| &one.values) {
                Some(Values::Number(values)) => values.slice(lanes),
                _ => None,
            },
            Kind::Aggregate(index) => {
                let found = self.aggregates.get(*index);
                let values = found.and_then(|one| one.values.numbers());
                values.filter(|values| lanes == (0..values.len()))
            }
            _ => None,
        };
        if let Some(values) = borrowed {
            return Ok(Some(Ints::Each(Column::Of(values))));
        }
        Ok(match self.eval(node, at)? {
            Lanes::Small(values) => Some(Ints::Each(Column::Own(values))),
            _ => None,
        })
    }
}

/// The factor between the scales of a node and of the same number widened.
fn widening(one: &Node, wide: &Node) -> Option<i128> {
    pow10(wide.ty.scale()?.checked_sub(one.ty.scale()?)?)
}
