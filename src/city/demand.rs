//! What the departments of a city ask for: mostly what they go on to use.

use std::collections::HashMap;

use domain::ShareType;

use crate::catalogue::Entry;
use crate::scene::Scene;
use crate::stream::{Stream, Wheel};
use crate::usage::Subscription;

/// How many of a thousand requests are by a department that calls the resource; what the others
/// are granted lies idle.
const USED_PERMILLE: u64 = 750;

/// What a request asks for.
#[derive(Clone, Copy)]
pub(crate) struct Ask {
    /// Place of the resource.
    pub(crate) place: usize,
    /// Place of the department that asks; `None` for any that may.
    pub(crate) consumer: Option<usize>,
}

/// What the requests of a city are drawn from.
pub(crate) struct Demand<'a> {
    catalogue: &'a [Entry],
    /// Over the catalogue.
    wheel: Wheel,
    /// Subscriptions by share type and provider of their resource, and by share type alone.
    used: HashMap<(ShareType, Option<usize>), Vec<&'a Subscription>>,
}

impl<'a> Demand<'a> {
    /// The demand of a city whose departments have the subscriptions.
    pub(crate) fn new(scene: &Scene<'a>, subscriptions: &'a [Subscription]) -> Self {
        let catalogue = &scene.catalogue.entries;
        let cast = scene.unit.cast;
        // The number of their requests means something, so these have none from here.
        let unasked = [cast.tiny, cast.idle, cast.twins.1];
        let wheel = Wheel::new(catalogue.iter().map(|entry| match entry.share_type {
            _ if unasked.contains(&entry.provider) => 0,
            ShareType::Unconditional => 2,
            ShareType::Conditional => 6,
            ShareType::None => 1,
        }));
        let mut used: HashMap<_, Vec<_>> = HashMap::new();
        for subscription in subscriptions {
            let entry = catalogue.get(subscription.entry);
            if let Some(entry) = entry.filter(|entry| !unasked.contains(&entry.provider)) {
                for provider in [Some(entry.provider), None] {
                    let key = (entry.share_type, provider);
                    used.entry(key).or_default().push(subscription);
                }
            }
        }
        Self {
            catalogue,
            wheel,
            used,
        }
    }

    /// Draws what a request asks for. A subscription stands in for a resource of the same share
    /// type, of the same provider if it has any: the catalogue decides who is asked.
    pub(crate) fn draw(&self, stream: &mut Stream) -> Ask {
        let place = self.wheel.draw(stream);
        let subscription = if stream.chance(USED_PERMILLE) {
            self.used_like(place, stream)
        } else {
            None
        };
        Ask {
            place: subscription.map_or(place, |subscription| subscription.entry),
            consumer: subscription.map(|subscription| subscription.caller),
        }
    }

    /// A subscription to a resource like the one at a place.
    fn used_like(&self, place: usize, stream: &mut Stream) -> Option<&Subscription> {
        let entry = self.catalogue.get(place)?;
        let keys = [Some(entry.provider), None].map(|provider| (entry.share_type, provider));
        let alike = keys.iter().find_map(|key| self.used.get(key))?;
        stream.pick(alike).copied()
    }
}
