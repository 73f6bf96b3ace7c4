//! Every label of the interface, in both languages. What comes from data (names, reasons, rules)
//! stays as it is.

use crate::lang::Lang;

macro_rules! words {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        /// The labels in one language. A label that lacks a language does not compile.
        #[derive(Debug)]
        pub struct Words {
            $(pub $name: &'static str,)*
        }

        static ZH: Words = Words { $($name: $zh,)* };
        static EN: Words = Words { $($name: $en,)* };

        #[cfg(test)]
        const PAIRS: &[(&str, &str, &str)] = &[$((stringify!($name), $zh, $en),)*];
    };
}

impl Words {
    /// The labels of a language.
    pub fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        }
    }
}

words! {
    // The frame.
    brand: "衡享", "Hengxiang";
    site: "政务数据共享考核与补偿", "Government data sharing: scores and compensation";
    home: "首页", "Home";
    skip: "跳到正文", "Skip to content";
    main_navigation: "主导航", "Main navigation";
    breadcrumbs: "当前位置", "You are here";
    sign_in: "登录", "Sign in";
    sign_out: "退出", "Sign out";
    footer: "依据《政务数据共享条例》（国务院令第809号）考核；每个分数可追溯到原始记录，每笔资金可核验。",
        "Assessed under the Regulation on Government Data Sharing (State Council Order No. 809). Every score traces to its source rows; every payment can be verified.";
    nav_published: "公开结果", "Published results";
    nav_overview: "考核总览", "Overview";
    nav_imports: "数据导入", "Imports";
    nav_downloads: "文件下载", "Downloads";
    nav_own: "本部门", "My department";
    nav_ledger: "补偿台账", "Ledger";
    role_assessor: "考核员", "Assessor";
    role_department: "部门联络员", "Department liaison";
    role_finance: "财政审批", "Finance";
    role_auditor: "审计", "Auditor";
    period: "考核周期", "Period";
    show: "查看", "Show";

    // The front page.
    lead: "按共享的重要程度给各部门打分，由上级财政对共享成本给予补偿；结果向社会公开，接受监督。",
        "Departments are scored by the importance of the data they share; the higher level of government compensates what sharing costs. Results are public.";
    nothing_published: "尚未公布任何月份的考核结果。", "No month has been published yet.";
    how_scores: "如何打分", "How scores are made";
    how_scores_text: "及时、质量、使用、安全四个维度，加上保障条件和社会监督。每条规则注明法规条款，得失分可以逐条查到原始记录。",
        "Timeliness, quality, use and security, plus safeguards and public supervision. Every rule cites its article; every point traces to a record.";
    how_money: "如何补偿", "How money moves";
    how_money_text: "补偿资金来自上级财政的预算指标，不由需求部门付费，也不超出指标。每一笔记入不可篡改的台账。",
        "Compensation is an appropriation of the higher level, never a price owed by the consumer and never beyond the budget line. Every entry is in a tamper-evident ledger.";
    how_voice: "如何监督", "How to be heard";
    how_voice_text: "办事时如果被重复索要可以共享取得的材料，请拨打 12345 反映，反馈计入被投诉部门的社会监督维度。",
        "If an office asks again for papers it could obtain by sharing, call 12345. Feedback counts in that department's score.";
    islands: "信息孤岛", "Islands";
    islands_text: "本月既未提供也未使用共享数据的部门：", "Departments that neither provided nor used shared data this month:";
    document: "文号", "Document";
    issuer: "发布单位", "Issued by";
    issued_on: "成文日期", "Date";

    // Signing in.
    login: "登录名", "Login";
    password: "密码", "Password";
    sign_in_text: "考核员、财政、审计和各部门联络员在此登录。公开结果无需登录。",
        "For assessors, finance, auditors and department liaisons. Published results need no account.";
    try_again: "登录未成功", "Not signed in";

    // Rankings and tables.
    rank: "名次", "Rank";
    department: "部门", "Department";
    group: "考核分组", "Group";
    score: "得分", "Score";
    total: "总分", "Total";
    grade: "等次", "Grade";
    change_total: "较上月", "Change";
    change_rank: "名次变化", "Places";
    places_won: "上升", "up";
    places_lost: "下降", "down";
    compensation: "补偿（元）", "Compensation (CNY)";
    ranking: "分组排名", "Ranking by group";
    key_figures: "主要指标", "Key figures";
    axes: "维度得分", "Scores by axis";
    axis: "维度", "Axis";
    axes_text: "颜色越深得分率越高；“—”为不适用。", "Darker is better; “—” means not applicable.";
    charts: "图表", "Charts";
    full_size: "下载原图", "Download";
    pots: "补偿资金池", "Compensation pots";
    payer: "出资方", "Payer";
    budget_line: "预算科目", "Budget line";
    authority: "指标", "Appropriated";
    reserved: "预留", "Reserved";
    spent: "已承诺或支出", "Owed or paid";
    available: "可用", "Available";
    incidents: "违规与安全事件", "Incidents";
    occurred_on: "日期", "Date";
    incident: "事件", "Incident";
    article: "依据", "Article";
    effect: "影响", "Effect";
    none: "无", "None";
    unattributed: "未归属记录", "Unattributed records";
    unattributed_text: "无法确定提供或需求部门的记录，只列示，不计入任何部门。",
        "Records whose department is unknown: shown, never credited.";
    reason: "原因", "Reason";
    rows: "行数", "Rows";
    digests: "核验信息", "Verification";
    run: "考核批次", "Run";
    pack: "规则包", "Rule pack";
    notes: "说明", "Notes";

    // Reviewing a run.
    state: "状态", "State";
    rules_in_use: "现行规则", "Rules in use";
    rules_alert: "规则未能更换：", "Rules were not replaced: ";
    state_calculated: "待提交", "To submit";
    state_submitted: "待财政审批", "Awaiting finance";
    state_approved: "已批准，待公布", "Approved, to publish";
    state_rejected: "已退回", "Rejected";
    state_voided: "已作废", "Voided";
    state_published: "已公布", "Published";
    departments_assessed: "参评部门", "Departments";
    awarded: "拟补偿（元）", "Awarded (CNY)";
    unfunded: "未落实（元）", "Unfunded (CNY)";
    decide: "办理", "Decide";
    submit: "提交财政审批", "Submit to finance";
    submit_effect: "提交后由财政审批本月补偿金额；提交人不能自己批准。",
        "Finance then approves the money of the month. Who submits cannot approve.";
    approve: "批准补偿", "Approve the money";
    approve_effect: "批准后各部门的补偿计入台账应付，金额以本批次为准，不能再重算。",
        "The awards become payable in the ledger and the month cannot be recalculated.";
    reject: "退回", "Reject";
    reject_effect: "退回后本批次预留的资金全部释放，需要更正数据后重新考核。",
        "All money held for this run is released; correct the data and run again.";
    publish: "公布结果", "Publish";
    publish_effect: "公布后任何人都能看到本月排名；公布的结果不再更改，更正在以后月份调整。",
        "Everybody can see the ranking. A published month never changes; corrections are adjustments in a later one.";
    reject_reason: "退回理由", "Reason for rejection";
    confirm: "我已核对以上内容", "I have checked the above";
    no_decision: "当前没有需要您办理的事项。", "Nothing for you to decide now.";
    nothing_run: "还没有任何月份的考核。请先导入数据并运行考核。", "No month has been assessed yet. Import data and run one first.";

    // A department.
    of_departments: "共", "of";
    group_average: "分组平均", "Group average";
    points: "满分", "Points";
    indicators: "指标得分与原因", "Indicators and reasons";
    indicator: "指标", "Indicator";
    outcome: "结果", "Outcome";
    cases: "件数", "Cases";
    reasons: "失分原因", "Why points were lost";
    explain: "查看计算与证据", "Calculation and evidence";
    raise: "最能提分的事项", "What would raise the score most";
    action: "事项", "Action";
    gain: "可增加", "Gain";
    awards: "本月补偿", "Compensation of the month";
    component: "组成", "Component";
    amount: "金额（元）", "Amount (CNY)";
    ledger_month: "本月台账", "Ledger of the month";
    ledger_all: "查看完整对账单", "Full statement";
    opening: "期初余额", "Opening balance";
    closing: "期末余额", "Closing balance";
    date: "日期", "Date";
    reference: "凭证", "Reference";
    text: "摘要", "Text";
    balance: "余额（元）", "Balance (CNY)";
    own_nothing: "本部门还没有已公布的考核结果。", "No published result for your department yet.";

    // An explanation.
    calculation: "计算过程", "Calculation";
    formula: "公式", "Formula";
    filled: "代入数值", "With values";
    articles: "依据条款", "Articles";
    evidence: "证据", "Evidence";
    evidence_rows: "条记录，其中失分", "rows; lost points in";
    evidence_unit: "条", "";
    evidence_none: "此指标没有逐条记录的证据。", "This indicator has no evidence by row.";
    fact: "记录", "Record";
    source: "来源（文件:行）", "Source (file:line)";
    potential: "应得", "Possible";
    gained: "实得", "Earned";
    lost: "失分", "Lost";
    previous: "上一页", "Previous";
    next: "下一页", "Next";
    page: "页", "Page";

    // A statement.
    statement: "对账单", "Statement";
    statement_text: "借方为减少、贷方为增加（应付类科目）。记录号可用于核验回执。",
        "For payables a credit adds and a debit takes away. Record numbers serve to verify receipts.";
    cosigned_by: "条记录的检查点已由以下部门见证：", "records: the checkpoint is cosigned by ";
    not_cosigned: "检查点尚无部门见证。", "No department has cosigned a checkpoint yet.";
    owed: "应付本部门合计（元）", "Owed to the department (CNY)";
    from: "起始月", "From";
    to: "结束月", "To";
    download_csv: "下载 CSV", "Download CSV";
    seq: "记录号", "Record";
    pot: "资金来源", "Pot";
    debit: "借方（元）", "Debit (CNY)";
    credit: "贷方（元）", "Credit (CNY)";
    debit_side: "借", "Dr";
    credit_side: "贷", "Cr";
    flat_side: "平", "—";
    no_lines: "期间内无发生额。", "No entries in the range.";

    // Imports and downloads.
    file: "文件", "File";
    kind: "类别", "Kind";
    imported_at: "导入时间", "Imported";
    good: "入库", "Loaded";
    rejected: "拒收", "Refused";
    duplicates: "重复", "Duplicates";
    no_imports: "还没有导入任何文件。", "Nothing imported yet.";
    line: "行", "Line";
    column: "列", "Column";
    value: "值", "Value";
    remedy: "处理办法", "Remedy";
    who: "对象", "Who or what";
    no_rejects: "此文件没有被拒收的行。", "No refused rows in this file.";
    truncated: "仅列出前 500 行，完整清单见导入时生成的拒收文件。", "Only the first 500 rows are listed; the file written by the import has them all.";
    size: "大小", "Size";
    digest: "SHA-256", "SHA-256";
    no_downloads: "没有可下载的文件。", "No files to download.";
    sheets: "部门单", "Department sheets";

    // Claims.
    nav_claims: "损失申报", "Claims";
    claims_text: "部门因共享而发生的成本或损失，附佐证材料申报；经考核部门认定的金额进入下一次考核，只计一次。",
        "Costs and losses that sharing causes, declared with evidence. What the assessor accepts enters the next run, once.";
    claim_declare: "申报", "Declare";
    claim_number: "申报编号", "Number";
    appeal_number: "申诉编号", "Number";
    order_items: "条目", "Lines";
    claim_kind: "申报类别", "Kind";
    claim_cost: "成本", "Cost";
    claim_loss: "损失", "Loss";
    claim_period: "所属月份", "Month";
    claim_amount: "申报金额（元）", "Declared (CNY)";
    claim_accepted_amount: "认定金额（元）", "Accepted (CNY)";
    claim_beneficiary: "受益行政区划", "For whose sake";
    claim_explanation: "事由", "Why it arose";
    claim_evidence: "佐证材料", "Evidence";
    claim_run: "列入考核", "In run";
    claim_declared: "待认定", "Undecided";
    claim_accepted: "全额认定", "Accepted";
    claim_reduced: "核减认定", "Reduced";
    claim_refused: "不予认定", "Refused";
    claim_accept: "全额认定", "Accept all of it";
    claim_reduce: "核减为", "Reduce to";
    claim_refuse: "不予认定", "Refuse";
    claim_reason: "理由（核减、不予认定时必填）", "Reason (needed unless all is accepted)";
    claim_effect: "认定后不能更改；金额进入下一次考核。申报人不能认定自己的申报。",
        "A decision is final; the amount enters the next run. Who declared a claim cannot decide it.";
    claim_due: "应补（元）", "Due (CNY)";
    claim_paid: "列入（元）", "Paid by the run (CNY)";
    no_claims: "还没有申报。", "No claims yet.";
    also_in: "同一材料也用于", "The same file is evidence of";
    evidence_text: "下载时按台账记录的摘要核对。申报书摘要", "Downloads are checked against the digests in the ledger. Digest of the written claim:";
    not_your_own: "这是您申报的，须由他人认定。", "You declared this; somebody else decides.";
    history: "办理经过", "History";
    when: "时间", "When";
    by_whom: "经办", "By";

    // Appeals and the work list.
    nav_appeals: "复核申诉", "Appeals";
    appeals_text: "部门对公布的得分或款项有异议的，可在期限内申诉；有争议的款项暂停支付。公布的结果不作改动，裁决增加的补偿在开放月份调整入账。",
        "A department may contest a published score or amount in time; what is contested is not paid meanwhile. Nothing published is edited: what is won is an adjustment of the open month.";
    appeal_open: "提出申诉", "Appeal against";
    appeal_this: "对此指标申诉", "Appeal against this indicator";
    appeal_until: "申诉截止日：", "Appeals until";
    appeal_none_open: "目前没有在申诉期限内的公布结果。", "No published result can be contested now.";
    appeal_line: "有争议的计提", "Accrual contested";
    appeal_amount: "争议金额（元）", "Amount contested (CNY)";
    appeal_amount_text: "不填则为该笔全部未付金额。", "All that is payable unless given.";
    appeal_rows: "有异议的记录（文件:行）", "Records contested (file:line)";
    appeal_rows_text: "每行一条，见指标的证据；不填则为该指标全部失分记录。",
        "One a line, as the indicator's evidence names them; all that lost points unless given.";
    appeal_grounds: "申诉理由", "Grounds";
    appeal_subject: "事项", "Subject";
    attachments: "附件", "Attachments";
    contested: "争议金额（元）", "In dispute (CNY)";
    office: "办理单位", "Office";
    due: "办理期限", "Due";
    days_late: "已超期工作日", "Working days late:";
    days_left: "剩余工作日", "Working days left:";
    no_appeals: "还没有申诉。", "No appeals yet.";
    appeal_opened: "已受理", "Opened";
    appeal_negotiating: "协商", "Negotiation";
    appeal_coordinating: "协调处理", "Coordination";
    appeal_escalated: "报政府决定", "Government's decision";
    appeal_upheld: "支持", "Upheld";
    appeal_partly: "部分支持", "Upheld in part";
    appeal_dismissed: "维持", "Dismissed";
    appeal_withdrawn: "已撤回", "Withdrawn";
    appeal_decide: "裁决", "Decide";
    appeal_withdraw: "撤回申诉", "Take back";
    appeal_cut: "核减（元）", "Cut (CNY)";
    appeal_adjust: "按试算结果提出调整，由财政审批", "Propose what the recalculation wins; finance approves it";
    appeal_order: "调整指令", "Adjustment";
    appeal_effect: "裁决后不能更改；争议款项恢复应付，核减部分退回资金池。",
        "A ruling is final; what was in dispute is payable again, but for what is cut.";
    ladder_text: "依次为协商、协调、报本级人民政府决定。", "Negotiation, coordination, then the government decides.";
    step_effect: "本程序办理期限（工作日）：", "Working days for this step:";
    preview: "试算", "Recalculation";
    preview_text: "假设申诉成立，用原规则重算该月；没有指明指标的，按公布后补报的数据。不写入任何数据。",
        "The month recalculated with its own rules as if the appeal were right; without an indicator, by the data handed in since. Nothing is written.";
    preview_compute: "开始试算", "Recalculate";
    preview_standing: "账簿现有（元）", "In the books now (yuan)";
    preview_raise: "若支持可调增（元）", "To be added if upheld (yuan)";
    preview_short: "暂无资金、列为未落实（元）", "No money yet, shown as unfunded (yuan)";
    before: "原结果", "Result";
    after: "如申诉成立", "If upheld";
    nav_agenda: "待办", "To do";
    no_agenda: "没有待办事项。", "Nothing waits for you.";
    task: "事项", "Task";

    // Fiscal constraint.
    nav_fiscal: "财政约束", "Fiscal";
    fiscal_text: "共享情况是确定信息化项目投资和运行维护经费的重要依据（条例第三十八条）。建议由规则得出；缓拨、减拨、停拨、追回须写明规则和决定文号。",
        "How data is shared decides on investment and operation budgets (art. 38). Advice follows from rules; every measure names its rule and its document.";
    advice: "项目与运维经费建议", "Advice on project and operation budgets";
    clawbacks: "考核扣减追回", "Deductions asked back";
    clawbacks_text: "超出当期补偿的扣减，经一人提出（hengxiang fiscal clawbacks）、另一人审批后成为应追回款。", "What deductions exceed the month's awards by is a receivable once one person has proposed and another approved it.";
    clawback_asked: "应追回", "Asked back";
    clawback_taken: "已扣回或入账", "Taken";
    clawback_missing: "无可追回", "Not to be had";
    no_advice: "本月没有部门触发财政约束。", "No department is concerned this month.";
    constraint: "约束", "Constraint";
    advised: "建议", "Advice";
    share: "比例", "Share";
    orders: "约束与调整指令", "Orders";
    order_number: "编号", "Number";
    order_propose: "提出指令", "Propose an order";
    order_kind: "措施", "Measure";
    order_accrual: "计提记录号", "Accrual";
    order_all: "不填则为全部可办金额。", "All there is unless given.";
    order_rule: "所依规则", "Rule";
    order_document: "决定文号", "Decision document";
    order_lines: "条数", "Lines";
    order_maker: "经办", "Proposed by";
    order_approver: "审批", "Approved by";
    order_effect: "缓拨与解除缓拨即时生效；其余措施须由财政的另一人核对条数和金额后审批。",
        "A deferral and its end take effect at once; any other measure is approved by a second person of finance.";
    order_approve: "审批", "Approve";
    order_approve_text: "请填写您核对的条数和合计金额；与指令不符不能通过。",
        "Enter the number and the sum that you counted; they must be those of the order.";
    order_take_back: "撤回指令", "Take back";
    order_own: "这是您提出的，须由他人审批。", "You proposed this; somebody else approves.";
    order_proposed: "待审批", "To approve";
    order_approved: "已审批", "Approved";
    order_refused: "已退回", "Sent back";
    order_withhold: "缓拨", "Defer payment";
    order_unhold: "解除缓拨", "End a deferral";
    order_forfeit: "减拨停拨", "Forfeit";
    order_deduct: "考核扣减", "Deduct";
    order_clawback: "追回", "Claw back";
    order_offset: "抵扣", "Set off";
    order_adjust: "以前期间调整", "Adjustment";
    order_pay: "支付", "Payment";

    // Failures.
    failure_forbidden: "不能继续", "Not permitted";
    failure_not_found: "没有找到", "Not found";
    failure_bad_input: "无法识别", "Not understood";
    failure_conflict: "状态已变化", "The state has changed";
    failure_busy: "请稍后再试", "Try again later";
    failure_internal: "系统出错", "Something went wrong";
    back: "返回首页", "Back to the home page";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_speaks_both_languages() {
        let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for (name, zh, en) in PAIRS {
            assert!(chinese(zh) || *name == "digest", "{name}: {zh}");
            assert!(!chinese(en), "{name}: {en}");
        }
    }
}
