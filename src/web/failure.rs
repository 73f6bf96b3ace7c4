//! What a visitor is told when a request cannot be answered.

use std::fmt::Display;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use app::{Error, ErrorKind};
use serde::Serialize;

/// A request that was not answered: the status and a text that is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code for programs.
    pub code: &'static str,
    /// Chinese sentence, English in brackets.
    pub message: String,
    /// Seconds after which another attempt makes sense.
    pub retry_after: Option<u32>,
}

/// Numbers the internal faults of this process, so that a visitor can name one to an operator.
static FAULTS: AtomicU64 = AtomicU64::new(1);

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry_after: None,
        }
    }

    /// 400: a value cannot be used.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_input", message)
    }

    /// 401: sign in first.
    pub fn sign_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "sign_in",
            "请先登录 (sign in first)",
        )
    }

    /// 403: the visitor may not.
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "您无权查看或办理此项 (not permitted)",
        )
    }

    /// 403: the form was not one of ours.
    pub fn foreign_form() -> Self {
        let message = "表单已过期或来源不符，请返回刷新后重新提交 (the form has expired; reload and try again)";
        Self::new(StatusCode::FORBIDDEN, "foreign_form", message)
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "没有这个页面或记录 (no such page or record)",
        )
    }

    /// 405.
    pub fn wrong_method() -> Self {
        let message = "此地址不支持这种请求方式 (method not allowed)";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", message)
    }

    /// 408: the body did not arrive.
    pub fn slow_body() -> Self {
        let message = "请求内容未能按时到达 (the request body did not arrive in time)";
        Self::new(StatusCode::REQUEST_TIMEOUT, "slow_body", message)
    }

    /// 413: the body is too big.
    pub fn too_large() -> Self {
        let message = "提交的内容过大 (the request body is too large)";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// 503: too many requests at once.
    pub fn busy() -> Self {
        let message = "系统繁忙，请稍后再试 (busy; try again shortly)";
        Self {
            retry_after: Some(5),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
        }
    }

    /// 504: the work takes too long.
    pub fn late() -> Self {
        let message = "处理时间过长，请稍后刷新查看结果 (takes too long; reload later)";
        Self {
            retry_after: Some(30),
            ..Self::new(StatusCode::GATEWAY_TIMEOUT, "late", message)
        }
    }

    /// 500: our fault. The details go to the log under a number, the visitor gets the number.
    pub fn internal(cause: &dyn Display) -> Self {
        let number = FAULTS.fetch_add(1, Ordering::Relaxed);
        tracing::error!(fault = number, "{cause}");
        let message = format!(
            "系统内部错误，已记入日志，编号 {number} (internal error, logged as number {number})"
        );
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }

    /// The answer to a program.
    pub fn to_json(&self) -> HttpResponse {
        #[derive(Serialize)]
        struct Body<'a> {
            code: &'a str,
            message: &'a str,
        }
        let mut response = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        response.json(Body {
            code: self.code,
            message: &self.message,
        })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let shown = || error.to_string();
        match error.kind() {
            ErrorKind::NotFound => Self {
                message: shown(),
                ..Self::not_found()
            },
            ErrorKind::Forbidden => Self {
                message: shown(),
                ..Self::forbidden()
            },
            ErrorKind::BadInput => Self::bad_input(shown()),
            ErrorKind::Conflict => Self::new(StatusCode::CONFLICT, "conflict", shown()),
            ErrorKind::TooManyAttempts => Self {
                retry_after: Some(60),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", shown())
            },
            ErrorKind::Busy => Self::busy(),
            ErrorKind::Internal => Self::internal(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internals_stay_in_the_log() {
        let failure = Failure::internal(&"no such table: sessions");
        assert_eq!(failure.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!failure.message.contains("sessions"));
    }

    #[test]
    fn a_refusal_keeps_its_words() {
        let failure = Failure::from(Error::Forbidden {
            what: "审批资金"
        });
        assert_eq!(failure.status, StatusCode::FORBIDDEN);
        assert!(failure.message.contains("审批资金"));
    }
}
