//! The values of `format`: sets of texts of which some lie in others.
//!
//! Most are not written as a pattern without trouble: a date ends with its month. So each has up to two patterns: one
//! whose texts are all of the format, to find a witness in, and one that all texts of the format match, to rule one out.

use super::pattern::Pattern;

/// A name in `format`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Format(pub(super) String);

/// A text that is of no format.
pub(super) const FORMLESS: &str = "~ no (such format";

#[derive(Debug)]
struct Known {
    name: &'static str,
    /// The formats that hold all of its texts.
    above: &'static [&'static str],
    examples: &'static [&'static str],
    /// Its texts match this, if it is not empty.
    outer: &'static str,
    /// What matches this is one of its texts, if it is not empty.
    inner: &'static str,
}

const UUID: &str = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";
const IPV4: &str = r"^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])$";
const POINTER: &str = "^(/([^/~]|~[01])*)*$";

#[rustfmt::skip]
const KNOWN: &[Known] = &[
    Known { name: "uuid", above: &[], outer: UUID, inner: UUID,
        examples: &["67e55044-10b1-426f-9247-bb680e5fe0c8", "00000000-0000-0000-0000-000000000000"] },
    Known { name: "date-time", above: &[], examples: &["2026-01-31T12:30:45Z", "1999-12-31T23:59:59.5+02:00"],
        outer: "^[0-9]{4}-[0-9]{2}-[0-9]{2}[^0-9][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[-+][0-9]{2}:[0-9]{2})$",
        inner: "^20[0-9]{2}-0[1-9]-[01][1-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z$" },
    Known { name: "partial-date-time", above: &[], examples: &["2026-01-31T12:30:45"],
        outer: "^[0-9]{4}-[0-9]{2}-[0-9]{2}[^0-9][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?$", inner: "" },
    Known { name: "date", above: &[], examples: &["2026-01-31", "1999-12-31"],
        outer: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", inner: "^[12][0-9]{3}-0[1-9]-[01][1-9]$" },
    Known { name: "time", above: &[], examples: &["12:30:45Z"],
        outer: "^[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[-+][0-9]{2}:[0-9]{2})$",
        inner: "^[01][0-9]:[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z$" },
    Known { name: "partial-time", above: &[], examples: &["12:30:45"],
        outer: "^[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?$", inner: "" },
    Known { name: "duration", above: &[], examples: &["P1DT2H"],
        outer: "^P[0-9A-Z.,]+$", inner: "^P[1-9][0-9]?D$" },
    Known { name: "ip", above: &[], examples: &["192.0.2.1", "2001:db8::1"],
        outer: "^[0-9A-Fa-f:.]+$", inner: IPV4 },
    Known { name: "ipv4", above: &["ip"], examples: &["192.0.2.1", "198.51.100.7"], outer: IPV4, inner: IPV4 },
    Known { name: "ipv6", above: &["ip"], examples: &["2001:db8::1", "::1"],
        outer: "^[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*$", inner: "^2001:db8::[1-9a-f][0-9a-f]{0,3}$" },
    Known { name: "email", above: &["idn-email"], examples: &["a@example.org", "someone@example.com"],
        outer: "^[^@]+@.", inner: "^[a-z]{1,20}@[a-z]{1,20}[.]org$" },
    Known { name: "idn-email", above: &[], examples: &["a@example.org"],
        outer: "^[^@]+@.", inner: "^[a-z]{1,20}@[a-z]{1,20}[.]org$" },
    Known { name: "hostname", above: &["idn-hostname"], examples: &["example.org"],
        outer: "^[0-9A-Za-z.-]+$", inner: "^[a-z]{1,20}([.][a-z]{1,20}){0,2}$" },
    Known { name: "idn-hostname", above: &[], examples: &["example.org"],
        outer: "^[^ @~(/]+$", inner: "^[a-z]{1,20}([.][a-z]{1,20}){0,2}$" },
    Known { name: "uri", above: &["uri-reference", "iri", "iri-reference"],
        examples: &["https://example.org/a", "urn:a:b"],
        outer: "^[A-Za-z][0-9A-Za-z+.-]*:[^ ]*$", inner: "^([a-z]{1,20}:[a-z]{1,20}|https?://[a-z]{1,20}(/[a-z0-9]{1,20}){0,2})$" },
    Known { name: "uri-reference", above: &["iri-reference"], examples: &["https://example.org/a", "/a"],
        outer: "^[^ ]*$", inner: "^(https://[a-z]{1,20})?(/[a-z0-9]{1,20}){1,2}$" },
    Known { name: "iri", above: &["iri-reference"], examples: &["https://example.org/a"],
        outer: "^[A-Za-z][0-9A-Za-z+.-]*:[^ ]*$", inner: "^([a-z]{1,20}:[a-z]{1,20}|https?://[a-z]{1,20}(/[a-z0-9]{1,20}){0,2})$" },
    Known { name: "iri-reference", above: &[], examples: &["https://example.org/a"],
        outer: "^[^ ]*$", inner: "^(https://[a-z]{1,20})?(/[a-z0-9]{1,20}){1,2}$" },
    Known { name: "uri-template", above: &[], examples: &["/a/{b}"], outer: "^[^ ]*$", inner: "^(/[a-z0-9]{1,20}){1,2}$" },
    Known { name: "json-pointer", above: &[], examples: &["/a/b"], outer: POINTER, inner: POINTER },
    Known { name: "relative-json-pointer", above: &[], examples: &["0/a"], outer: "^[0-9]", inner: "^[0-9](/[a-z]+)?$" },
    Known { name: "regex", above: &[], examples: &["a+"], outer: "", inner: "^[0-9A-Za-z]*$" },
];

impl Format {
    /// Whether this tool knows which texts are of it.
    pub(super) fn is_known(&self) -> bool {
        self.entry().is_some()
    }

    /// Whether every text of this format is of `other` too.
    pub(super) fn lies_in(&self, other: &Self) -> bool {
        let above = self.entry().map_or(&[][..], |known| known.above);
        self == other || above.contains(&other.0.as_str())
    }

    /// Texts of this format.
    pub(super) fn examples(&self) -> &'static [&'static str] {
        self.entry().map_or(&[], |known| known.examples)
    }

    /// What every text of this format matches, if something is known.
    pub(super) fn outer(&self) -> Option<Pattern> {
        self.entry().map(|known| known.outer).filter(|text| !text.is_empty()).map(Pattern::new)
    }

    /// A pattern that only texts of this format match.
    pub(super) fn inner(&self) -> Option<Pattern> {
        self.entry().map(|known| known.inner).filter(|text| !text.is_empty()).map(Pattern::new)
    }

    /// Whether `text` is of this format, where that is certain.
    pub(super) fn holds(&self, text: &str) -> Option<bool> {
        if text == FORMLESS {
            return Some(false);
        }
        let mut of = KNOWN.iter().filter(|known| known.examples.contains(&text));
        if of.any(|known| Self(known.name.to_owned()).lies_in(self)) {
            return Some(true);
        }
        match self.0.as_str() {
            "ipv6" => return Some(text.parse::<std::net::Ipv6Addr>().is_ok()),
            "ip" => return Some(text.parse::<std::net::IpAddr>().is_ok()),
            _ => {}
        }
        let matches = |pattern: Pattern| pattern.expression().is_ok_and(|all| all.matches(text));
        if self.inner().is_some_and(matches) {
            return Some(true);
        }
        self.outer().filter(|pattern| !matches(pattern.clone())).map(|_| false)
    }

    fn entry(&self) -> Option<&'static Known> {
        KNOWN.iter().find(|known| known.name == self.0)
    }
}
