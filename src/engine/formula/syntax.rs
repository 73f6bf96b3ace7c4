//! From text to sqlparser's tree. Size, tokens and nesting are limited before the parser sees the
//! text, because its recursion and its corners (INTERVAL INTERVAL …) are not ours to trust.

use sqlparser::ast::Expr;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer, Whitespace};

use super::{FormulaFault, slips};

/// Longest formula, in characters.
pub const MAX_LENGTH: usize = 2_000;
/// Most tokens: also the bound on nodes.
pub const MAX_TOKENS: usize = 500;
/// Deepest nesting of brackets and CASE.
pub const MAX_DEPTH: usize = 32;

/// The tree of a formula.
pub fn parse(text: &str) -> Result<Expr, Vec<FormulaFault>> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        let message =
            format!("公式长 {length} 字，超过 {MAX_LENGTH} 字的上限 (the formula is too long)");
        let help = "请拆成几个指标，或用表 (split it, or use a table)";
        return Err(vec![
            whole("rules.formula_too_long", message).with_help(help),
        ]);
    }
    if text.trim().is_empty() {
        let message = "公式是空的 (the formula is empty)".into();
        return Err(vec![whole("rules.formula_empty", message)]);
    }
    let dialect = PostgreSqlDialect {};
    let tokens = Tokenizer::new(&dialect, text)
        .tokenize_with_location()
        .map_err(|error| {
            let message = format!("公式无法读取：{} (cannot be read)", error.message);
            let help = "文本的单引号要成对 (quotes come in pairs)";
            vec![at(error.location, 1, "rules.formula_syntax", message).with_help(help)]
        })?;
    admit(&tokens)?;
    let mut parser = Parser::new(&dialect)
        .with_recursion_limit(MAX_DEPTH * 4)
        .with_tokens_with_locations(tokens);
    let parsed = parser.parse_expr();
    let stopped = parser.peek_token();
    let unexpected = |message: String| {
        let help = "请检查括号、逗号与关键字 (check brackets, commas and keywords)";
        vec![fault_at(stopped.span, "rules.formula_syntax", message).with_help(help)]
    };
    let expr =
        parsed.map_err(|error| unexpected(format!("公式语法有误：{error} (syntax error)")))?;
    if stopped.token != Token::EOF {
        return Err(unexpected(format!(
            "公式在“{}”处多出内容 (unexpected {} after the formula)",
            stopped.token, stopped.token
        )));
    }
    Ok(expr)
}

/// Refuses tokens beyond the language, every one of them; too many, and too deep nesting.
fn admit(tokens: &[TokenWithSpan]) -> Result<(), Vec<FormulaFault>> {
    let mut depth = 0_usize;
    let mut count = 0_usize;
    let mut faults = Vec::new();
    for token in tokens {
        match &token.token {
            Token::Whitespace(Whitespace::Space | Whitespace::Newline | Whitespace::Tab)
            | Token::EOF => continue,
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Word(word) => match word.keyword {
                Keyword::CASE => depth += 1,
                Keyword::END => depth = depth.saturating_sub(1),
                _ => {}
            },
            _ => {}
        }
        faults.extend(refusal(token));
        count += 1;
        let beyond = match (depth, count) {
            (depth, _) if depth > MAX_DEPTH => {
                format!("嵌套超过 {MAX_DEPTH} 层 (nested too deeply)")
            }
            (_, count) if count > MAX_TOKENS => {
                format!("公式超过 {MAX_TOKENS} 个词，请拆成表或参数 (too many tokens; use a table)")
            }
            _ => continue,
        };
        faults.push(fault_at(token.span, "rules.formula_size", beyond));
        break;
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// Why a token is not of the language; `None` when it is.
fn refusal(token: &TokenWithSpan) -> Option<FormulaFault> {
    let refuse = |message: String, help: &str| {
        fault_at(token.span, "rules.formula_token", message).with_help(help)
    };
    match &token.token {
        Token::Word(word) => {
            if word.quote_style.is_some() {
                let text = &word.value;
                let message =
                    format!("名称不加双引号；文本用单引号：'{text}' (texts take single quotes)");
                return Some(refuse(message, ""));
            }
            if let Some(help) = slips::keyword(word.keyword) {
                let message = format!(
                    "公式中不能使用 {} (not part of the formula language)",
                    word.value
                );
                return Some(refuse(message, help));
            }
            // PostgreSQL takes every sign beyond ASCII for a letter.
            let half = |sign: char| Some((sign, slips::half_width(sign)?));
            let (sign, meant) = word.value.chars().find_map(half)?;
            let message = format!("“{}”中有全角的“{sign}” (a full-width sign)", word.value);
            let help = format!("改为半角的 {meant} (write {meant})");
            Some(refuse(message, &help))
        }
        Token::Whitespace(Whitespace::Space | Whitespace::Newline | Whitespace::Tab)
        | Token::EOF
        | Token::LParen
        | Token::RParen
        | Token::Number(_, false)
        | Token::SingleQuotedString(_)
        | Token::Comma
        | Token::Period
        | Token::Eq
        | Token::Neq
        | Token::Lt
        | Token::LtEq
        | Token::Gt
        | Token::GtEq
        | Token::Plus
        | Token::Minus
        | Token::Mul
        | Token::Div => None,
        other => {
            let message =
                format!("公式中不能使用“{other}” ({other} is not part of the formula language)");
            Some(refuse(message, slips::token(other)))
        }
    }
}

fn whole(code: &'static str, message: String) -> FormulaFault {
    at(Location { line: 1, column: 1 }, 0, code, message)
}

fn at(location: Location, width: u64, code: &'static str, message: String) -> FormulaFault {
    let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    FormulaFault {
        line: small(location.line).max(1),
        column: small(location.column).max(1),
        width: small(width),
        code,
        message,
        help: String::new(),
    }
}

/// A fault about a part of the formula.
pub fn fault_at(span: Span, code: &'static str, message: String) -> FormulaFault {
    let width = if span.start.line == span.end.line {
        span.end.column.saturating_sub(span.start.column).max(1)
    } else {
        1
    };
    at(span.start, width, code, message)
}

impl FormulaFault {
    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}
