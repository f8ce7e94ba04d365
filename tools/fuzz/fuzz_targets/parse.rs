//! Lexer and parser: any bytes come in; a tree or messages that point into the text come out.
#![no_main]

use std::io;

use libfuzzer_sys::fuzz_target;
use volley::diagnostic::Sources;
use volley::mechanism::text;
use volley::nmodl;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = text::decode(bytes.to_vec()) else { return };
    let mut sources = Sources::default();
    let id = sources.add("fuzz.mod", text);
    // A file that is found, one that includes itself, and files that are not there.
    let mut load = |name: &str| match name {
        "a.inc" => Ok("DEFINE n 3 LOCAL q PROCEDURE inside() { q = n }".to_owned()),
        "b.inc" => Ok("INCLUDE \"b.inc\"".to_owned()),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    if let Err(said) = nmodl::parse_with_includes(&mut sources, id, &mut load) {
        assert!(said.has_errors());
        for label in said.iter().flat_map(|message| &message.labels) {
            let length = sources.get(label.span.source).text.len();
            assert!(label.span.start <= label.span.end && label.span.end as usize <= length);
        }
        assert!(!said.render(&sources, false).is_empty());
    }
    let length = sources.get(id).text.len();
    let _ = nmodl::parse_expression(&sources, id, 0..length);
});
