//! Parting an amount in proportion to whole weights: by largest remainder, to the fen.

use domain::Fen;

/// The parts of an amount, in the order of the weights: each in proportion to its weight, rounded
/// down, and what is left one fen each to the largest remainders, of equal ones to the first. The
/// parts add up to the amount; of an amount not above the sum of the weights no part exceeds its
/// weight. Without any weight above zero all parts are zero. Weights below zero count as zero, and so
/// does an amount.
pub fn apportion(amount_fen: Fen, weights: &[i64]) -> Vec<Fen> {
    let weight = |weight: &i64| i128::from((*weight).max(0));
    let total: i128 = weights.iter().map(weight).sum();
    let amount = i128::from(amount_fen.get().max(0));
    if total == 0 {
        return vec![Fen::ZERO; weights.len()];
    }
    let mut parts: Vec<i128> = Vec::with_capacity(weights.len());
    let mut remainders: Vec<(i128, usize)> = Vec::with_capacity(weights.len());
    for (index, one) in weights.iter().enumerate() {
        // Both are below 2^63: the product fits.
        let product = amount * weight(one);
        parts.push(product / total);
        remainders.push((product % total, index));
    }
    let left = amount - parts.iter().sum::<i128>();
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    // The remainders are below one each: fewer fen are left than there are parts.
    let left = usize::try_from(left).unwrap_or(0);
    for (_, index) in remainders.into_iter().take(left) {
        if let Some(part) = parts.get_mut(index) {
            *part += 1;
        }
    }
    // A part is not above the amount.
    let fen = |part: i128| Fen::new(i64::try_from(part).unwrap_or(i64::MAX));
    parts.into_iter().map(fen).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_left_goes_to_the_largest_remainders_and_of_equal_ones_to_the_first() {
        for (amount, weights, parts) in [
            (100, vec![1, 1, 1], vec![34, 33, 33]),
            (101, vec![1, 1, 1], vec![34, 34, 33]),
            (10, vec![3, 3, 1], vec![4, 4, 2]),
            (7, vec![0, 5, -3], vec![0, 7, 0]),
            (7, vec![0, 0], vec![0, 0]),
            (0, vec![2, 1], vec![0, 0]),
        ] {
            let found: Vec<i64> = apportion(Fen::new(amount), &weights)
                .into_iter()
                .map(Fen::get)
                .collect();
            assert_eq!(found, parts, "{amount} by {weights:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_parts_add_up_and_none_is_a_fen_off_its_share(
            amount in 0i64..Fen::BOUND,
            weights in proptest::collection::vec(0i64..Fen::BOUND, 1..9),
        ) {
            let parts = apportion(Fen::new(amount), &weights);
            let total: i128 = weights.iter().map(|one| i128::from(*one)).sum();
            prop_assume!(total > 0);
            let sum: i64 = parts.iter().map(|part| part.get()).sum();
            prop_assert_eq!(sum, amount);
            for (part, weight) in parts.iter().zip(&weights) {
                let off = i128::from(part.get()) * total - i128::from(amount) * i128::from(*weight);
                prop_assert!(off.abs() < total);
                prop_assert!(i128::from(amount) > total || part.get() <= *weight);
            }
        }
    }
}
