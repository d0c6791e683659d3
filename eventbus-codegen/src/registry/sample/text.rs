//! Texts that keep a schema's format, pattern and length.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::{Map, Value};

const PLAIN: &str = "text";

/// One valid text for each format that schemars and the common crates of Rust name.
const FORMATS: &[(&str, &str)] = &[
    ("char", "c"),
    ("date", "2026-01-02"),
    ("date-time", "2026-01-02T03:04:05Z"),
    ("duration", "PT1M"),
    ("email", "somebody@example.com"),
    ("hostname", "example.com"),
    ("ip", "192.0.2.1"),
    ("ipv4", "192.0.2.1"),
    ("ipv6", "2001:db8::1"),
    ("partial-date-time", "2026-01-02T03:04:05"),
    ("partial-time", "03:04:05"),
    ("time", "03:04:05Z"),
    ("uri", "https://example.com/"),
    ("uri-reference", "https://example.com/"),
    ("url", "https://example.com/"),
    ("uuid", "00000000-0000-7000-8000-000000000001"),
];

/// A text for a schema of type string.
pub(super) fn text(keys: &Map<String, Value>) -> String {
    let of = |key: &str| keys.get(key).and_then(Value::as_str);
    let format = of("format").and_then(|format| FORMATS.iter().find(|(name, _)| *name == format));
    if let Some((_, text)) = format {
        return (*text).to_owned();
    }
    let length = |key: &str| {
        keys.get(key).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
    };
    let (shortest, longest) = (length("minLength"), length("maxLength"));
    let text = of("pattern").and_then(matching);
    let text = text.unwrap_or_else(|| sized(PLAIN, shortest.unwrap_or(0), longest));
    // A pattern that ends openly may be followed by anything; one that does not is as long as it is.
    let missing = shortest.unwrap_or(0).saturating_sub(text.chars().count());
    match text.chars().last() {
        Some(last) if missing > 0 => {
            text.chars().chain(std::iter::repeat_n(last, missing)).collect()
        }
        _ => text,
    }
}

fn sized(text: &str, shortest: usize, longest: Option<usize>) -> String {
    let wanted = text.len().max(shortest).min(longest.unwrap_or(usize::MAX));
    text.chars().cycle().take(wanted).collect()
}

/// A text that `pattern` matches; nothing where it cannot be understood.
pub(super) fn matching(pattern: &str) -> Option<String> {
    // Patterns are those of ECMA-262: `\d` means the ten digits only.
    let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()?;
    let mut bytes = Vec::new();
    write(&hir, &mut bytes)?;
    String::from_utf8(bytes).ok()
}

fn write(hir: &Hir, out: &mut Vec<u8>) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(()),
        HirKind::Literal(literal) => {
            out.extend_from_slice(&literal.0);
            Some(())
        }
        HirKind::Class(class) => {
            out.extend_from_slice(member(class)?.encode_utf8(&mut [0; 4]).as_bytes());
            Some(())
        }
        HirKind::Repetition(repetition) => {
            (0..repetition.min).try_for_each(|_| write(&repetition.sub, out))
        }
        HirKind::Capture(capture) => write(&capture.sub, out),
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, out)),
        HirKind::Alternation(branches) => branches.first().and_then(|branch| write(branch, out)),
    }
}

/// A character of a class: one that people can read where there is one.
fn member(class: &Class) -> Option<char> {
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
    let readable = READABLE.iter().find(holds).copied();
    readable.or_else(|| ranges.first().map(|(start, _)| *start)).filter(char::is_ascii)
}
