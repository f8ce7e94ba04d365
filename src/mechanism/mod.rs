//! shim
use crate::{ir::Module, kernel::Program};
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Mechanism {
    pub module: Module,
    pub prepare: Option<Program>,
    pub initial: Option<Program>,
    pub current: Option<Program>,
    pub state: Option<Program>,
    pub receive: Option<Program>,
    pub receive_initial: Option<Program>,
}
impl Mechanism {
    #[allow(missing_docs)]
    pub fn cost(&self) -> f64 {
        1.0
    }
}
