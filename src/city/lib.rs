//! The model city: a deterministic data set with the sins of life.
