//! What-if: a pack with some parameters at other values. The overlay is part of the version and of
//! the digest, so that nothing computed with it can be taken for a result of the pack itself.

use domain::canon::sha256_hex;

use super::Pack;
use crate::exact::Exact;
use crate::formula::did_you_mean;

/// The pack has no such parameter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("规则包“{pack}”没有参数“{parameter}”；{help} (no such parameter)")]
pub struct UnknownParameter {
    /// Pack id.
    pub pack: String,
    /// Name asked for.
    pub parameter: String,
    /// The nearest known name, as advice.
    pub help: String,
}

impl Pack {
    /// The pack with a parameter at another value throughout.
    pub fn with_parameter(mut self, id: &str, value: Exact) -> Result<Self, UnknownParameter> {
        let known = self.parameters.iter().map(|one| one.id.as_str());
        let help = did_you_mean(id, known);
        let Some(parameter) = self.parameters.iter_mut().find(|one| one.id == id) else {
            return Err(UnknownParameter {
                pack: self.header.id,
                parameter: id.to_owned(),
                help,
            });
        };
        parameter.scale = value.scale;
        for dated in &mut parameter.values {
            dated.value = value;
        }
        let mark = format!("{id}={value}");
        let first = !self.header.version.contains('+');
        self.header.version.push(if first { '+' } else { ',' });
        self.header.version.push_str(&mark);
        self.digest = sha256_hex(format!("{}\n{mark}", self.digest).as_bytes());
        Ok(self)
    }
}
