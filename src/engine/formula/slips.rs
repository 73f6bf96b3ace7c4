//! What people write out of habit (other SQL, spreadsheets, full-width punctuation), and what the
//! language has instead.

use sqlparser::ast::Expr;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Whitespace};

/// Advice about texts, which are only compared.
const TEXTS: &str =
    "文本只比较是否相等：用 =、<>、IN，或查表 (texts compare for equality: =, <>, IN, or a table)";

/// Functions of other languages and what to write for them.
const FUNCTIONS: [(&[&str], &str); 16] = [
    (
        &["nullif"],
        "分母可能为零时，先用 CASE WHEN b = 0 THEN … ELSE ratio(a, b) END 判断 \
         (test the denominator with CASE)",
    ),
    (
        &["if", "iif", "ifs", "decode", "switch"],
        "写 CASE WHEN 条件 THEN a ELSE b END (write CASE WHEN … THEN … ELSE … END)",
    ),
    (
        &[
            "now",
            "today",
            "getdate",
            "sysdate",
            "current_date",
            "current_timestamp",
            "localtimestamp",
            "localtime",
            "current_time",
        ],
        "公式不看今天；用 period_start 或 period_end (formulas have no today: use the period)",
    ),
    (
        &["datediff", "date_diff", "timestampdiff", "age", "days"],
        "写 止 - 起 得天数，或 workdays(起, 止) 得工作日 (write to - from, or workdays(from, to))",
    ),
    (
        &["dateadd", "date_add", "adddate", "date_sub", "add_days"],
        "写 日期 + 天数 (write date + days)",
    ),
    (
        &[
            "networkdays",
            "business_days",
            "work_days",
            "workdays_between",
        ],
        "写 workdays(起, 止)：起日不计，止日计 (write workdays(from, to))",
    ),
    (
        &["workday", "add_working_days", "add_business_days"],
        "写 add_workdays(日期, 天数)，或 is_workday(日期) (write add_workdays or is_workday)",
    ),
    (
        &[
            "extract",
            "date_part",
            "date_trunc",
            "year",
            "month",
            "day",
            "to_date",
            "to_char",
            "date",
            "make_date",
        ],
        "日期直接比较：d >= DATE '2025-08-01'、d BETWEEN period_start AND period_end \
         (compare dates themselves)",
    ),
    (
        &["trunc", "truncate", "int", "rounddown", "roundup"],
        "写 floor(x)、ceil(x) 或 round(x, 位数) (write floor, ceil or round)",
    ),
    (
        &["mod", "power", "pow", "sqrt", "exp", "ln", "log", "sign"],
        "公式只有四则与取整；曲线请用表 (only sums, products and quotients: use a table for curves)",
    ),
    (
        &["dense_rank", "row_number", "ntile"],
        "写 rank(x)：同组名次，1 为最大 (write rank(x): the place within the group)",
    ),
    (
        &[
            "percent_rank",
            "cume_dist",
            "percentrank",
            "percentile_cont",
            "percentile_disc",
        ],
        "写 percentile(x)：同组中不高于自己的比例 (write percentile(x))",
    ),
    (
        &["lag", "first_value", "last_value", "prior"],
        "写 default(carry('指标标识'), 缺省值) 取上期的值 (write default(carry('id'), v))",
    ),
    (
        &[
            "countif",
            "countifs",
            "count_if",
            "sumif",
            "sumifs",
            "sum_if",
            "averageif",
            "averageifs",
        ],
        "写 COUNT(*) FILTER (WHERE 条件)、SUM(x) FILTER (WHERE 条件) (use FILTER)",
    ),
    (
        &["average", "mean", "median", "stddev", "variance"],
        "平均写 AVG(x) (the mean is AVG(x))",
    ),
    (
        &[
            "concat",
            "length",
            "len",
            "lower",
            "upper",
            "left",
            "right",
            "substr",
            "substring",
            "replace",
            "trim",
            "starts_with",
            "regexp_like",
            "regexp_match",
            "position",
            "instr",
        ],
        TEXTS,
    ),
];

/// What to write instead of a call in another language.
pub(super) fn function(name: &str, arguments: &[&Expr]) -> Option<String> {
    if ["coalesce", "ifnull", "isnull", "nvl"].contains(&name) {
        return Some(match arguments {
            [value, fallback] => {
                format!("写 default({value}, {fallback}) (write default({value}, {fallback}))")
            }
            _ => "写 default(x, 缺省值) (write default(x, v))".into(),
        });
    }
    let mut all = FUNCTIONS.iter();
    all.find(|(names, _)| names.contains(&name))
        .map(|(_, advice)| (*advice).to_owned())
}

