//! What the parser takes is printed and parsed again: the tree is the same, and so is its print.
#![no_main]

use libfuzzer_sys::fuzz_target;
use volley::diagnostic::Sources;
use volley::mechanism::text;
use volley::nmodl;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = text::decode(bytes.to_vec()) else { return };
    let parsed = |text: String| {
        let mut sources = Sources::default();
        let id = sources.add("fuzz.mod", text);
        nmodl::parse(&sources, id).map_err(|said| said.render(&sources, false))
    };
    let Ok(first) = parsed(text) else { return };
    let printed = nmodl::print(&first);
    let second = match parsed(printed.clone()) {
        Ok(second) => second,
        Err(said) => panic!("what was printed is refused:\n{said}\n{printed}"),
    };
    assert_eq!(shape(&first), shape(&second), "{printed}");
    assert_eq!(printed, nmodl::print(&second));
});

/// A tree as text, without the places.
fn shape(tree: &impl std::fmt::Debug) -> String {
    let text = format!("{tree:?}");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("span: Span {") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        rest = &rest[end..];
    }
    out + rest
}
