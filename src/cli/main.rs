//! `hengxiang`: government data sharing, scored, compensated and proven.

mod commands;
mod progress;
mod text_table;

use std::path::PathBuf;
use std::process::ExitCode;

use app::clock::Clock;
use clap::{Parser, Subcommand};

/// 衡享：政务数据共享的激励、补偿与考核引擎 (incentive, compensation and assessment of data sharing)
#[derive(Parser)]
#[command(name = "hengxiang", version, max_term_width = 100)]
struct Arguments {
    /// 数据文件夹 (data folder)
    #[arg(
        long,
        global = true,
        env = "HENGXIANG_DATA",
        default_value = "hengxiang-data"
    )]
    data: PathBuf,
    /// 以此时刻代替系统时钟，用于演练 (a fixed instant instead of the clock, for rehearsals)
    #[arg(long, global = true, env = "HENGXIANG_NOW", value_name = "RFC3339")]
    now: Option<chrono::DateTime<chrono::Utc>>,
    /// 输出 JSON (print JSON)
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 建立数据文件夹、数据库和签名密钥 (create data folder, database and signing key)
    Init(commands::init::Options),
    /// 升级数据库结构 (bring the database up to this program)
    Migrate,
    /// 生成示范城市的数据文件 (write the model city's files)
    Generate(commands::generate::Options),
    /// 导入文件 (import files)
    Import(commands::import::Options),
    /// 评定：录入、列出 (judgements: enter, list)
    #[command(subcommand)]
    Judge(commands::judge::Command),
    /// 损失申报：申报、列出、查看、认定 (claims for costs and losses)
    #[command(subcommand)]
    Claim(commands::claim::Command),
    /// 复核申诉：提出、协商、协调、决定 (appeals)
    #[command(subcommand)]
    Appeal(commands::appeal::Command),
    /// 待办事项与期限提醒 (the work list, with reminders)
    Todo(commands::todo::Options),
    /// 规则包：检查、测试 (rule packs: check, test)
    #[command(subcommand)]
    Rules(commands::rules::Command),
    /// 月度考核：冻结、考核、补偿、预留、出报告 (the monthly run)
    Run(commands::run::Options),
    /// 复算核验 (verify by recomputation)
    #[command(subcommand)]
    Verify(commands::verify::Command),
    /// 规则模拟：以草案重算过去的月份 (what-if: past months under a draft of the rules)
    Simulate(commands::simulate::Options),
    /// 解释得分 (explain a score)
    Explain(commands::explain::Options),
    /// 复核：提交、批准、退回、发布 (submit, approve, reject, publish)
    Review(commands::review::Options),
    /// 补偿台账 (the compensation ledger)
    #[command(subcommand)]
    Ledger(commands::ledger::Command),
    /// 台账审计：重放全部记录，比对一切表、根、签名与材料 (audit the ledger)
    Audit(commands::audit::Options),
    /// 支付：编制、审批、国库回单 (payments)
    #[command(subcommand)]
    Pay(commands::pay::Command),
    /// 财政约束：缓拨、减拨、停拨、追回，及建议清单 (fiscal constraint)
    #[command(subcommand)]
    Fiscal(commands::fiscal::Command),
    /// 重述：以现有事实重算已定案的月份，提出调整分录 (restate a decided month)
    Restate(commands::restate::Options),
    /// 机构改革：按承继份额划转余额 (departments merged, split, renamed, moved)
    Reorganise(commands::reorganise::Options),
    /// 年终：结余收回或结转、未付款结转、层级清算、未落实资金 (the end of a budget year)
    YearEnd(commands::year_end::Options),
    /// 用户 (people)
    #[command(subcommand)]
    User(commands::user::Command),
    /// 重要程度权重：层次分析、熵权、CRITIC (importance weights)
    #[command(subcommand)]
    Weights(commands::weights::Command),
    /// 门户网站与定时考核 (the portal and the scheduled run)
    Serve(commands::serve::Options),
}

/// What every command gets.
pub struct Context {
    data: PathBuf,
    clock: Clock,
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("HENGXIANG_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .init();
    let context = Context {
        data: arguments.data,
        clock: arguments.now.map_or(Clock::System, Clock::Fixed),
        json: arguments.json,
    };
    match run(&context, arguments.command) {
        Ok(code) => code,
        Err(error) => {
            if context.json {
                let text = serde_json::json!({ "error": format!("{error:#}") });
                println!("{text}");
            }
            eprintln!("错误：{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(context: &Context, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Init(options) => commands::init::init(context, &options),
        Command::Migrate => commands::init::migrate(context),
        Command::Generate(options) => commands::generate::generate(context, &options),
        Command::Import(options) => commands::import::import(context, &options),
        Command::Judge(command) => commands::judge::judge(context, &command),
        Command::Claim(command) => commands::claim::claim(context, &command),
        Command::Appeal(command) => commands::appeal::appeal(context, &command),
        Command::Todo(options) => commands::todo::todo(context, &options),
        Command::Rules(command) => commands::rules::rules(context, &command),
        Command::Run(options) => commands::run::run(context, &options),
        Command::Verify(command) => commands::verify::verify(context, &command),
        Command::Simulate(options) => commands::simulate::simulate(context, &options),
        Command::Explain(options) => commands::explain::explain(context, &options),
        Command::Review(options) => commands::review::review(context, &options),
        Command::Audit(options) => commands::audit::audit(context, &options),
        Command::Ledger(command) => commands::ledger::ledger(context, &command),
        Command::Pay(command) => commands::pay::pay(context, &command),
        Command::Fiscal(command) => commands::fiscal::fiscal(context, &command),
        Command::Restate(options) => commands::restate::restate(context, &options),
        Command::Reorganise(options) => commands::reorganise::reorganise(context, &options),
        Command::YearEnd(options) => commands::year_end::year_end(context, &options),
        Command::User(command) => commands::user::user(context, &command),
        Command::Weights(command) => commands::weights::weights(context, &command),
        Command::Serve(options) => commands::serve::serve(context, &options),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        super::Arguments::command().debug_assert();
    }
}
