//! Edits of a text by byte ranges, and the difference that they make.

use std::fmt::Write as _;
use std::ops::Range;

/// A range of the text and what stands there afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// Bytes that are replaced; empty to insert.
    pub range: Range<usize>,
    /// What replaces them.
    pub text: String,
}

/// The text with all edits made; one that overlaps an earlier one, or does not fit the text, is left out.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|e| (e.range.start, e.range.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let Some(kept) = text.get(at..edit.range.start) else { continue };
        if text.get(edit.range.clone()).is_none() {
            continue;
        }
        out += kept;
        out += &edit.text;
        at = edit.range.end;
    }
    out + text.get(at..).unwrap_or("")
}

/// The lines that a range stands on, line ends included, when nothing but blanks stands there beside it.
pub(super) fn whole_lines(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let blank = |part: &str| part.bytes().all(|b| b == b' ' || b == b'\t' || b == b'\r');
    let start = text.get(..range.start)?.rfind('\n').map_or(0, |i| i + 1);
    let rest = text.get(range.end..)?;
    let end = rest.find('\n').map_or(text.len(), |i| range.end + i + 1);
    let before = text.get(start..range.start)?;
    let after = text.get(range.end..end)?.trim_end_matches('\n');
    (blank(before) && blank(after)).then_some(start..end)
}

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// What changes from one text to another, as a unified diff; empty when nothing does.
///
/// The texts differ in few places, so the differing lines are found by the longest common subsequence of what is
/// left between the common start and the common end.
pub fn unified_diff(old_name: &str, new_name: &str, old: &str, new: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let lines = changes(&a, &b);
    if lines.iter().all(|(sign, _)| *sign == ' ') {
        return String::new();
    }
    let mut text = format!("--- {old_name}\n+++ {new_name}\n");
    let near = |i: usize| {
        let window = i.saturating_sub(CONTEXT)..(i + CONTEXT + 1).min(lines.len());
        lines[window].iter().any(|(sign, _)| *sign != ' ')
    };
    let (mut at_old, mut at_new, mut i) = (1, 1, 0);
    while i < lines.len() {
        if !near(i) {
            at_old += 1;
            at_new += 1;
            i += 1;
            continue;
        }
        let end = (i..lines.len()).find(|j| !near(*j)).unwrap_or(lines.len());
        let hunk = &lines[i..end];
        let count = |sign: char| hunk.iter().filter(|(s, _)| *s == ' ' || *s == sign).count();
        let (in_old, in_new) = (count('-'), count('+'));
        let _ = writeln!(text, "@@ -{at_old},{in_old} +{at_new},{in_new} @@");
        for (sign, line) in hunk {
            let _ = write!(text, "{sign}{line}");
            if !line.ends_with('\n') {
                text += "\n\\ No newline at end of file\n";
            }
        }
        at_old += in_old;
        at_new += in_new;
        i = end;
    }
    text
}

/// All lines of both texts in order: ` ` in both, `-` only in the first, `+` only in the second.
fn changes<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<(char, &'a str)> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (&a[head..], &b[head..]);
    let tail = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (mid_a, mid_b) = (&rest_a[..rest_a.len() - tail], &rest_b[..rest_b.len() - tail]);
    let width = mid_b.len() + 1;
    // longest[i * width + j]: common lines from line i of the first and line j of the second on.
    let mut longest = vec![0_u32; (mid_a.len() + 1) * width];
    for i in (0..mid_a.len()).rev() {
        for j in (0..mid_b.len()).rev() {
            longest[i * width + j] = if mid_a[i] == mid_b[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let mut out: Vec<(char, &str)> = a[..head].iter().map(|line| (' ', *line)).collect();
    let (mut i, mut j) = (0, 0);
    while i < mid_a.len() || j < mid_b.len() {
        let common = i < mid_a.len() && j < mid_b.len() && mid_a[i] == mid_b[j];
        let remove = i < mid_a.len()
            && (j == mid_b.len() || longest[(i + 1) * width + j] >= longest[i * width + j + 1]);
        if common {
            out.push((' ', mid_a[i]));
            i += 1;
            j += 1;
        } else if remove {
            out.push(('-', mid_a[i]));
            i += 1;
        } else {
            out.push(('+', mid_b[j]));
            j += 1;
        }
    }
    out.extend(rest_a[rest_a.len() - tail..].iter().map(|line| (' ', *line)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_what_changed_with_three_lines_around() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let new = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10";
        let wanted = "--- a\n+++ b\n@@ -2,8 +2,9 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n+10\n\\ No newline at end of file\n";
        assert_eq!(unified_diff("a", "b", old, new), wanted);
        assert_eq!(unified_diff("a", "b", old, old), "");
    }

    #[test]
    fn lines_go_only_when_nothing_else_stands_on_them() {
        let text = "a\n  b  \r\nc b\n";
        assert_eq!(whole_lines(text, 4..5), Some(2..9));
        assert_eq!(whole_lines(text, 11..12), None);
    }
}
