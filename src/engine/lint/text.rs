//! What the text of a formula shows: numbers and days that belong into parameters, and depth.

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::Linter;
use crate::exact::Exact;
use crate::formula::{FormulaFault, fault_at};
use crate::pack::{CompileFault, Formula, placed};

/// Deepest nesting of functions and CASE that people still read.
const MAX_NESTING: usize = 3;

/// Words before a bracket that do not call anything.
const NO_CALLS: [Keyword; 12] = [
    Keyword::AND,
    Keyword::OR,
    Keyword::NOT,
    Keyword::IN,
    Keyword::CASE,
    Keyword::WHEN,
    Keyword::THEN,
    Keyword::ELSE,
    Keyword::WHERE,
    Keyword::DISTINCT,
    Keyword::BETWEEN,
    Keyword::IS,
];

/// What is open around a token.
enum Open {
    /// A call, with its name and the commas passed.
    Call(String, usize),
    Case,
    Bracket,
}

impl Linter<'_> {
    /// Reports literals and too deep nesting of a formula; gives its depth.
    pub(super) fn formula(&self, formula: &Formula) -> usize {
        let dialect = PostgreSqlDialect {};
        let tokens = Tokenizer::new(&dialect, &formula.text).tokenize_with_location();
        let mut tokens = tokens.unwrap_or_default();
        tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
        let mut open: Vec<Open> = Vec::new();
        let mut deepest = 0;
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            match &token.token {
                Token::LParen => open.push(opened(before)),
                Token::Word(word) if word.keyword == Keyword::CASE => open.push(Open::Case),
                Token::Word(word) if word.keyword == Keyword::END => {
                    open.pop();
                }
                Token::RParen => {
                    open.pop();
                }
                Token::Comma => {
                    if let Some(Open::Call(_, commas)) = open.last_mut() {
                        *commas += 1;
                    }
                }
                Token::Number(text, _) => {
                    let beside = [before, tokens.get(at + 1)];
                    if !is_structural(text, open.last(), beside) {
                        self.literal(formula, token, text);
                    }
                }
                Token::SingleQuotedString(text) if is_date(before) => {
                    self.literal(formula, token, text);
                }
                _ => {}
            }
            let calls = open.iter().filter(|one| !matches!(one, Open::Bracket));
            let depth = calls.count();
            if depth > MAX_NESTING && depth > deepest {
                let message = format!(
                    "函数和 CASE 嵌套 {depth} 层，超过 {MAX_NESTING} 层 (nested too deeply)"
                );
                let help = "用表或期限列代替里层 (put the inner part into a table)";
                self.fault(
                    formula,
                    fault_at(token.span, "rules.nesting", message),
                    help,
                );
            }
            deepest = deepest.max(depth);
        }
        deepest
    }

    fn literal(&self, formula: &Formula, token: &TokenWithSpan, text: &str) {
        let message = format!("公式中的常数 {text} 应是有出处的参数或表 (a literal threshold)");
        let help = "写成 [[parameter]]，公式中写 param.<id>；日期写成有效期 (make it a parameter)";
        self.fault(
            formula,
            fault_at(token.span, "rules.literal", message),
            help,
        );
    }

    fn fault(&self, formula: &Formula, fault: FormulaFault, help: &str) {
        let fault = CompileFault {
            place: formula.place.clone(),
            fault: fault.with_help(help),
        };
        let found = placed(&fault, self.sources);
        self.findings.borrow_mut().push(found);
    }
}

fn opened(before: Option<&TokenWithSpan>) -> Open {
    match before.map(|token| &token.token) {
        Some(Token::Word(word)) if !NO_CALLS.contains(&word.keyword) => {
            Open::Call(word.value.to_ascii_lowercase(), 0)
        }
        _ => Open::Bracket,
    }
}

fn is_date(before: Option<&TokenWithSpan>) -> bool {
    let word = before.map(|token| &token.token);
    matches!(word, Some(Token::Word(word)) if word.keyword == Keyword::DATE)
}

/// Numbers that are no choice of anyone: nothing and one, the decimals of `round`, and the hundred
/// between a ratio and its percents.
fn is_structural(text: &str, open: Option<&Open>, beside: [Option<&TokenWithSpan>; 2]) -> bool {
    let decimals = matches!(open, Some(Open::Call(name, 1)) if name == "round");
    let Ok(number) = text.parse::<Exact>() else {
        return false;
    };
    let scales = beside
        .into_iter()
        .flatten()
        .any(|token| matches!(token.token, Token::Mul | Token::Div));
    let plain = number == Exact::whole(0) || number == Exact::whole(1);
    plain || decimals || (scales && number == Exact::whole(100))
}
