//! The kinds of tables, one reader each.

pub(crate) mod cases;
pub(crate) mod catalogue;
pub(crate) mod conduct;
pub(crate) mod funds;
pub(crate) mod links;
pub(crate) mod registry;
pub(crate) mod reported;
pub(crate) mod successions;
pub(crate) mod usage;
pub(crate) mod xroad_maps;
