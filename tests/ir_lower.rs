//! NMODL in, kernels out.

mod ir_common;

use ir_common::optimised;
use volley::ir::dump;

#[test]
fn look() {
    for path in std::env::var("MODS").unwrap_or_default().split_whitespace() {
        let text = std::fs::read_to_string(path).unwrap();
        println!("==== {path}");
        match ir_common::lowered(&text) {
            Ok(_) => {
                let m = optimised(&text);
                println!("{}", dump::module(&m));
                for (stage, k) in m.kernels() {
                    let d = volley::ir::analysis::dependence(k);
                    let n = d.iter().filter(|d| **d == volley::ir::analysis::Dependence::Instance).count();
                    println!("{} ops {} varying {n} effects {}", stage.name(), k.ops.len(), k.effects.len());
                }
            }
            Err(e) => println!("{e}"),
        }
    }
}
