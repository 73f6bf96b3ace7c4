//! Answers of PostgreSQL in the terms of ours.

use num_bigint::BigInt;
use num_rational::BigRational;

use crate::exact::Quantity;
use crate::sample::Answer;

/// What the text of a value says, read as the type of ours.
pub(super) fn read(text: &str, like: &Answer) -> Option<Answer> {
    Some(match like {
        Answer::Bool(_) => Answer::Bool(match text {
            "true" => true,
            "false" => false,
            _ => return None,
        }),
        Answer::Text(_) => Answer::Text(text.to_owned()),
        Answer::Date(_) => Answer::Date(text.parse().ok()?),
        Answer::Number(_) => Answer::Number(number(text)?),
    })
}

/// The same where fractions are written `[n, d]` and not in lowest terms.
pub(super) fn read_unreduced(text: &str, like: &Answer) -> Option<Answer> {
    match (pair(text), like) {
        (Some(number), Answer::Number(_)) => Some(Answer::Number(number)),
        _ => read(text, like),
    }
}

/// Whether `[n, d]` is the quantity.
pub(super) fn is(text: &str, ours: Quantity) -> bool {
    let ours = BigRational::new(ours.numerator.into(), ours.denominator.into());
    pair(text) == Some(ours)
}

fn pair(text: &str) -> Option<BigRational> {
    let pair = text.strip_prefix('[')?.strip_suffix(']')?;
    let (above, below) = pair.split_once(", ")?;
    let (above, below): (BigInt, BigInt) = (above.parse().ok()?, below.parse().ok()?);
    Some(BigRational::new(above, below))
}

/// `{n,d}` or a decimal.
fn number(text: &str) -> Option<BigRational> {
    if let Some(pair) = text.strip_prefix('{') {
        let (above, below) = pair.strip_suffix('}')?.split_once(',')?;
        let (above, below): (BigInt, BigInt) = (above.parse().ok()?, below.parse().ok()?);
        let found = BigRational::new_raw(above.clone(), below.clone());
        // Pairs are in lowest terms, so that equal values are equal arrays.
        let reduced = found.reduced();
        return (*reduced.numer() == above && *reduced.denom() == below).then_some(reduced);
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits: BigInt = format!("{whole}{decimals}").parse().ok()?;
    let scale = u32::try_from(decimals.len()).ok()?;
    Some(BigRational::new(digits, BigInt::from(10).pow(scale)))
}

#[test]
fn numbers_are_read_exactly() {
    let ratio = |above: i64, below: i64| Some(BigRational::new(above.into(), below.into()));
    assert_eq!(number("-0.50"), ratio(-1, 2));
    assert_eq!(number("{-1,3}"), ratio(-1, 3));
    assert_eq!(number("{2,6}"), None);
    assert_eq!(number("12"), ratio(12, 1));
}
