//! Texts of the formats that schemars and the common crates of Rust name.

/// The texts of each format: a plain one, and others from small to large.
#[rustfmt::skip]
const FORMATS: &[(&str, &[&str])] = &[
    ("char", &["c", "\u{0}", "\"", "é", "🦀"]),
    ("date", &["2026-01-02", "0001-01-01", "1969-12-31", "2024-02-29", "9999-12-31"]),
    ("date-time", &[
        "2026-01-02T03:04:05Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.5-08:00",
        "2026-01-02T03:04:05+05:30", "2026-01-02T03:04:05.123456789Z", "9999-12-31T23:59:59Z",
    ]),
    ("duration", &["PT1M", "PT0S", "PT0.5S", "P1DT2H", "P2W", "P1Y2M3DT4H5M6S"]),
    ("email", &["somebody@example.com", "a@example.org", "some.body+tag@mail.example.com"]),
    ("hostname", &["example.com", "a", "a-1.b-2.example.com"]),
    ("idn-email", &["somebody@example.com", "jürgen@example.com"]),
    ("idn-hostname", &["example.com", "bücher.example"]),
    ("ip", &["192.0.2.1", "0.0.0.0", "::", "2001:db8::1", "255.255.255.255"]),
    ("ipv4", &["192.0.2.1", "0.0.0.0", "255.255.255.255"]),
    ("ipv6", &["2001:db8::1", "::", "::ffff:192.0.2.1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("partial-date-time", &[
        "2026-01-02T03:04:05", "0001-01-01T00:00:00", "1969-12-31T23:59:59.5",
        "2026-01-02T03:04:05.123456789", "9999-12-31T23:59:59",
    ]),
    ("partial-time", &["03:04:05", "00:00:00", "03:04:05.123456789", "23:59:59"]),
    ("time", &["03:04:05Z", "00:00:00Z", "03:04:05.123456789Z", "03:04:05+05:30", "23:59:59Z"]),
    ("uri", &["https://example.com/", "urn:a:b", "https://example.com:8443/a%20b?c=d&e=%C3%A9#f"]),
    ("uri-reference", &["https://example.com/", "/a", "?c=d#f", "https://example.com:8443/a%20b?c=d#f"]),
    ("url", &["https://example.com/", "https://example.com", "https://example.com:8443/a%20b?c=d#f"]),
    ("uuid", &[
        "00000000-0000-7000-8000-000000000001", "00000000-0000-0000-0000-000000000000",
        "67e55044-10b1-426f-9247-bb680e5fe0c8", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ]),
];

/// The texts of the format of this name, where it is known.
pub(super) fn texts(format: &str) -> Option<&'static [&'static str]> {
    FORMATS.iter().find(|(name, _)| *name == format).map(|(_, texts)| *texts)
}
