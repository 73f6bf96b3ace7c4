//! Citations for people: «tiaoli:39(2)» becomes 《政务数据共享条例》第三十九条第二项.

use engine::Pack;
use engine::pack::{Cite, Indicator};
use engine::trace::Trace;

use crate::explanation::{Article, cite_text};

const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// A number below one thousand as articles are numbered.
fn chinese(number: u32) -> String {
    let digit = |n: u32| DIGITS.get(n as usize).copied().unwrap_or_default();
    let (hundreds, rest) = (number / 100, number % 100);
    let (tens, ones) = (rest / 10, rest % 10);
    let mut text = String::new();
    if hundreds > 0 {
        text.push_str(digit(hundreds));
        text.push('百');
        if tens == 0 && ones > 0 {
            text.push('零');
        }
    }
    if tens > 0 {
        if tens > 1 || hundreds > 0 {
            text.push_str(digit(tens));
        }
        text.push('十');
    }
    if ones > 0 || text.is_empty() {
        text.push_str(digit(ones));
    }
    text
}

/// «39(2)» as 第三十九条第二项; a form that is not known stays as it is.
fn article(text: &str) -> String {
    let (number, item) = match text.split_once('(') {
        Some((number, item)) => (number, item.strip_suffix(')')),
        None => (text, None),
    };
    let small = |text: &str| text.parse::<u32>().ok().filter(|number| *number < 1000);
    match (small(number), item.map(small)) {
        (Some(number), None) if !text.contains('(') => format!("第{}条", chinese(number)),
        (Some(number), Some(Some(item))) => {
            format!("第{}条第{}项", chinese(number), chinese(item))
        }
        _ => text.to_owned(),
    }
}

/// What an indicator rests on: what it cites, and what the table rows that it used do.
pub(crate) fn rested_on(indicator: &Indicator, trace: &Trace) -> Vec<Cite> {
    let mut cites = indicator.cite.clone();
    for cite in trace.tables.iter().flat_map(|used| &used.cite) {
        if !cites.contains(cite) {
            cites.push(cite.clone());
        }
    }
    cites
}

/// The articles of citations: act and address from the pack's sources, the text as it quotes it.
pub(crate) fn articles(pack: &Pack, cites: &[Cite]) -> Vec<Article> {
    cites
        .iter()
        .map(|cite| {
            let source = pack.source(&cite.source);
            let act = source.map_or_else(String::new, |source| {
                if source.number.is_empty() {
                    source.title.clone()
                } else {
                    format!("{}（{}）", source.title, source.number)
                }
            });
            let quoted = pack.article(cite).map(|article| article.text.clone());
            let decided = source.and_then(|source| source.decided_by.as_ref());
            Article {
                cite: cite_text(cite),
                act,
                article: article(&cite.article),
                url: source.map(|source| source.url.clone()).unwrap_or_default(),
                text: quoted
                    .or_else(|| decided.map(|who| format!("由{who}决定")))
                    .unwrap_or_default(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_numbered_as_in_the_act() {
        for (text, expected) in [
            ("8", "第八条"),
            ("10", "第十条"),
            ("21", "第二十一条"),
            ("101", "第一百零一条"),
            ("110", "第一百一十条"),
            ("39(2)", "第三十九条第二项"),
            ("39(x)", "39(x)"),
            ("附录A", "附录A"),
        ] {
            assert_eq!(article(text), expected);
        }
    }
    #[test]
    fn articles_are_quoted_and_choices_say_who_decides() {
        let pack = crate::fixture::shipped::pack();
        let cite = |source: &str, article: &str| Cite {
            source: source.into(),
            article: article.into(),
        };
        let found = articles(&pack, &[cite("tiaoli", "39(4)"), cite("ours", "")]);
        assert_eq!(found[0].article, "第三十九条第四项");
        assert!(found[0].text.contains("未按时答复政务数据共享申请"));
        assert_eq!(found[1].text, "由采用本规则包的政务数据共享主管部门决定");
    }
}
