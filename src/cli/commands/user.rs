//! `hengxiang user add`

use std::io::BufRead as _;
use std::process::ExitCode;

use app::Role;
use clap::Subcommand;
use domain::DepartmentId;
use serde_json::json;

use crate::Context;

/// Commands about people.
#[derive(Subcommand)]
pub enum Command {
    /// 添加用户；密码从标准输入读一行 (add a person; the password is a line of standard input)
    Add {
        /// 登录名 (login)
        login: String,
        /// 姓名 (name)
        #[arg(long)]
        name: String,
        /// 角色：assessor | department | finance | auditor (role)
        #[arg(long, value_parser = role)]
        role: Role,
        /// 联络员所属部门的统一社会信用代码 (department of a liaison)
        #[arg(long)]
        department: Option<String>,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| "assessor | department | finance | auditor".to_owned())
}

/// Runs a command about people.
pub fn user(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Add {
        login,
        name,
        role,
        department,
    } = command;
    let app = context.open()?;
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password)?;
    let department = department.as_ref().map(DepartmentId::new);
    let password = password.trim_end_matches(['\r', '\n']);
    let user = app.add_user(login, name, *role, department.as_ref(), password)?;
    let text = format!("已添加 {}（{}）", user.login, user.role.title());
    context.print(
        &text,
        &json!({ "login": user.login, "role": user.role.name() }),
    );
    Ok(ExitCode::SUCCESS)
}
