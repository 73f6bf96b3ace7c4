//! Assessment in, bytes out: HTML, PDF, XLSX and charts.
