//! Readers of what departments already have, with row rejects and attribution.
