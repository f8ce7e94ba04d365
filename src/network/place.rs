//! Places on a cell: sets of sections as `on` names them, locations as `soma(0.5)`.
//!
//! In: the texts of a description and a checked tree of sections. Out: indices of sections and positions on them.

use super::context::Context;
use super::description::OneOrMore;
use super::document::Place;
use super::schema::it_has;
use crate::diagnostic::{Diagnostic, Span, suggest};
use crate::morphology::{Location, Tree};

/// A cell's sections and the names for sets of them.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Name of the cell type.
    pub name: String,
    /// The sections.
    pub tree: Tree,
    /// Regions of the description: name and section indices, ascending.
    pub regions: Vec<(String, Vec<usize>)>,
}

impl Shape {
    /// The sections that `on` chooses, ascending, each once; none after a complaint.
    pub fn sections(&self, context: &mut Context, on: &OneOrMore, place: &Place) -> Vec<usize> {
        let mut out = Vec::new();
        match on {
            OneOrMore::One(name) => out.extend(self.named(context, name, place.span())),
            OneOrMore::More(names) => {
                for (i, name) in names.iter().enumerate() {
                    out.extend(self.named(context, name, place.item(i).span()));
                }
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    fn named(&self, context: &mut Context, name: &str, span: Span) -> Vec<usize> {
        if let Some((_, sections)) = self.regions.iter().find(|(region, _)| region == name) {
            return sections.clone();
        }
        if let Some(sections) = self.tree.set(name) {
            return sections.to_vec();
        }
        if name.contains(['*', '?']) {
            let names = self.tree.sections().iter().enumerate();
            let found: Vec<usize> = names.filter(|(_, s)| matches(name, s.name())).map(|(i, _)| i).collect();
            if !found.is_empty() {
                return found;
            }
        }
        let message = format!("the cell `{}` has no section, array or region `{name}`", self.name);
        let error = Diagnostic::error("network/section", message).at(span, "");
        context.problems.push(self.help(error, name));
        Vec::new()
    }

    fn help(&self, error: Diagnostic, name: &str) -> Diagnostic {
        let known: Vec<&str> =
            self.regions.iter().map(|(n, _)| n.as_str()).chain(self.tree.set_names()).collect();
        match suggest(name, known.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => {
                let some = known.iter().copied().filter(|n| !n.contains('[')).take(12);
                error.help(it_has(some))
            }
        }
    }

    /// The location that `text` names; the middle of the root section when nothing is written.
    pub fn location(&self, context: &mut Context, text: Option<&str>, place: &Place) -> Option<Location> {
        let Some(text) = text else { return Some(Location { section: self.tree.root(), x: 0.5 }) };
        self.parse(context, text, place.span())
    }

    /// A location written as `section(x)`.
    pub fn parse(&self, context: &mut Context, text: &str, span: Span) -> Option<Location> {
        let parts = text.trim().strip_suffix(')').and_then(|t| t.rsplit_once('('));
        let Some((name, x)) = parts else {
            let message = format!("`{text}` is not a location");
            let error = Diagnostic::error("network/location", message).at(span, "");
            let root = self.tree.sections()[self.tree.root()].name();
            context
                .problems
                .push(error.help(format!("write a section and a position from 0 to 1, as in `{root}(0.5)`")));
            return None;
        };
        let name = name.trim();
        let Some(section) = self.tree.find(name) else {
            let message = format!("the cell `{}` has no section `{name}`", self.name);
            let mut error = Diagnostic::error("network/section", message).at(span, "");
            error = match self.tree.set(name) {
                Some(array) => error.help(format!(
                    "`{name}` is an array: write one of its {} sections, as in `{name}[0]({})`",
                    array.len(),
                    x.trim()
                )),
                None => self.help(error, name),
            };
            context.problems.push(error);
            return None;
        };
        match x.trim().parse::<f64>() {
            Ok(x) if (0.0..=1.0).contains(&x) => Some(Location { section, x }),
            _ => {
                let message = format!("a position on a section is a number from 0 to 1, not `{}`", x.trim());
                context.error("network/location", span, message);
                None
            }
        }
    }
}

/// The number in the brackets of `dend[3]`; 0 without brackets.
pub(crate) fn array_index(name: &str) -> f64 {
    let inside = name.strip_suffix(']').and_then(|n| n.rsplit_once('['));
    inside.and_then(|(_, number)| number.parse::<u32>().ok()).map_or(0.0, f64::from)
}

/// Whether a name fits a pattern in which `*` is any text and `?` any character.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Where the last star was, and how much of the name it has swallowed.
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, swallowed)) => {
                    star = Some((at, swallowed + 1));
                    p = at + 1;
                    n = swallowed + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("*", "", true),
            ("dend*", "dend[3]", true),
            ("dend*", "den", false),
            ("*[3]", "dend[3]", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
