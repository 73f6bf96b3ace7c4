//! An explanation as one text, to find what a case expects of it.

use crate::explanation::Node;

/// Everything an explanation says, node by node.
pub(super) fn text(root: &Node) -> String {
    let mut lines = Vec::new();
    for node in root.walk() {
        lines.push(format!("{} {}", node.label, node.amount));
        lines.extend([&node.prose, &node.formula, &node.filled].map(Clone::clone));
        let articles = node.articles.iter();
        lines.extend(articles.map(|one| format!("{} {}{}", one.cite, one.act, one.article)));
        if let Some(row) = &node.evidence {
            let columns = row.columns.iter();
            lines.extend(columns.map(|(name, value)| format!("{name}={value}")));
        }
    }
    lines.join("\n")
}
