//! `hengxiang serve`

use std::process::ExitCode;

use clap::Args;

use crate::Context;

/// Options of `serve`.
#[derive(Args)]
pub struct Options {
    /// 监听地址；端口 0 表示任选空闲端口 (address; port 0 takes a free one)
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: String,
    /// 不做定时考核 (no scheduled run)
    #[arg(long)]
    no_schedule: bool,
}

/// Serves until interrupted.
pub fn serve(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let rules = app.watch_rules();
    let scheduler = (!options.no_schedule).then(|| app.start_scheduler());
    let announced = app.clone();
    web::run(app, &options.listen, move |address| {
        println!("衡享门户 (portal): http://{address}/");
        for account in announced.demo_accounts() {
            println!(
                "  演示用户 {}  密码 {}  （{}）",
                account.login,
                account.password,
                account.role.title()
            );
        }
        println!("按 Ctrl+C 停止 (Ctrl+C to stop)");
    })?;
    if let Some(scheduler) = scheduler {
        scheduler.stop();
    }
    rules.stop();
    Ok(ExitCode::SUCCESS)
}
