//! NMODL: from the text of a mechanism to a tree, and from the tree to what its names mean.
pub mod ast;
