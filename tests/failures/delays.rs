//! The network as published.
