//! Assessment in, bytes out: HTML, PDF, XLSX and charts.

pub mod model;
