//! What people see when Volley itself fails.

use std::io::Write;
use std::sync::Once;

/// Replaces the library's trace by a short apology that says what to report. Only the first panic speaks: others
/// follow from it.
pub(super) fn install() {
    static FIRST: Once = Once::new();
    std::panic::set_hook(Box::new(|info| {
        FIRST.call_once(|| {
            let place = info.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
            let payload = info.payload();
            let what = payload.downcast_ref::<&str>().copied();
            let what =
                what.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
            let command: Vec<String> = std::env::args().collect();
            let _ = writeln!(std::io::stderr(), "\n{}", apology(what, &place, &command.join(" ")));
        });
    }));
}

fn apology(what: &str, place: &str, command: &str) -> String {
    format!(
        "Sorry, Volley has failed: this is an error in Volley, not in your network.\n\
         Please report it, with the network if you can, and these lines:\n\
         \x20 volley {version} on {os} {arch}\n\
         \x20 {what}\n\
         \x20 at {place}\n\
         \x20 command: {command}\n\
         Results up to the last flush are in the output folder, in the files whose names end in `.part`.",
        version = env!("CARGO_PKG_VERSION"),
        os = std::env::consts::OS,
        arch = std::env::consts::ARCH,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apology_says_what_to_report() {
        let text = apology("index out of bounds", "src/a.rs:1:2", "volley run a.toml");
        for part in ["index out of bounds", "src/a.rs:1:2", "volley run a.toml", env!("CARGO_PKG_VERSION")] {
            assert!(text.contains(part), "{text}");
        }
    }
}
