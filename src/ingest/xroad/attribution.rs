//! Attribution: which departments and which resource a call is about.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate};
use domain::facts::SourceLine;
use domain::{DepartmentId, ResourceCode};

use super::pairing::Call;
use super::record::Party;
use crate::context::{Context, same_house};
use crate::reading::Exchange;
use crate::reject::{Unattributed, excerpt};
use crate::scope::absent;
use crate::value::shanghai_date;

/// What a call comes to.
pub(super) enum Verdict {
    /// A department calls itself, be it through two subsystems (T2).
    SelfCall,
    /// Nobody can be credited.
    Unattributed(Unattributed),
    /// A call between two departments.
    Credited(Exchange),
}

/// Why a party or a service can't be attributed.
struct Nobody {
    what: String,
    reason: String,
}

/// Looks parties up in the member map.
pub(super) struct Attribution<'a> {
    context: &'a Context<'a>,
    parties: &'a [Party],
    resources: HashMap<usize, Result<(DepartmentId, ResourceCode), String>>,
}

impl<'a> Attribution<'a> {
    pub(super) fn new(context: &'a Context<'a>, parties: &'a [Party]) -> Self {
        Self {
            context,
            parties,
            resources: HashMap::new(),
        }
    }

    fn party(&self, place: usize) -> [&'a str; 5] {
        self.parties
            .get(place)
            .map_or([""; 5], |party| party.each_ref().map(String::as_str))
    }

    /// Service code of a call.
    pub(super) fn service_code(&self, call: &Call) -> &'a str {
        let [.., service] = self.party(call.record.service);
        service
    }

    /// Attributes a call.
    pub(super) fn attribute(&mut self, call: Call) -> Verdict {
        let Some((requested_at, day)) = DateTime::from_timestamp_millis(call.record.at)
            .map(|instant| instant.naive_utc())
            .and_then(|instant| Some((instant, shanghai_date(instant)?)))
        else {
            return unattributed(&call, "requestInTs", "时间超出范围 (time out of range)");
        };
        let consumer = match self.member(call.record.client, day) {
            Ok(department) => department,
            Err(nobody) => return unattributed(&call, &nobody.what, &nobody.reason),
        };
        let provider = match self.member(call.record.service, day) {
            Ok(department) => department,
            Err(nobody) => return unattributed(&call, &nobody.what, &nobody.reason),
        };
        if consumer == provider {
            return Verdict::SelfCall;
        }
        let resource = match self.resource(call.record.service, &provider) {
            Ok(resource) => resource,
            Err(nobody) => return unattributed(&call, &nobody.what, &nobody.reason),
        };
        let Call { line, record, view } = call;
        Verdict::Credited(Exchange {
            message_id: record.message_id.into_string(),
            requested_at,
            day,
            provider,
            consumer,
            resource,
            succeeded: record.succeeded,
            request_bytes: record.request_bytes,
            response_bytes: record.response_bytes,
            view,
            source: SourceLine { batch: 0, line },
        })
    }

    /// The department that a member is, which must exist on the day.
    fn member(&self, place: usize, day: NaiveDate) -> Result<DepartmentId, Nobody> {
        let [instance, class, code, subsystem, _] = self.party(place);
        let member = [instance, class, code, subsystem];
        let nobody = |reason: String| Nobody {
            what: shown(&member),
            reason,
        };
        let Some(id) = self.context.members.department(member) else {
            let reason = "成员未对照到部门；请补充“X-Road成员对照” (member not mapped)";
            return Err(nobody(reason.to_owned()));
        };
        match self.context.registry.get(id) {
            None => Err(nobody(format!(
                "对照到的部门 {id} 未登记；请先导入“部门”文件 (unknown department)"
            ))),
            Some(department) if department.valid.contains(day) => Ok(department.id.clone()),
            Some(department) => Err(nobody(format!(
                "对照到的部门 {id} {}",
                absent(department).sentence()
            ))),
        }
    }

    /// The resource that a service delivers, which must be the provider's.
    fn resource(&mut self, place: usize, provider: &DepartmentId) -> Result<ResourceCode, Nobody> {
        let party = self.party(place);
        let found = self.resources.entry(place).or_insert_with(|| {
            let [instance, class, code, subsystem, service] = party;
            let member = [instance, class, code, subsystem];
            let code = self
                .context
                .members
                .resource(member, service)
                .ok_or("服务未对照到信息资源；请补充“X-Road服务对照” (service not mapped)")?;
            let known = self.context.resources.get(code).ok_or_else(|| {
                format!("对照到的资源 {code} 不在目录中；请先导入“目录”文件 (unknown resource)")
            })?;
            Ok((known.provider.clone(), code.clone()))
        });
        let nobody = |reason: String| Nobody {
            what: shown(&party),
            reason,
        };
        match found {
            Err(reason) => Err(nobody(reason.clone())),
            Ok((owner, code)) if same_house(self.context.registry, provider, owner) => {
                Ok(code.clone())
            }
            Ok((owner, code)) => Err(nobody(format!(
                "资源 {code} 在目录中由 {owner} 提供，与成员对照的部门 {provider} 不一致；\
                 请核对两张对照表 (provider differs from the catalogue)"
            ))),
        }
    }
}

/// A party as people write it.
fn shown(party: &[&str]) -> String {
    let parts: Vec<&str> = party
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        return "（未记录）".to_owned();
    }
    excerpt(&parts.join("/"))
}

fn unattributed(call: &Call, what: &str, reason: &str) -> Verdict {
    Verdict::Unattributed(Unattributed {
        line: call.line,
        what: what.to_owned(),
        reason: reason.to_owned(),
    })
}
