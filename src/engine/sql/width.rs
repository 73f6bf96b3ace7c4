//! How large a number can become: a bound in bits that holds for every row, found from the types.
//! Where it stays below the 128 bits of our columns, the SQL needs no check of its own.

use super::lookup::widest_sum;
use crate::eval::Constants;
use crate::exact::pow10;
use crate::formula::tree::{Aggregate, Arithmetic, Form, Function, Kind, Node, Peer, Ty, Verb};
use crate::pack::{Collect, HitPolicy, Output};

/// Widest magnitude that certainly fits 128 bits with its sign, and one sum more.
pub(super) const SAFE_BITS: u32 = 126;

/// Width of a value that was checked to fit.
const CHECKED_BITS: u32 = 127;

/// A frame has fewer rows than 2^32.
const ROW_BITS: u32 = 32;

/// Magnitudes: `|numerator| ≤ 2^above`, `denominator ≤ 2^below`. A scaled number has its stored
/// integer above and its power of ten below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Width {
    pub(super) above: u32,
    pub(super) below: u32,
}

impl Width {
    /// Whether every step of the columnar evaluation certainly fits 128 bits.
    pub(super) const fn is_safe(self) -> bool {
        self.above <= SAFE_BITS && self.below <= SAFE_BITS
    }

    const fn checked(self) -> Self {
        Self {
            above: if self.above > SAFE_BITS {
                CHECKED_BITS
            } else {
                self.above
            },
            below: if self.below > SAFE_BITS {
                CHECKED_BITS
            } else {
                self.below
            },
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            above: self.above.max(other.above),
            below: self.below.max(other.below),
        }
    }
}

/// Bits of `10^scale`, rounded up.
pub(super) fn power_bits(scale: u8) -> u32 {
    pow10(scale).map_or(CHECKED_BITS, magnitude)
}

/// The least `b` with `|value| ≤ 2^b`.
pub(super) fn magnitude(value: i128) -> u32 {
    match value.unsigned_abs() {
        0 | 1 => 0,
        more => (more - 1).ilog2() + 1,
    }
}

/// Decimal digits that hold any number of that many bits.
pub(super) const fn digits(bits: u32) -> u32 {
    // log10(2) < 0.30103
    bits * 30_103 / 100_000 + 1
}

/// Measures nodes under the constants of a period.
#[derive(Clone, Copy)]
pub(super) struct Widths<'a> {
    pub(super) constants: &'a Constants,
    pub(super) aggregates: &'a [Aggregate],
    pub(super) peers: &'a [Peer],
}

