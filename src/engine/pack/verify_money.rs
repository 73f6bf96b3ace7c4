//! What the parts of `[compensation]` owe each other: known parameters and grades, classes that can
//! be paid as one.

use domain::Place;

use super::verify::Verifier;
use super::{Compensation, Component, ComponentKind, Exhaustion, Unfunded};

impl Verifier<'_> {
    pub(super) fn compensation(&self) {
        let Some(compensation) = &self.pack.compensation else {
            return;
        };
        if let Exhaustion::ProRataAtYearEnd { advance } = &compensation.exhaustion {
            self.known_parameter(advance, &compensation.place);
            self.year_end_needs_memory(compensation);
        }
        for component in &compensation.components {
            self.component(component);
        }
        self.classes(&compensation.components);
        for deduction in &compensation.deductions {
            for name in &deduction.components {
                let ids = compensation.components.iter().map(|one| one.id.as_str());
                self.known("补偿构成 component", name, ids, &deduction.place);
            }
        }
    }

    fn known_parameter(&self, name: &str, place: &Place) {
        let parameters = self.pack.parameters.iter().map(|one| one.id.as_str());
        self.known("参数 parameter", name, parameters, place);
    }

    fn component(&self, component: &Component) {
        for name in component.kind.parameters() {
            self.known_parameter(name, &component.place);
        }
        if let Some(grade) = &component.min_grade {
            let grades = self.pack.grades.iter().map(|one| one.id.as_str());
            self.known("等次 grade", grade, grades, &component.place);
        }
    }

    /// What is settled in December must not have lapsed before.
    fn year_end_needs_memory(&self, compensation: &Compensation) {
        if compensation.unfunded == Unfunded::Lapse {
            let message = "按年终比例清算的，未付部分须留到年终 (what is not paid must stay due)";
            let help = "写 unfunded = \"year\" 或 \"carry\" (keep it due)";
            let place = &compensation.place;
            self.error("rules.exhaustion", place, message.to_owned(), help);
        }
    }

    /// Components of one class are paid as one: all are claims, and all draw from the same pots.
    fn classes(&self, components: &[Component]) {
        for (index, component) in components.iter().enumerate() {
            let Some(class) = component.priority else {
                continue;
            };
            let mut earlier = components.iter().take(index);
            let Some(first) = earlier.find(|one| one.priority == Some(class)) else {
                continue;
            };
            let (id, other) = (&component.id, &first.id);
            let both_claims = [component, first]
                .iter()
                .all(|one| matches!(one.kind, ComponentKind::Claims { .. }));
            let message = if !both_claims {
                format!(
                    "“{id}”与“{other}”同为第 {class} 级；只有申报类可以同级 \
                     (only claims share a class)"
                )
            } else if component.pots != first.pots {
                format!(
                    "“{id}”与“{other}”同为第 {class} 级，资金池却不同 \
                     (one class draws from the same pots)"
                )
            } else {
                continue;
            };
            let help = "换一个 priority (give one of them another priority)";
            self.error("rules.priority", &component.place, message, help);
        }
    }
}
