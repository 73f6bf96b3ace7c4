//! A request as a handler sees it: who asks, in which language, with which typed values.

use std::future::Future;
use std::pin::Pin;

use actix_web::{HttpRequest, HttpResponse};
use app::User;
use app::papers::Upload;
use domain::{AppealId, ClaimId, DepartmentId, OrderId, Period, RunId};

use crate::cookies;
use crate::failure::Failure;
use crate::inputs::{self, Fields};
use crate::lang::Lang;
use crate::portal::Portal;
use crate::words::Words;

/// What a handler returns.
pub type Answer = Result<HttpResponse, Failure>;

/// A handler.
pub type Handler = for<'a> fn(&'a Ask) -> Pin<Box<dyn Future<Output = Answer> + 'a>>;

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The person, when signed in.
    pub user: Option<User>,
    /// What every form of theirs must repeat; empty while there is nothing to compare with.
    pub form_secret: String,
    /// The session's token, when signed in.
    pub token: Option<String>,
}

/// One request.
pub struct Ask {
    /// The application.
    pub portal: Portal,
    /// Who asks.
    pub visitor: Visitor,
    /// The language of labels.
    pub lang: Lang,
    /// The query.
    pub query: Fields,
    /// The form of a POST, checked to be ours.
    pub form: Fields,
    /// The files of a POST.
    pub files: Vec<Upload>,
    request: HttpRequest,
}

impl Ask {
    /// A request of a visitor not known yet.
    pub fn new(portal: Portal, request: HttpRequest) -> Self {
        let query = Fields::parse(request.query_string()).unwrap_or_default();
        let kept = cookies::read(&request, cookies::Kind::Lang, portal.is_secure());
        let lang = Lang::choose(query.get("lang"), kept.as_deref());
        let (visitor, form) = (Visitor::default(), Fields::default());
        Self {
            portal,
            visitor,
            lang,
            query,
            form,
            files: Vec::new(),
            request,
        }
    }

    /// The request itself.
    pub const fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// The table of labels.
    pub fn words(&self) -> &'static Words {
        Words::of(self.lang)
    }

    /// The person; a route that anybody may take has no claim to one.
    pub fn user(&self) -> Result<User, Failure> {
        self.visitor.user.clone().ok_or_else(Failure::sign_in)
    }

    fn segment(&self, name: &str) -> &str {
        self.request.match_info().get(name).unwrap_or_default()
    }

    /// The department in the path, when it has the shape of one.
    pub fn department_shaped(&self) -> Option<DepartmentId> {
        inputs::department(self.segment("department"))
    }

    /// The department in the path.
    pub fn department(&self) -> Result<DepartmentId, Failure> {
        self.department_shaped().ok_or_else(Failure::not_found)
    }

    /// The period in the path.
    pub fn period(&self) -> Result<Period, Failure> {
        self.segment("period")
            .parse()
            .map_err(|_| Failure::not_found())
    }

    /// The run in the path.
    pub fn run(&self) -> Result<RunId, Failure> {
        inputs::run(self.segment("run")).ok_or_else(Failure::not_found)
    }

    /// The claim in the path.
    pub fn claim(&self) -> Result<ClaimId, Failure> {
        let number = inputs::number(self.segment("claim"));
        number.map(ClaimId::new).ok_or_else(Failure::not_found)
    }

    /// The appeal in the path.
    pub fn appeal(&self) -> Result<AppealId, Failure> {
        let number = inputs::number(self.segment("appeal"));
        number.map(AppealId::new).ok_or_else(Failure::not_found)
    }

    /// The order in the path.
    pub fn order(&self) -> Result<OrderId, Failure> {
        let number = inputs::number(self.segment("order"));
        number.map(OrderId::new).ok_or_else(Failure::not_found)
    }

    /// An identifier in the path.
    pub fn name(&self, segment: &str) -> Result<String, Failure> {
        let name = inputs::name(self.segment(segment)).map(str::to_owned);
        name.ok_or_else(Failure::not_found)
    }

    /// The import in the path.
    pub fn batch(&self) -> Result<i64, Failure> {
        inputs::batch(self.segment("batch")).ok_or_else(Failure::not_found)
    }

    /// The file name in the path.
    pub fn file_name(&self) -> Result<String, Failure> {
        let name = inputs::file_name(self.segment("file")).map(str::to_owned);
        name.ok_or_else(Failure::not_found)
    }

    /// A period in the query, when there is one.
    pub fn query_period(&self, name: &str) -> Result<Option<Period>, Failure> {
        self.query.get(name).map(inputs::period).transpose()
    }

    /// Number of the page of a long list, from one.
    pub fn page(&self) -> Result<usize, Failure> {
        let Some(text) = self.query.get("page") else {
            return Ok(1);
        };
        let number = text
            .parse()
            .ok()
            .filter(|number| (1..=100_000).contains(number));
        number.ok_or_else(|| Failure::bad_input("页码应为正整数 (page must be a positive number)"))
    }
}
