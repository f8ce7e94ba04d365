//! A compiled mechanism and the built-in catalogue.
