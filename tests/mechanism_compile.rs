//! Every built-in mechanism, and those of the Hopfield-Brody network, compile and run.

use volley::diagnostic::Sources;
use volley::mechanism::{Options, catalogue, compile};

#[test]
fn the_whole_catalogue_compiles() {
    for name in catalogue::names() {
        let mut sources = Sources::default();
        let result = catalogue::compile(name, &mut sources, &Options::default());
        match result.unwrap_or_else(|| panic!("`{name}` is not there")) {
            Ok(mechanism) => {
                assert_eq!(mechanism.module.name, name);
                let messages = mechanism.warnings.render(&sources, false);
                assert!(mechanism.warnings.is_empty(), "{name}: {messages}");
            }
            Err(messages) => panic!("{name}: {}", messages.render(&sources, false)),
        }
    }
}

#[test]
fn an_unknown_name_is_not_in_the_catalogue() {
    assert!(catalogue::compile("hhh", &mut Sources::default(), &Options::default()).is_none());
    assert!(catalogue::source("hhh").is_none());
}

#[test]
fn the_channels_of_the_hopfield_brody_cell_compile() {
    for (name, text) in [
        ("nans", include_str!("../networks/hopfield-brody/nans.mod")),
        ("kap", include_str!("../networks/hopfield-brody/kap.mod")),
    ] {
        let mut sources = Sources::default();
        let id = sources.add(name, text);
        match compile(&sources, id, &Options::default()) {
            Ok(mechanism) => {
                assert!(mechanism.cost() > 1.0 && mechanism.cost() < 100.0);
            }
            Err(messages) => panic!("{name}: {}", messages.render(&sources, false)),
        }
    }
}
