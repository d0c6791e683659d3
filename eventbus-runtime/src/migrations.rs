//! The runtime's own tables, as SQL that `migrate()` runs and the toolchain writes into migration files.

/// One step of the runtime's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migration {
    /// The schema version after this step, from 1.
    pub version: u32,
    /// What it does, in snake_case.
    pub name: &'static str,
    /// Its statements, separated by `;`. They may run again where they already ran.
    pub sql: &'static str,
}

/// The steps for PostgreSQL, oldest first. Set `lock_timeout` before you run them.
pub const POSTGRES: &[Migration] = &[
    Migration {
        version: 1,
        name: "runtime",
        sql: include_str!("../migrations/postgres/0001_runtime.sql"),
    },
    Migration {
        version: 2,
        name: "keys",
        sql: include_str!("../migrations/postgres/0003_keys.sql"),
    },
];

/// The steps for SQLite, oldest first.
pub const SQLITE: &[Migration] = &[
    Migration {
        version: 1,
        name: "runtime",
        sql: include_str!("../migrations/sqlite/0001_runtime.sql"),
    },
    Migration { version: 2, name: "keys", sql: include_str!("../migrations/sqlite/0003_keys.sql") },
];

/// The version that the last step leaves.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) fn latest(steps: &[Migration]) -> i64 {
    steps.last().map_or(0, |step| i64::from(step.version))
}

#[cfg(test)]
mod tests {
    use super::{Migration, POSTGRES, SQLITE};

    #[test]
    fn versions_count_from_one() {
        let versions =
            |steps: &[Migration]| steps.iter().map(|step| step.version).collect::<Vec<_>>();
        for steps in [POSTGRES, SQLITE] {
            let expected: Vec<u32> = (1..).take(steps.len()).collect();
            assert_eq!(versions(steps), expected);
        }
    }

    #[test]
    fn each_step_records_its_version() {
        for step in POSTGRES.iter().chain(SQLITE) {
            let record = format!("INTO eventbus_schema (version) VALUES ({})", step.version);
            assert!(
                step.sql.contains(&record) || step.version > 1,
                "step {} does not",
                step.version
            );
        }
    }
}
