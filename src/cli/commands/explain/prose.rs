//! An explanation in sentences, for people who read rather than look up.

use app::explain::{Explanation, Node, NodeKind, Raise};

use super::{Language, lost};

/// Rows named under an indicator: those that lost most.
const ROWS_NAMED: usize = 3;

/// The whole explanation as paragraphs: total, axes, indicators with what they lost, and what would
/// raise the score.
pub fn prose(explanation: &Explanation, raises: &[Raise], language: Language) -> String {
    let mut text = match language {
        Language::Zh => format!(
            "{} {} 考核说明（{}）\n\n",
            explanation.department, explanation.period, explanation.pack
        ),
        Language::En => format!(
            "{}, {}: why it has its score ({})\n\n",
            explanation.department, explanation.period, explanation.pack
        ),
    };
    paragraph(&explanation.root, language, &mut text);
    if !raises.is_empty() {
        text.push_str(match language {
            Language::Zh => "\n最能提高得分的是：",
            Language::En => "\nWhat would raise the score most: ",
        });
        let actions: Vec<String> = raises.iter().map(|one| action(one, language)).collect();
        text.push_str(&actions.join(match language {
            Language::Zh => "；",
            Language::En => "; ",
        }));
        text.push_str(match language {
            Language::Zh => "。\n",
            Language::En => ".\n",
        });
    }
    text
}

/// What a change would add, in words.
pub fn action(raise: &Raise, language: Language) -> String {
    match language {
        Language::Zh => format!("{}，可增加 {} 分", raise.action, raise.gain),
        Language::En => format!(
            "{} ({}): +{} points",
            raise.action_en, raise.indicator, raise.gain
        ),
    }
}

fn paragraph(node: &Node, language: Language, text: &mut String) {
    let (said, articles) = match language {
        Language::Zh => (&node.prose, "依据"),
        Language::En => (&node.prose_en, "Under"),
    };
    if node.kind == NodeKind::Indicator
        || node.kind == NodeKind::Axis
        || node.kind == NodeKind::Total
    {
        text.push_str(said);
        if node.kind == NodeKind::Indicator && !node.articles.is_empty() {
            let cited: Vec<String> = node
                .articles
                .iter()
                .map(|one| format!("{}{}", one.act, one.article))
                .collect();
            text.push_str(&match language {
                Language::Zh => format!("{articles}{}。", cited.join("、")),
                Language::En => format!(" {articles} {}.", cited.join("; ")),
            });
        }
        losses(node, language, text);
        text.push('\n');
    }
    for part in node.parts.iter().filter(|part| part.kind != NodeKind::Row) {
        paragraph(part, language, text);
    }
}

/// The rows that lost most, named with their source.
fn losses(node: &Node, language: Language, text: &mut String) {
    let rows = node.parts.iter().filter(|part| part.kind == NodeKind::Row);
    let mut losing: Vec<&Node> = rows.filter(|row| lost(row).is_positive()).collect();
    if losing.is_empty() {
        return;
    }
    losing.sort_by_key(|row| std::cmp::Reverse(lost(row)));
    let named: Vec<String> = losing
        .iter()
        .take(ROWS_NAMED)
        .filter_map(|row| row.evidence.as_ref())
        .map(|row| match language {
            Language::Zh => format!("{}（{} 第 {} 行）", row.fact, row.file, row.line),
            Language::En => format!("{} ({} line {})", row.fact, row.file, row.line),
        })
        .collect();
    let count = losing.len();
    text.push_str(&match language {
        Language::Zh => format!("其中 {count} 条失分，失分最多的是{}。", named.join("、")),
        Language::En => format!(
            " {count} rows lost points, most of all {}.",
            named.join(", ")
        ),
    });
}
