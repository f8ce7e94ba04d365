//! The whole way from text to programs of the vector machine, C of VERBATIM included; then the verdict, the notices and the
//! repair. Any text ends in a mechanism or in messages.
#![no_main]

use libfuzzer_sys::fuzz_target;
use volley::diagnostic::Sources;
use volley::mechanism::{self, Options, text, verdict};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = text::decode(bytes.to_vec()) else { return };
    // Nothing outside of the text is read.
    if text.contains("INCLUDE") {
        return;
    }
    let mut sources = Sources::default();
    let id = sources.add("fuzz.mod", text.clone());
    match mechanism::compile(&mut sources, id, &Options::default()) {
        Ok(mechanism) => {
            let _ = mechanism.warnings.render(&sources, false);
            let _ = verdict::judge(&mut sources, id);
            if let Ok(repaired) = verdict::repaired(&mut sources, id, text.len() % 2 == 0) {
                // Repairing what is repaired changes nothing that could not be read.
                let again = sources.add("again.mod", repaired.repair.text.clone());
                if let Err(said) = mechanism::compile(&mut sources, again, &Options::default()) {
                    panic!("repair broke it:\n{}\n{}", said.render(&sources, false), repaired.repair.text);
                }
            }
        }
        Err(said) => {
            assert!(said.has_errors());
            assert!(!said.render(&sources, false).is_empty());
        }
    }
});
