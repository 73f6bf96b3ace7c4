//! The use cases: import, run, review, approve, verify; jobs, config, clock.
