//! Paths in Rust, as `shop_events::order::OrderPlaced`.

/// What it leads to: `OrderPlaced`.
pub(crate) fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// The crate that it begins with: `shop_events`.
pub(crate) fn library(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}
