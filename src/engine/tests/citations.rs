//! Citations: every element rests on a dated act's article, quoted word for word, or on a named choice.

use super::diagnostics::complaints;
use super::*;

#[test]
fn an_article_that_is_not_quoted_names_the_nearest() {
    insta::assert_snapshot!(complaints("cite = \"act:40\"", "cite = \"act:41(2)\""), @r#"
错误 error[rules.unknown_article]: “act:41(2)”没有引用原文 [[article]] (act:41(2) not quoted)
  --> rules/mini/pack.toml:77:43
   | rows = [{ when = ["P1"], value = "0.5" }, { when = ["P2"], value = "2.0", cite = "act:41(2)" }]
   = 建议 help: 补上 [[article]] source = "act"、article = "41(2)"、text、sha256；可用的名称：21, 38, 39, 40 (available: 21, 38, 39, 40)
"#);
}

#[test]
fn a_text_that_was_changed_shows_its_digest() {
    insta::assert_snapshot!(complaints("之日起1个工作日", "之日起2个工作日"), @r#"
错误 error[rules.article_digest]: [[article]] act:21 的原文与 sha256 不符 (the text of act:21 does not hash to it)
  --> rules/mini/pack.toml:182:1
   | [[article]]
   = 建议 help: 请核对原文；无误则写 sha256 = "734def0722a853552506ca73d55b60ad0c8aa13803a2f91225b72302d9b701b5" (compare the text, then declare this)
"#);
}

#[test]
fn a_cite_of_an_act_names_an_article() {
    insta::assert_snapshot!(complaints("cite = [\"act:21\", \"ours\"]", "cite = [\"act\", \"ours\"]"), @r#"
错误 error[rules.cite_article]: 引用“act”没有写明条款 (cite names no article)
  --> rules/mini/pack.toml:105:1
   | [[indicator]]
   = 建议 help: 写作 act:<条> 或 act:<条>(<项>) (name the article)
"#);
}

#[test]
fn an_act_is_dated_and_a_choice_says_who_decides() {
    insta::assert_snapshot!(complaints("in_force = 2025-08-01\n", ""), @r#"
错误 error[rules.source_undated]: 出处“act”没有施行日期 `in_force` (source act is undated)
  --> rules/mini/pack.toml:12:1
   | [[source]]
   = 建议 help: 写明 in_force = 2025-08-01；自定的写 own = true 与 decided_by (date the act, or say that it is your own)
"#);
    insta::assert_snapshot!(complaints("decided_by = \"本测试\"\n", ""), @r#"
错误 error[rules.missing_key]: [[source]] ours 缺少 `decided_by` (missing key decided_by)
  --> rules/mini/pack.toml:16:1
   | [[source]]
   | ^^^^^^^^^^
"#);
}

#[test]
fn an_item_rests_on_the_quoted_article_around_it() {
    let pack = pack();
    let article = |cite: &str| {
        let cite = pack::Cite {
            source: "act".into(),
            article: cite.into(),
        };
        pack.article(&cite).map(|one| one.article.as_str())
    };
    assert_eq!(article("39"), Some("39"));
    assert_eq!(article("39(4)"), Some("39"));
    assert_eq!(article("39(4)(2)"), Some("39"));
    assert_eq!(article("41(4)"), None);
    assert_eq!(article("(4)"), None);
    assert_eq!(article(""), None);
}

#[test]
fn line_ends_of_a_checkout_do_not_change_a_quotation() {
    let folded = PACK.replace('\n', "\r\n");
    assert!(load(&files(&folded), &schema()).pack.is_some());
}
