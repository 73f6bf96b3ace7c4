//! Assessment in, bytes out: HTML, PDF, XLSX and charts.
//!
//! Everything shown is decided elsewhere and arrives in [`model`]. The same model and the same
//! fonts give the same bytes. Fonts are the only thing read from outside.

pub mod charts;
mod corrections;
pub mod data;
pub mod drawing;
mod error;
pub mod fonts;
mod geometry;
pub mod html;
mod measure;
pub mod model;
pub mod paint;
mod palette;
pub mod pdf;
pub mod restatement;
#[doc(hidden)]
pub mod sample;
mod typeset;
pub mod whatif;
mod wording;
mod world;
pub mod xlsx;

pub use charts::Chart;
pub use error::ReportError;
pub use fonts::Fonts;
