//! Values side by side of which all may be the same, as statuses and numbers of cases often are.

/// Values of subjects; nothing is written for each of them until two differ.
#[derive(Clone, Debug)]
pub(super) struct Uniform<T> {
    /// The one value, and how many times it stands; ends when another comes.
    same: Option<(T, usize)>,
    each: Vec<T>,
}

impl<T> Default for Uniform<T> {
    fn default() -> Self {
        Self {
            same: None,
            each: Vec::new(),
        }
    }
}

impl<T: Copy + PartialEq> Uniform<T> {
    /// Appends values; `room` is how many there will be in the end.
    pub(super) fn extend(&mut self, values: &[T], room: usize) {
        let Some(first) = values.first() else {
            return;
        };
        if self.each.is_empty() {
            let (same, length) = self.same.unwrap_or((*first, 0));
            if values
                .iter()
                .fold(true, |all, value| all & (*value == same))
            {
                self.same = Some((same, length + values.len()));
                return;
            }
            self.each.reserve_exact(room.max(length + values.len()));
            self.each.resize(length, same);
            self.same = None;
        }
        self.each.extend_from_slice(values);
    }

    /// The value of a subject.
    pub(super) fn get(&self, subject: usize) -> Option<T> {
        match self.same {
            Some((value, length)) => (subject < length).then_some(value),
            None => self.each.get(subject).copied(),
        }
    }

    /// Number of subjects.
    pub(super) const fn len(&self) -> usize {
        match &self.same {
            Some((_, length)) => *length,
            None => self.each.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_in_their_places_when_they_begin_to_differ() {
        let mut values = Uniform::default();
        assert_eq!((values.len(), values.get(0)), (0, None::<u8>));
        let mut all = Vec::new();
        for part in [&[7; 3][..], &[], &[7; 2], &[7, 8], &[9]] {
            values.extend(part, 8);
            all.extend_from_slice(part);
            let read = (0..values.len()).filter_map(|at| values.get(at));
            assert_eq!(read.collect::<Vec<_>>(), all);
            assert_eq!(values.get(all.len()), None);
        }
    }
}
