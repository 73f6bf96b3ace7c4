//! Building typed nodes: units agree, scales are made equal, texts meet only texts.

mod days;

pub(super) use days::whole_days;

use super::tree::{Arithmetic, Comparison, Form, Kind, Node, Ty};
use super::units;
use crate::exact::{MAX_SCALE, pow10};
use crate::schema::Unit;

/// Why two operands do not go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// A type in words.
pub(super) fn describe(ty: Ty) -> String {
    match ty {
        Ty::Bool => "是非 bool".into(),
        Ty::Text => "文本 text".into(),
        Ty::Date => "日期 date".into(),
        Ty::Number { unit, .. } => format!("数 number [{unit}]"),
    }
}

fn node(kind: Kind, ty: Ty) -> Node {
    Node {
        kind,
        ty,
        optional: false,
    }
}

pub(super) fn not(inner: Node) -> Node {
    node(Kind::Not(Box::new(inner)), Ty::Bool)
}

pub(super) fn logical(is_and: bool, left: Node, right: Node) -> Node {
    let (left, right) = (Box::new(left), Box::new(right));
    let kind = if is_and {
        Kind::And(left, right)
    } else {
        Kind::Or(left, right)
    };
    node(kind, Ty::Bool)
}

/// A text is one of several.
pub(super) fn one_of(text: Node, texts: Vec<String>) -> Node {
    node(Kind::OneOf(Box::new(text), texts), Ty::Bool)
}

fn clash(what: &str, left: Ty, right: Ty) -> Refusal {
    let help = match (left, right) {
        (Ty::Date, Ty::Text) | (Ty::Text, Ty::Date) => {
            "日期写作 DATE '2025-08-01' (a day is written DATE '2025-08-01')"
        }
        (Ty::Number { .. }, Ty::Text) | (Ty::Text, Ty::Number { .. }) => {
            "数不加引号 (numbers take no quotes)"
        }
        (Ty::Bool, Ty::Number { .. } | Ty::Text) | (Ty::Number { .. } | Ty::Text, Ty::Bool) => {
            "条件直接写 x 或 NOT x；计数用 FILTER (WHERE x) (a condition is x or NOT x)"
        }
        _ => "",
    };
    let (left, right) = (describe(left), describe(right));
    Refusal {
        code: "rules.type",
        message: format!("{left} 与 {right} 不能{what} (cannot combine {left} and {right})"),
        help,
    }
}

fn unit_clash(what: &str, left: Unit, right: Unit) -> Refusal {
    Refusal {
        code: "rules.unit",
        message: format!(
            "单位不同，不能{what}：[{left}] 与 [{right}] (units {left} and {right} do not go together)"
        ),
        help: "请检查两边的列是否用对，或用 ratio、表换算 (check both sides, or convert by ratio or a table)",
    }
}

/// The unit two numbers share, and whether both are literals.
fn common_unit(
    what: &str,
    (left, left_literal): (Unit, bool),
    (right, right_literal): (Unit, bool),
) -> Result<(Unit, bool), Refusal> {
    match (left_literal, right_literal) {
        (true, true) => Ok((Unit::None, true)),
        (true, false) => Ok((right, false)),
        (false, true) => Ok((left, false)),
        (false, false) if left == right => Ok((left, false)),
        (false, false) => Err(unit_clash(what, left, right)),
    }
}

/// The same number at a larger scale; literals are rescaled at once.
fn widen(inner: Node, scale: u8) -> Result<Node, Refusal> {
    let Ty::Number {
        unit,
        form: Form::Scaled(from),
        literal,
    } = inner.ty
    else {
        return Ok(inner);
    };
    if from == scale {
        return Ok(inner);
    }
    let ty = Ty::Number {
        unit,
        form: Form::Scaled(scale),
        literal,
    };
    if let Kind::Number(value) = inner.kind {
        let factor = pow10(scale.saturating_sub(from));
        let value = factor.and_then(|factor| value.checked_mul(factor));
        return value
            .map(|value| node(Kind::Number(value), ty))
            .ok_or(Refusal {
                code: "rules.number",
                message: "数太大，加上小数位便放不下 (the number is too large for its decimals)"
                    .into(),
                help: "",
            });
    }
    Ok(node(Kind::Widen(Box::new(inner)), ty))
}

