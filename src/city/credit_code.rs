//! Credit codes of departments: of the right form (GB 32100, GB 11714), but of nobody.

use domain::uscc;

use crate::bureaus::Bureau;
use crate::stream::Stream;

/// The credit code of a department, by its jurisdiction and kind. The codes of sports bureaus end
/// in a wrong check character, as some registered codes do.
pub(crate) fn credit_code(bureau: &Bureau, region: &str, kind_no: usize) -> String {
    const WEIGHTS: [u64; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let number = Stream::new(0, &["credit code", region]).below(50_000) * 100 + kind_no as u64;
    let body = format!("{:08}", 90_000_000 + number);
    let digits = body.bytes().map(|byte| u64::from(byte - b'0'));
    let sum: u64 = digits
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    // GB 11714: the ninth character of the organisation code.
    let ninth = match 11 - sum % 11 {
        10 => "X".to_owned(),
        11 => "0".to_owned(),
        digit => digit.to_string(),
    };
    let first_17 = format!("{}{region}{body}{ninth}", bureau.register);
    let right = uscc::check_character(&first_17).unwrap_or('0');
    let last = match (bureau.name, right) {
        ("体育局", '0') => '1',
        ("体育局", _) => '0',
        _ => right,
    };
    format!("{first_17}{last}")
}
