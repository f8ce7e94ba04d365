//! Where a plot goes: a file whose name says the format, whole or not there at all.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Figure;
use crate::diagnostic::Diagnostic;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines and text, for paper and browsers.
    Svg,
    /// Pixels.
    Png,
}

impl Format {
    /// The format that a file's name asks for.
    ///
    /// # Errors
    /// Its extension is neither `svg` nor `png`.
    pub fn of(path: &Path) -> Result<Format, Diagnostic> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("svg") => Ok(Format::Svg),
            Some("png") => Ok(Format::Png),
            other => {
                let why = match other {
                    Some(other) => format!("plots are not written as `.{other}`"),
                    None => format!("the name `{}` does not say a format", path.display()),
                };
                let whole = path.with_extension("svg");
                Err(Diagnostic::error("plot/format", why)
                    .help(format!("end the name in `.svg` or `.png`, as in `{}`", whole.display())))
            }
        }
    }
}

impl Figure {
    /// Writes the plot to a file, `dpi` pixels an inch if it has pixels. An earlier file of that name is replaced at once, and
    /// stays as it was if anything goes wrong.
    ///
    /// # Errors
    /// The format is unknown, the picture too large, or the file cannot be written.
    pub fn write(&self, path: &Path, dpi: f64) -> Result<(), Diagnostic> {
        let bytes = match Format::of(path)? {
            Format::Svg => self.svg().into_bytes(),
            Format::Png => self.png(dpi)?,
        };
        let part = part_of(path);
        let write = || {
            let mut file = fs::File::create(&part)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&part, path)
        };
        write().map_err(|error| {
            // What there is of it is of no use; that it cannot be removed either adds nothing.
            let _ = fs::remove_file(&part);
            Diagnostic::error("plot/output", format!("cannot write `{}`: {error}", path.display()))
                .help("choose another file with `-o FILE`")
        })
    }
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_the_format() {
        assert_eq!(Format::of(Path::new("a/b.svg")).unwrap(), Format::Svg);
        assert_eq!(Format::of(Path::new("b.PNG")).unwrap(), Format::Png);
        let error = Format::of(Path::new("b.pdf")).unwrap_err();
        assert_eq!(error.message, "plots are not written as `.pdf`");
        assert_eq!(error.help, ["end the name in `.svg` or `.png`, as in `b.svg`"]);
        assert!(Format::of(Path::new("plot")).unwrap_err().message.contains("does not say a format"));
    }
}