fn too_fine() -> Refusal {
    Refusal {
        code: "rules.scale",
        message: format!("小数超过 {MAX_SCALE} 位 (more than {MAX_SCALE} decimals)"),
        help: "请在相乘之间用 round(x, 位数) (round between the products)",
    }
}

/// Both numbers with one unit and, unless one is a fraction, one scale.
fn align(what: &str, left: Node, right: Node) -> Result<(Node, Node, Ty), Refusal> {
    let (
        Ty::Number {
            unit: left_unit,
            form: left_form,
            literal: left_literal,
        },
        Ty::Number {
            unit: right_unit,
            form: right_form,
            literal: right_literal,
        },
    ) = (left.ty, right.ty)
    else {
        return Err(clash(what, left.ty, right.ty));
    };
    let (unit, literal) =
        common_unit(what, (left_unit, left_literal), (right_unit, right_literal))?;
    let (Form::Scaled(a), Form::Scaled(b)) = (left_form, right_form) else {
        let ty = Ty::Number {
            unit,
            form: Form::Fraction,
            literal,
        };
        return Ok((left, right, ty));
    };
    let scale = a.max(b);
    let ty = Ty::Number {
        unit,
        form: Form::Scaled(scale),
        literal,
    };
    Ok((widen(left, scale)?, widen(right, scale)?, ty))
}

pub(super) fn sum(left: Node, right: Node, subtract: bool) -> Result<Node, Refusal> {
    let what = if subtract { "相减" } else { "相加" };
    match (left.ty, right.ty) {
        (Ty::Date, Ty::Date) if subtract => {
            let kind = Kind::Days(Box::new(left), Box::new(right));
            return Ok(node(kind, Ty::scaled(Unit::Days, 0)));
        }
        (Ty::Date, Ty::Date) => {
            return Err(Refusal {
                help: "两个日期只能相减，得天数 (two dates only subtract)",
                ..clash(what, left.ty, right.ty)
            });
        }
        (Ty::Date, Ty::Number { .. }) => return days::add_days(left, right, subtract),
        (Ty::Number { .. }, Ty::Date) if !subtract => return days::add_days(right, left, false),
        _ => {}
    }
    let (left, right, ty) = align(what, left, right)?;
    let op = if subtract {
        Arithmetic::Subtract
    } else {
        Arithmetic::Add
    };
    Ok(node(
        Kind::Arithmetic(op, Box::new(left), Box::new(right)),
        ty,
    ))
}

/// −x; of a literal, the literal.
pub(super) fn negated(inner: Node) -> Node {
    let ty = inner.ty;
    if let Kind::Number(value) = inner.kind
        && let Some(value) = value.checked_neg()
    {
        return node(Kind::Number(value), ty);
    }
    node(Kind::Negate(Box::new(inner)), ty)
}

pub(super) fn product(left: Node, right: Node) -> Result<Node, Refusal> {
    let (
        Ty::Number {
            unit: left_unit,
            form: left_form,
            literal: left_literal,
        },
        Ty::Number {
            unit: right_unit,
            form: right_form,
            literal: right_literal,
        },
    ) = (left.ty, right.ty)
    else {
        return Err(clash("相乘", left.ty, right.ty));
    };
    let unit = units::product(left_unit, right_unit)
        .ok_or_else(|| unit_clash("相乘", left_unit, right_unit))?;
    let form = match (left_form, right_form) {
        (Form::Scaled(a), Form::Scaled(b)) if a + b <= MAX_SCALE => Form::Scaled(a + b),
        (Form::Scaled(_), Form::Scaled(_)) => return Err(too_fine()),
        _ => Form::Fraction,
    };
    let ty = Ty::Number {
        unit,
        form,
        literal: left_literal && right_literal,
    };
    Ok(node(
        Kind::Arithmetic(Arithmetic::Multiply, Box::new(left), Box::new(right)),
        ty,
    ))
}