/// What to write instead of an expression beyond the language.
pub(super) const fn expression(expr: &Expr) -> &'static str {
    match expr {
        Expr::IsTrue(_) | Expr::IsNotTrue(_) | Expr::IsFalse(_) | Expr::IsNotFalse(_) => {
            "条件直接写 x 或 NOT x (a condition is x or NOT x)"
        }
        Expr::IsDistinctFrom(..) => "写 a <> b (write a <> b)",
        Expr::IsNotDistinctFrom(..) => "写 a = b (write a = b)",
        Expr::IsUnknown(_) | Expr::IsNotUnknown(_) => "写 x IS NULL (write x IS NULL)",
        Expr::Tuple(_) => "一次只写一个值 (one value at a time)",
        _ => "",
    }
}

/// Keywords that start syntax beyond the language, and what to write instead.
pub(super) fn keyword(keyword: Keyword) -> Option<&'static str> {
    Some(match keyword {
        Keyword::SELECT | Keyword::EXISTS => {
            "公式只是一个式子，行由 from 与 where 选定 (a formula is one expression over the rows)"
        }
        Keyword::INTERVAL => "写 日期 + 天数 (write date + days)",
        Keyword::CAST | Keyword::TRY_CAST | Keyword::CONVERT => {
            "类型是固定的，不必转换；位数用 round(x, 位数) (types are fixed: round instead)"
        }
        Keyword::EXTRACT => {
            "日期直接比较，如 d BETWEEN period_start AND period_end (compare dates themselves)"
        }
        Keyword::OVER | Keyword::WITHIN => {
            "组内比较用 rank、percentile、relative_to_best、share_of_total (use the group verbs)"
        }
        Keyword::LIKE
        | Keyword::ILIKE
        | Keyword::SIMILAR
        | Keyword::MATCH
        | Keyword::COLLATE
        | Keyword::OVERLAY
        | Keyword::TRIM
        | Keyword::SUBSTRING
        | Keyword::POSITION => TEXTS,
        Keyword::ANY | Keyword::ALL | Keyword::SOME => "写 x IN (a, b) (write x IN (a, b))",
        Keyword::ARRAY
        | Keyword::STRUCT
        | Keyword::MAP
        | Keyword::LAMBDA
        | Keyword::PRIOR
        | Keyword::AT => "",
        _ => return None,
    })
}

/// What to write instead of a token beyond the language.
pub(super) fn token(token: &Token) -> &'static str {
    match token {
        Token::DoubleEq | Token::Assignment | Token::RArrow => {
            "相等写 =，不小于写 >= (equal is =, at least is >=)"
        }
        Token::StringConcat => {
            "“或”写 OR；文本不能拼接 (the logical or is OR; texts are not joined)"
        }
        Token::Overlap | Token::Ampersand => "“且”写 AND (the logical and is AND)",
        Token::Pipe => "“或”写 OR (the logical or is OR)",
        Token::ExclamationMark | Token::DoubleExclamationMark => {
            "“非”写 NOT，不等写 <> (not is NOT, unequal is <>)"
        }
        Token::Mod => "百分数用参数或 ratio(a, b)，取余不支持 (no % : use a parameter or ratio)",
        Token::DoubleColon => "类型是固定的，不必转换 (types are fixed: no cast)",
        Token::DuckIntDiv => "写 floor(a / b) (write floor(a / b))",
        Token::Caret => "写 a * a (write a * a)",
        Token::SemiColon => "公式末尾不加分号 (no semicolon)",
        Token::Whitespace(Whitespace::SingleLineComment { .. }) => {
            "说明请写进 doc；两个负号之间加空格或括号 (comments go to doc; write - (-x))"
        }
        Token::Whitespace(_) => "说明请写进 doc (comments go to doc)",
        Token::Placeholder(_) | Token::Colon | Token::Question | Token::AtSign => {
            "参数写它的标识，如 param.x (a parameter is written by its id, as in param.x)"
        }
        Token::EscapedStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::HexStringLiteral(_)
        | Token::DollarQuotedString(_)
        | Token::DoubleQuotedString(_) => "文本写作 '…' (a text is written '…')",
        Token::LBracket | Token::RBracket | Token::LBrace | Token::RBrace => {
            "括号用 ( )，列表写 IN (a, b) (brackets are ( ); a list is IN (a, b))"
        }
        Token::Tilde | Token::DoubleTilde | Token::TildeAsterisk => TEXTS,
        _ => "",
    }
}

/// The half-width sign meant by a full-width one. PostgreSQL takes such signs for letters.
pub(super) const fn half_width(sign: char) -> Option<&'static str> {
    Some(match sign {
        '，' | '、' => ",",
        '（' => "(",
        '）' => ")",
        '＝' => "=",
        '＞' | '〉' => ">",
        '＜' | '〈' => "<",
        '≥' | '≧' => ">=",
        '≤' | '≦' => "<=",
        '≠' => "<>",
        '＋' => "+",
        '－' | '—' | '–' | '−' => "-",
        '×' | '＊' | '·' => "*",
        '÷' | '／' => "/",
        '“' | '”' | '‘' | '’' | '＇' | '＂' | '「' | '」' | '《' | '》' => "'",
        '。' | '．' => ".",
        '\u{3000}' | '\u{a0}' | '\u{feff}' | '\u{200b}' => " ",
        _ => return None,
    })
}
