//! The vector machine: runs [`ir::Kernel`](crate::ir::Kernel)s over blocks of instances, with no compiler step.
