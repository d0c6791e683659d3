//! The values of `format`: sets of texts of which some lie in others.

/// A name in `format`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Format(pub(super) String);

/// A text that is of no format.
pub(super) const FORMLESS: &str = "~ no such format";

/// Formats with the ones that hold all of their texts, and texts of theirs.
const KNOWN: &[(&str, &[&str], &[&str])] = &[
    (
        "uuid",
        &[],
        &["67e55044-10b1-426f-9247-bb680e5fe0c8", "00000000-0000-0000-0000-000000000000"],
    ),
    ("date-time", &[], &["2026-01-31T12:30:45Z", "1999-12-31T23:59:59.5+02:00"]),
    ("partial-date-time", &[], &["2026-01-31T12:30:45"]),
    ("date", &[], &["2026-01-31", "1999-12-31"]),
    ("time", &[], &["12:30:45Z"]),
    ("partial-time", &[], &["12:30:45"]),
    ("duration", &[], &["P1DT2H"]),
    ("ip", &[], &["192.0.2.1", "2001:db8::1"]),
    ("ipv4", &["ip"], &["192.0.2.1", "198.51.100.7"]),
    ("ipv6", &["ip"], &["2001:db8::1", "::1"]),
    ("email", &["idn-email"], &["a@example.org", "someone@example.com"]),
    ("idn-email", &[], &["a@example.org"]),
    ("hostname", &["idn-hostname"], &["example.org"]),
    ("idn-hostname", &[], &["example.org"]),
    ("uri", &["uri-reference", "iri", "iri-reference"], &["https://example.org/a", "urn:a:b"]),
    ("uri-reference", &["iri-reference"], &["https://example.org/a", "/a"]),
    ("iri", &["iri-reference"], &["https://example.org/a"]),
    ("iri-reference", &[], &["https://example.org/a"]),
    ("uri-template", &[], &["/a/{b}"]),
    ("json-pointer", &[], &["/a/b"]),
    ("relative-json-pointer", &[], &["0/a"]),
    ("regex", &[], &["a+"]),
];

impl Format {
    /// Whether this tool knows which texts are of it.
    pub(super) fn is_known(&self) -> bool {
        self.entry().is_some()
    }

    /// Whether every text of this format is of `other` too.
    pub(super) fn lies_in(&self, other: &Self) -> bool {
        let above = self.entry().map_or(&[][..], |(_, above, _)| above);
        self == other || above.contains(&other.0.as_str())
    }

    /// Texts of this format.
    pub(super) fn examples(&self) -> &'static [&'static str] {
        self.entry().map_or(&[], |(_, _, examples)| examples)
    }

    /// Whether `text` is of this format, where that is certain.
    pub(super) fn holds(&self, text: &str) -> Option<bool> {
        if text == FORMLESS {
            return Some(false);
        }
        let examples = |format: &(&str, &[&str], &[&str])| format.2.contains(&text);
        let of: Vec<Self> =
            KNOWN.iter().filter(|format| examples(format)).map(|f| Self(f.0.to_owned())).collect();
        if of.iter().any(|format| format.lies_in(self)) {
            return Some(true);
        }
        match self.0.as_str() {
            "uuid" => Some(is_uuid(text)),
            "ipv4" => Some(text.parse::<std::net::Ipv4Addr>().is_ok()),
            "ipv6" => Some(text.parse::<std::net::Ipv6Addr>().is_ok()),
            "ip" => Some(text.parse::<std::net::IpAddr>().is_ok()),
            // No text of these is that short, or lacks what all of theirs have.
            "date" | "date-time" | "partial-date-time" if !text.contains('-') => Some(false),
            "time" | "partial-time" if !text.contains(':') => Some(false),
            "email" | "idn-email" if !text.contains('@') => Some(false),
            "uri" | "iri" if !text.contains(':') => Some(false),
            "duration" if !text.starts_with('P') => Some(false),
            "json-pointer" if !text.is_empty() && !text.starts_with('/') => Some(false),
            _ => None,
        }
    }

    fn entry(
        &self,
    ) -> Option<&'static (&'static str, &'static [&'static str], &'static [&'static str])> {
        KNOWN.iter().find(|(name, ..)| *name == self.0)
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    groups.len() == lengths.len()
        && groups.iter().zip(lengths).all(|(group, length)| {
            group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}