/// A fraction; `same_unit` asks for equal units and gives a ratio.
pub(super) fn quotient(left: Node, right: Node, same_unit: bool) -> Result<Node, Refusal> {
    let (
        Ty::Number {
            unit: above,
            literal: above_literal,
            ..
        },
        Ty::Number {
            unit: below,
            literal: below_literal,
            ..
        },
    ) = (left.ty, right.ty)
    else {
        return Err(clash("相除", left.ty, right.ty));
    };
    let unit = if same_unit {
        common_unit("相比", (above, above_literal), (below, below_literal))?;
        Unit::Ratio
    } else {
        units::quotient(above, below).ok_or_else(|| unit_clash("相除", above, below))?
    };
    // Equal scales cancel, so that the fraction is that of the stored integers.
    let (left, right) = match (left.ty.scale(), right.ty.scale()) {
        (Some(a), Some(b)) => (widen(left, a.max(b))?, widen(right, a.max(b))?),
        _ => (left, right),
    };
    let ty = Ty::Number {
        unit,
        form: Form::Fraction,
        literal: false,
    };
    Ok(node(Kind::Quotient(Box::new(left), Box::new(right)), ty))
}

pub(super) fn compare(op: Comparison, left: Node, right: Node) -> Result<Node, Refusal> {
    match (left.ty, right.ty) {
        (Ty::Text, Ty::Text) => same_text(op, left, right),
        (Ty::Number { .. }, Ty::Number { .. }) => {
            let (left, right, _) = align("比较", left, right)?;
            Ok(node(
                Kind::Compare(op, Box::new(left), Box::new(right)),
                Ty::Bool,
            ))
        }
        (a, b) if a == b => Ok(node(
            Kind::Compare(op, Box::new(left), Box::new(right)),
            Ty::Bool,
        )),
        (a, b) => Err(clash("比较", a, b)),
    }
}

fn same_text(op: Comparison, left: Node, right: Node) -> Result<Node, Refusal> {
    if !matches!(op, Comparison::Equal | Comparison::NotEqual) {
        return Err(Refusal {
            code: "rules.type",
            message: "文本只能比较是否相等 (texts compare only for equality)".into(),
            help: "按等级比较请用表换成数 (turn levels into numbers by a table)",
        });
    }
    let kind = match (left.kind, right.kind) {
        (kind, Kind::Text(text)) | (Kind::Text(text), kind) => {
            Kind::OneOf(Box::new(node(kind, Ty::Text)), vec![text])
        }
        (left, right) => Kind::SameText(
            Box::new(node(left, Ty::Text)),
            Box::new(node(right, Ty::Text)),
        ),
    };
    let same = node(kind, Ty::Bool);
    Ok(if op == Comparison::NotEqual {
        not(same)
    } else {
        same
    })
}

/// The values with one type: numbers of one unit and scale, or all of another type.
pub(super) fn unify(values: Vec<Node>) -> Result<(Vec<Node>, Ty), Refusal> {
    let mut all = values.iter();
    let Some(first) = all.next() else {
        return Err(Refusal {
            code: "rules.arguments",
            message: "没有参数 (no argument)".into(),
            help: "",
        });
    };
    let mut ty = first.ty;
    for next in all {
        let (
            Ty::Number {
                unit: a,
                form: form_a,
                literal: literal_a,
            },
            Ty::Number {
                unit: b,
                form: form_b,
                literal: literal_b,
            },
        ) = (ty, next.ty)
        else {
            if ty == next.ty {
                continue;
            }
            return Err(clash("并列", ty, next.ty));
        };
        let (unit, literal) = common_unit("并列", (a, literal_a), (b, literal_b))?;
        let form = match (form_a, form_b) {
            (Form::Scaled(a), Form::Scaled(b)) => Form::Scaled(a.max(b)),
            _ => Form::Fraction,
        };
        ty = Ty::Number {
            unit,
            form,
            literal,
        };
    }
    let values = match ty.scale() {
        Some(scale) => values
            .into_iter()
            .map(|value| widen(value, scale))
            .collect::<Result<_, _>>()?,
        None => values,
    };
    Ok((values, ty))
}

pub(super) fn case(branches: Vec<(Node, Node)>, otherwise: Node) -> Result<Node, Refusal> {
    let (conditions, mut results): (Vec<_>, Vec<_>) = branches.into_iter().unzip();
    results.push(otherwise);
    let (mut results, ty) = unify(results)?;
    let Some(otherwise) = results.pop() else {
        return Err(too_fine()); // unreachable: unify keeps the count
    };
    Ok(node(
        Kind::Case {
            branches: conditions.into_iter().zip(results).collect(),
            otherwise: Box::new(otherwise),
        },
        ty,
    ))
}
