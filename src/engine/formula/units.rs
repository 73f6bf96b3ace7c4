//! Which units go together, and what comes out.

use crate::schema::Unit;

/// Unit of a product; `None` if the units cannot be multiplied. A part of something, or several of
/// it, is of its kind.
pub fn product(left: Unit, right: Unit) -> Option<Unit> {
    let carried = |plain: Unit| match (left == plain, right == plain) {
        (true, _) => Some(right),
        (_, true) => Some(left),
        _ => None,
    };
    [Unit::None, Unit::Ratio, Unit::Count]
        .into_iter()
        .find_map(carried)
}

/// Unit of a quotient; `None` if the units cannot be divided.
pub fn quotient(above: Unit, below: Unit) -> Option<Unit> {
    match (above, below) {
        (above, below) if above == below => Some(Unit::Ratio),
        (unit, Unit::None | Unit::Ratio | Unit::Count) => Some(unit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_carry_through_products_and_quotients() {
        assert_eq!(product(Unit::Count, Unit::Ratio), Some(Unit::Count));
        assert_eq!(product(Unit::Ratio, Unit::Cny), Some(Unit::Cny));
        assert_eq!(product(Unit::None, Unit::None), Some(Unit::None));
        assert_eq!(product(Unit::Days, Unit::Cny), None);
        assert_eq!(quotient(Unit::Cny, Unit::Count), Some(Unit::Cny));
        assert_eq!(quotient(Unit::Days, Unit::Days), Some(Unit::Ratio));
        assert_eq!(quotient(Unit::Days, Unit::Cny), None);
    }
}