impl Widths<'_> {
    /// The width of a number node, checks included.
    pub(super) fn of(self, node: &Node) -> Width {
        self.unchecked(node).checked()
    }

    /// The width before a check.
    pub(super) fn unchecked(self, node: &Node) -> Width {
        let below = node.ty.scale().map_or(0, power_bits);
        let scaled = |above| Width { above, below };
        match &node.kind {
            Kind::Number(value) => scaled(magnitude(*value)),
            Kind::Parameter(index) => {
                let value = self.constants.parameters.get(*index).copied().flatten();
                scaled(value.map_or(0, magnitude))
            }
            Kind::Column { .. } => scaled(63),
            Kind::Days(..) => scaled(33),
            Kind::Workdays(..) => scaled(ROW_BITS),
            Kind::Aggregate(index) => self
                .aggregates
                .get(*index)
                .map_or(scaled(0), |one| self.aggregate(one)),
            Kind::Peer(index) => self.peers.get(*index).map_or(scaled(0), peer),
            // A value of the period before may be any fraction of 128 bits.
            Kind::Carry(_) => Width {
                above: CHECKED_BITS,
                below: CHECKED_BITS,
            },
            Kind::Negate(one) | Kind::Absolute(one) => self.of(one),
            Kind::Widen(one) => {
                let more = node.ty.scale().unwrap_or(0) - one.ty.scale().unwrap_or(0);
                scaled(self.of(one).above + power_bits(more))
            }
            Kind::Round(one, _) => self.rounded(node, one),
            Kind::Arithmetic(op, left, right) => self.arithmetic(*op, node, left, right),
            Kind::Quotient(left, right) => {
                let (a, b) = (self.of(left), self.of(right));
                if left.ty.scale().is_some() && left.ty.scale() == right.ty.scale() {
                    // Equal powers of ten cancel.
                    return Width {
                        above: a.above,
                        below: b.above,
                    };
                }
                Width {
                    above: a.above + b.below,
                    below: a.below + b.above,
                }
            }
            Kind::Extreme { values, .. } => self.widest(values.iter()),
            Kind::Default(one, fallback) => self.of(one).or(self.of(fallback)),
            Kind::Case {
                branches,
                otherwise,
            } => {
                let results = branches.iter().map(|(_, result)| result);
                self.widest(results.chain([otherwise.as_ref()]))
            }
            Kind::Table { table, .. } => scaled(self.table(*table, node.ty)),
            _ => scaled(0),
        }
    }

    /// Whether the sum of a column of such values certainly fits.
    pub(super) fn sum_is_safe(self, argument: &Node) -> bool {
        self.of(argument).above + ROW_BITS <= SAFE_BITS
    }

    fn widest<'n>(self, nodes: impl Iterator<Item = &'n Node>) -> Width {
        let none = Width { above: 0, below: 0 };
        nodes.fold(none, |widest, node| widest.or(self.of(node)))
    }

    fn arithmetic(self, op: Arithmetic, node: &Node, left: &Node, right: &Node) -> Width {
        let (a, b) = (self.of(left), self.of(right));
        let fraction = is_fraction(node.ty);
        match op {
            Arithmetic::Multiply => Width {
                above: a.above + b.above,
                below: a.below + b.below,
            },
            Arithmetic::Add | Arithmetic::Subtract if fraction => Width {
                above: (a.above + b.below).max(b.above + a.below) + 1,
                below: a.below + b.below,
            },
            Arithmetic::Add | Arithmetic::Subtract => Width {
                above: a.above.max(b.above) + 1,
                below: a.below,
            },
        }
    }

    fn rounded(self, node: &Node, one: &Node) -> Width {
        let scale = node.ty.scale().unwrap_or(0);
        let inner = self.of(one);
        let above = match one.ty.scale() {
            Some(_) => inner.above + 1,
            None => inner.above + power_bits(scale) + 1,
        };
        Width {
            above,
            below: power_bits(scale),
        }
    }

    fn aggregate(self, aggregate: &Aggregate) -> Width {
        let below = aggregate.ty.scale().map_or(0, power_bits);
        let argument = aggregate.arguments.first();
        let inner = argument.map_or(Width { above: 0, below: 0 }, |one| self.of(one));
        match aggregate.function {
            Function::Count | Function::CountDistinct => Width {
                above: ROW_BITS,
                below,
            },
            Function::Sum => Width {
                above: inner.above + ROW_BITS,
                below,
            }
            .checked(),
            Function::Average => Width {
                above: inner.above + ROW_BITS,
                below: inner.below + ROW_BITS,
            }
            .checked(),
            Function::Minimum | Function::Maximum => inner,
        }
    }

    fn table(self, table: usize, ty: Ty) -> u32 {
        let scale = ty.scale().unwrap_or(0);
        let active = self.constants.tables.get(table).and_then(Option::as_ref);
        let Some(table) = active.map(|active| &active.table) else {
            return 0;
        };
        match table.hit {
            HitPolicy::Collect(Collect::Count) => return ROW_BITS,
            HitPolicy::Collect(Collect::Sum) if widest_sum(table) > SAFE_BITS => {
                return CHECKED_BITS;
            }
            _ => {}
        }
        let summed = table.hit == HitPolicy::Collect(Collect::Sum);
        let sum = if summed { widest_sum(table) } else { 0 };
        let outputs = table.rows.iter().map(|row| &row.value);
        let widths = outputs.chain(&table.otherwise).map(|output| match output {
            Output::Number(number) => number
                .rescaled(scale)
                .map_or(CHECKED_BITS, |number| magnitude(number.mantissa)),
            Output::Text(_) => 0,
        });
        widths.max().unwrap_or(0).max(sum)
    }
}

/// Of a comparison with the peer group.
const fn peer(peer: &Peer) -> Width {
    match peer.verb {
        Verb::Rank => Width {
            above: ROW_BITS,
            below: 0,
        },
        Verb::Percentile => Width {
            above: ROW_BITS,
            below: ROW_BITS,
        },
        Verb::RelativeToBest | Verb::ShareOfTotal => Width {
            above: CHECKED_BITS,
            below: CHECKED_BITS,
        },
    }
}

/// Whether the type is an exact fraction.
pub(super) const fn is_fraction(ty: Ty) -> bool {
    matches!(
        ty,
        Ty::Number {
            form: Form::Fraction,
            ..
        }
    )
}
