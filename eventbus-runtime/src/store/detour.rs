//! Detours: cursors beside those of the shards, each of one tenant.
//!
//! Where one tenant has more events than fit a page, its events are read by a cursor of their own, and the shard's cursor
//! goes on without them:
//!
//! ```text
//!                 begins here                    ends here, where the two meet
//!                      ▼                              ▼
//!   shard  ═══════════╤══ all but `big` ═════════════╤════════════►
//!                      └── `big` alone ──────────────┘
//! ```
//!
//! Each event of a shard is read by exactly one of its cursors: that of the detour of its tenant where there is one, else
//! that of the shard. So the order of a tenant's aggregates is what it is without a detour. Both ends are in the
//! transaction that moves the shard's cursor, under the shard's fence.

use std::collections::BTreeSet;

/// Whose events are meant. Events of no tenant are those of the tenant `""`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tenants {
    /// Everybody's.
    #[default]
    All,
    /// One tenant's.
    Only(String),
    /// Those of all but these.
    Without(BTreeSet<String>),
}

impl Tenants {
    /// All but these; all where there are none.
    #[must_use]
    pub fn without(tenants: BTreeSet<String>) -> Self {
        if tenants.is_empty() { Self::All } else { Self::Without(tenants) }
    }

    /// Whether the events of this tenant, or of none, are among them.
    #[must_use]
    pub fn contain(&self, tenant: Option<&str>) -> bool {
        let tenant = tenant.unwrap_or_default();
        match self {
            Self::All => true,
            Self::Only(only) => only == tenant,
            Self::Without(others) => !others.contains(tenant),
        }
    }

    /// What of them is one tenant's; `None` where nothing is.
    #[must_use]
    pub fn of(&self, tenant: &str) -> Option<Self> {
        self.contain(Some(tenant)).then(|| Self::Only(tenant.to_owned()))
    }

    /// As SQL is asked for them: a list, where they are not all, and whether those of the list are meant or all others.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    pub(crate) fn listed(&self) -> (Option<Vec<&str>>, bool) {
        match self {
            Self::All => (None, true),
            Self::Only(only) => (Some(vec![only]), true),
            Self::Without(others) => (Some(others.iter().map(String::as_str).collect()), false),
        }
    }
}

/// Which cursor of its shards a step moves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Way {
    /// That of the shards.
    #[default]
    Main,
    /// That of the detour that a tenant has in each of them.
    Detour(String),
    /// That of the shards, and a tenant that has no detour gets one in each of them, which begins there.
    Begin(String),
    /// That of the shards, where the tenant's detours have come to as well: they end.
    End(String),
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Tenants;

    #[test]
    fn a_detour_and_the_way_without_it_have_each_event_once() {
        let only = Tenants::Only("big".to_owned());
        let without = Tenants::without(BTreeSet::from(["big".to_owned()]));
        for tenant in [None, Some(""), Some("big"), Some("bi"), Some("bigger")] {
            assert!(Tenants::All.contain(tenant));
            assert_ne!(only.contain(tenant), without.contain(tenant), "{tenant:?}");
        }
        assert_eq!(Tenants::without(BTreeSet::new()), Tenants::All);
    }

    #[test]
    fn events_of_no_tenant_are_those_of_the_empty_one() {
        let nobody = Tenants::Only(String::new());
        assert!(nobody.contain(None) && !nobody.contain(Some("a")));
        assert_eq!(Tenants::All.of("a"), Some(Tenants::Only("a".to_owned())));
        assert_eq!(nobody.of("a"), None);
    }
}
