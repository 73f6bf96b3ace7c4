//! Facts to scores, grades, ranks and compensation, with the evidence.
