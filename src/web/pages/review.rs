//! The decisions on a run. Each is a form that says what it does and asks to confirm.

use app::PeriodLine;
use app::{App, User};
use domain::{Period, RunId};

use crate::ask::{Answer, Ask};
use crate::inputs;
use crate::pages::see_other;

/// 提交: hands the run to finance.
pub async fn submit(ask: &Ask) -> Answer {
    decide(ask, App::submit).await
}

/// 批准: finance approves the money.
pub async fn approve(ask: &Ask) -> Answer {
    decide(ask, App::approve).await
}

/// 退回: finance sends the run back, with a reason.
pub async fn reject(ask: &Ask) -> Answer {
    let reason = inputs::reason(ask.form.get("reason"))?;
    decide(ask, move |app, user, period, run| {
        app.reject(user, period, run, &reason)
    })
    .await
}

/// 公布: the result becomes public.
pub async fn publish(ask: &Ask) -> Answer {
    decide(ask, App::publish).await
}

async fn decide<F>(ask: &Ask, decision: F) -> Answer
where
    F: FnOnce(&App, &User, Period, &RunId) -> Result<PeriodLine, app::Error> + Send + 'static,
{
    let (user, period, run) = (ask.user()?, ask.period()?, ask.run()?);
    inputs::confirmed(&ask.form)?;
    ask.portal
        .run(move |app| decision(app, &user, period, &run))
        .await?;
    Ok(see_other(&format!("/overview?period={period}")))
}
