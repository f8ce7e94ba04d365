//! The texts of .mod files and of the files that they include.
//!
//! Bytes come in, text goes out. Published files are often older than UTF-8: a micro or degree sign in a comment stands there in
//! the encoding of its time, which NEURON skips between COMMENT and ENDCOMMENT. Here such a text is read as Latin-1, in which
//! every byte is a character.

use std::io;
use std::path::{Path, PathBuf};

/// The text that `bytes` hold: UTF-8, or else Latin-1.
///
/// # Errors
/// Bytes that are no text, as a zero among them shows, and text in UTF-16.
pub fn decode(bytes: Vec<u8>) -> io::Result<String> {
    let refused = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidData, why));
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return refused("it is UTF-16, which NEURON cannot read either: save it as UTF-8");
    }
    if bytes.contains(&0) {
        return refused("it is not text");
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(old) => Ok(old.as_bytes().iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// Reads a file as text.
///
/// # Errors
/// Those of the operating system, and of [`decode`].
pub fn read(path: &Path) -> io::Result<String> {
    decode(std::fs::read(path)?)
}

/// Finds the files that the .mod file `name` includes: beside it first, then in `folders`, in their order.
///
/// The errors of the function that is given out tell where the file was looked for.
pub fn includes(name: &str, folders: &[PathBuf]) -> impl FnMut(&str) -> io::Result<String> + use<> {
    let beside = Path::new(name).parent().map(Path::to_path_buf).unwrap_or_default();
    let mut all = vec![beside];
    for folder in folders {
        if !all.contains(folder) {
            all.push(folder.clone());
        }
    }
    move |include| {
        for folder in &all {
            let path = folder.join(include);
            // A device may never come to an end.
            if path.metadata().is_ok_and(|found| !found.is_file()) {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a folder or a device"));
            }
            match read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                found => return found,
            }
        }
        let shown = |folder: &PathBuf| match folder.as_os_str().is_empty() {
            true => "the current folder".to_string(),
            false => format!("`{}`", folder.display()),
        };
        let places: Vec<String> = all.iter().map(shown).collect();
        let message = format!("there is no such file in {}", places.join(" or "));
        Err(io::Error::new(io::ErrorKind::NotFound, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_included() {
        assert!(includes("a.mod", &[])("/").is_err());
        #[cfg(unix)]
        assert!(includes("a.mod", &[])("/dev/null").is_err());
    }

    #[test]
    fn a_text_that_is_not_utf8_is_latin1() {
        assert_eq!(decode(b"tau (\xb5s) : \xb0C".to_vec()).unwrap(), "tau (\u{b5}s) : \u{b0}C");
        assert_eq!(decode("tau (\u{b5}s)".into()).unwrap(), "tau (\u{b5}s)");
        assert!(decode(vec![0xff, 0, 1]).is_err());
        assert!(decode(vec![b'a', 0, 1]).is_err());
        assert!(decode(vec![0xff, 0xfe, b'a']).unwrap_err().to_string().contains("UTF-16"));
    }
}
