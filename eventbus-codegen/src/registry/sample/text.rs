//! Texts that keep a schema's format, pattern and length.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::{Map, Value};

use super::format;

const PLAIN: &str = "text";

/// A text beyond ASCII, with what is escaped in JSON.
pub(super) const FOREIGN: &str = "Ä 語 🦀 \"'\\\n\u{7f}";

/// As long as no length fits that is counted in one byte.
const LONG: usize = 1_000;

/// Texts for a schema of type string: a plain one, and others from the shortest to the longest.
pub(super) fn texts(keys: &Map<String, Value>) -> Vec<String> {
    let of = |key: &str| keys.get(key).and_then(Value::as_str);
    if let Some(texts) = of("format").and_then(format::texts) {
        return texts.iter().map(|text| (*text).to_owned()).collect();
    }
    let length = |key: &str| {
        keys.get(key).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
    };
    let (shortest, longest) = (length("minLength").unwrap_or(0), length("maxLength"));
    let pattern = of("pattern");
    let plain = match pattern.and_then(matching) {
        Some(text) => stretched(text, shortest),
        None => sized(PLAIN, shortest, longest),
    };
    let others = match pattern {
        Some(pattern) => {
            let fits = |text: &String| text.chars().count() <= longest.unwrap_or(usize::MAX);
            let longer = another(pattern).map(|text| stretched(text, shortest));
            longer.filter(fits).into_iter().collect()
        }
        None => {
            let long = sized("long ", shortest.max(LONG), longest);
            vec![sized("", shortest, longest), sized(FOREIGN, shortest, longest), long]
        }
    };
    std::iter::once(plain).chain(others).collect()
}

/// A pattern that ends openly may be followed by anything; one that does not is as long as it is.
fn stretched(text: String, shortest: usize) -> String {
    let missing = shortest.saturating_sub(text.chars().count());
    match text.chars().last() {
        Some(last) => text.chars().chain(std::iter::repeat_n(last, missing)).collect(),
        None => text,
    }
}

/// The text, or so much or often of it that it is neither too short nor too long.
fn sized(text: &str, shortest: usize, longest: Option<usize>) -> String {
    let wanted = text.chars().count().max(shortest).min(longest.unwrap_or(usize::MAX));
    let text = if text.is_empty() { PLAIN } else { text };
    text.chars().cycle().take(wanted).collect()
}

/// The shortest text that `pattern` matches; nothing where it cannot be understood.
pub(super) fn matching(pattern: &str) -> Option<String> {
    written(pattern, false)
}

/// A longer text that `pattern` matches, by other branches.
pub(super) fn another(pattern: &str) -> Option<String> {
    written(pattern, true)
}

fn written(pattern: &str, is_longer: bool) -> Option<String> {
    // Patterns are those of ECMA-262: `\d` means the ten digits only.
    let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()?;
    let mut bytes = Vec::new();
    write(&hir, is_longer, &mut bytes)?;
    String::from_utf8(bytes).ok()
}

fn write(hir: &Hir, is_longer: bool, out: &mut Vec<u8>) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(()),
        HirKind::Literal(literal) => {
            out.extend_from_slice(&literal.0);
            Some(())
        }
        HirKind::Class(class) => {
            out.extend_from_slice(member(class, is_longer)?.encode_utf8(&mut [0; 4]).as_bytes());
            Some(())
        }
        HirKind::Repetition(repetition) => {
            let more = if is_longer { 2 } else { 0 };
            let most = repetition.max.unwrap_or(u32::MAX);
            let times = repetition.min.saturating_add(more).min(most);
            (0..times).try_for_each(|_| write(&repetition.sub, is_longer, out))
        }
        HirKind::Capture(capture) => write(&capture.sub, is_longer, out),
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, is_longer, out)),
        HirKind::Alternation(branches) => {
            let branch = if is_longer { branches.last() } else { branches.first() };
            branch.and_then(|branch| write(branch, is_longer, out))
        }
    }
}

/// A character of a class: one that people can read where there is one, the first or the last of these.
fn member(class: &Class, is_last: bool) -> Option<char> {
    const READABLE: &[char] = &['1', 'a', 'A', '0'];
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => {
            class.ranges().iter().map(|range| (range.start(), range.end())).collect()
        }
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
    };
    let holds = |wanted: &&char| ranges.iter().any(|(start, end)| (start..=end).contains(wanted));
    let mut readable = READABLE.iter().filter(holds).copied();
    let readable = if is_last { readable.next_back() } else { readable.next() };
    readable.or_else(|| ranges.first().map(|(start, _)| *start)).filter(char::is_ascii)
}
