//! The runtime's own tables, as SQL that `migrate()` runs and the toolchain writes into migration files; and row level
//! security for tenants, which is applied on request.

mod tenants;

pub use crate::migrations::tenants::{OPEN_TABLES, RowLevelSecurity};

/// One step of the runtime's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migration {
    /// The schema version after this step, from 1.
    pub version: u32,
    /// What it does, in snake_case.
    pub name: &'static str,
    /// A table that it makes, or a column of one, `table.column`, by which one can see that it ran.
    pub makes: &'static str,
    /// Its statements, separated by `;`.
    pub sql: &'static str,
    /// The statements that undo it, with what only its tables hold. They fail where events would be lost by it.
    pub down: &'static str,
}

/// The steps for PostgreSQL, oldest first. Set `lock_timeout` before you run them.
pub const POSTGRES: &[Migration] = &[
    Migration {
        version: 1,
        name: "runtime",
        makes: "eventbus_event",
        sql: include_str!("../migrations/postgres/0001_runtime.sql"),
        down: include_str!("../migrations/postgres/0001_runtime.down.sql"),
    },
    Migration {
        version: 2,
        name: "shards",
        makes: "eventbus_shard",
        sql: include_str!("../migrations/postgres/0002_shards.sql"),
        down: include_str!("../migrations/postgres/0002_shards.down.sql"),
    },
    Migration {
        version: 3,
        name: "dead_letters",
        makes: "eventbus_dead_letter",
        sql: include_str!("../migrations/postgres/0003_dead_letters.sql"),
        down: include_str!("../migrations/postgres/0003_dead_letters.down.sql"),
    },
    Migration {
        version: 4,
        name: "keys",
        makes: "eventbus_key",
        sql: include_str!("../migrations/postgres/0004_keys.sql"),
        down: include_str!("../migrations/postgres/0004_keys.down.sql"),
    },
    Migration {
        version: 5,
        name: "replays",
        makes: "eventbus_replay",
        sql: include_str!("../migrations/postgres/0005_replays.sql"),
        down: include_str!("../migrations/postgres/0005_replays.down.sql"),
    },
    Migration {
        version: 6,
        name: "schedule",
        makes: "eventbus_scheduled",
        sql: include_str!("../migrations/postgres/0006_schedule.sql"),
        down: include_str!("../migrations/postgres/0006_schedule.down.sql"),
    },
    Migration {
        version: 7,
        name: "statistics",
        makes: "eventbus_minute",
        sql: include_str!("../migrations/postgres/0007_statistics.sql"),
        down: include_str!("../migrations/postgres/0007_statistics.down.sql"),
    },
    Migration {
        version: 8,
        name: "retention",
        makes: "eventbus_retention",
        sql: include_str!("../migrations/postgres/0008_retention.sql"),
        down: include_str!("../migrations/postgres/0008_retention.down.sql"),
    },
    Migration {
        version: 9,
        name: "detours",
        makes: "eventbus_detour",
        sql: include_str!("../migrations/postgres/0009_detours.sql"),
        down: include_str!("../migrations/postgres/0009_detours.down.sql"),
    },
    Migration {
        version: 10,
        name: "priorities",
        makes: "eventbus_event.priority",
        sql: include_str!("../migrations/postgres/0010_priorities.sql"),
        down: include_str!("../migrations/postgres/0010_priorities.down.sql"),
    },
];

/// The steps for SQLite, oldest first.
pub const SQLITE: &[Migration] = &[
    Migration {
        version: 1,
        name: "runtime",
        makes: "eventbus_event",
        sql: include_str!("../migrations/sqlite/0001_runtime.sql"),
        down: include_str!("../migrations/sqlite/0001_runtime.down.sql"),
    },
    Migration {
        version: 2,
        name: "shards",
        makes: "eventbus_shard",
        sql: include_str!("../migrations/sqlite/0002_shards.sql"),
        down: include_str!("../migrations/sqlite/0002_shards.down.sql"),
    },
    Migration {
        version: 3,
        name: "dead_letters",
        makes: "eventbus_dead_letter",
        sql: include_str!("../migrations/sqlite/0003_dead_letters.sql"),
        down: include_str!("../migrations/sqlite/0003_dead_letters.down.sql"),
    },
    Migration {
        version: 4,
        name: "keys",
        makes: "eventbus_key",
        sql: include_str!("../migrations/sqlite/0004_keys.sql"),
        down: include_str!("../migrations/sqlite/0004_keys.down.sql"),
    },
    Migration {
        version: 5,
        name: "replays",
        makes: "eventbus_replay",
        sql: include_str!("../migrations/sqlite/0005_replays.sql"),
        down: include_str!("../migrations/sqlite/0005_replays.down.sql"),
    },
    Migration {
        version: 6,
        name: "schedule",
        makes: "eventbus_scheduled",
        sql: include_str!("../migrations/sqlite/0006_schedule.sql"),
        down: include_str!("../migrations/sqlite/0006_schedule.down.sql"),
    },
    Migration {
        version: 7,
        name: "statistics",
        makes: "eventbus_minute",
        sql: include_str!("../migrations/sqlite/0007_statistics.sql"),
        down: include_str!("../migrations/sqlite/0007_statistics.down.sql"),
    },
    Migration {
        version: 8,
        name: "retention",
        makes: "eventbus_retention",
        sql: include_str!("../migrations/sqlite/0008_retention.sql"),
        down: include_str!("../migrations/sqlite/0008_retention.down.sql"),
    },
    Migration {
        version: 9,
        name: "detours",
        makes: "eventbus_detour",
        sql: include_str!("../migrations/sqlite/0009_detours.sql"),
        down: include_str!("../migrations/sqlite/0009_detours.down.sql"),
    },
    Migration {
        version: 10,
        name: "priorities",
        makes: "eventbus_event.priority",
        sql: include_str!("../migrations/sqlite/0010_priorities.sql"),
        down: include_str!("../migrations/sqlite/0010_priorities.down.sql"),
    },
];

/// The version that the last step leaves.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) fn latest(steps: &[Migration]) -> i64 {
    steps.last().map_or(0, |step| i64::from(step.version))
}

/// The version of a database that has these tables and columns.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) fn found(steps: &[Migration], names: &[String]) -> i64 {
    let ran = |step: &&Migration| names.iter().any(|name| name == step.makes);
    steps.iter().filter(ran).map(|step| i64::from(step.version)).max().unwrap_or(0)
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
            let record = match step.version {
                1 => "INTO eventbus_schema (version) VALUES (1)".to_owned(),
                later => format!("UPDATE eventbus_schema SET version = {later}"),
            };
            assert!(step.sql.contains(&record), "step {} does not", step.version);
            let made = match step.makes.split_once('.') {
                None => ["CREATE TABLE IF NOT EXISTS ", "CREATE TABLE "]
                    .map(|create| format!("{create}{}", step.makes)),
                Some((table, column)) => ["ADD COLUMN IF NOT EXISTS", "ADD COLUMN"]
                    .map(|add| format!("ALTER TABLE {table} {add} {column} ")),
            };
            assert!(made.iter().any(|made| step.sql.contains(made)), "{}", step.makes);
        }
    }

    #[test]
    fn each_step_back_records_the_version_before() {
        for step in POSTGRES.iter().chain(SQLITE) {
            let record = match step.version {
                1 => "DROP TABLE IF EXISTS eventbus_schema".to_owned(),
                later => format!("UPDATE eventbus_schema SET version = {}", later - 1),
            };
            assert!(step.down.contains(&record), "the way back of step {} does not", step.version);
        }
    }
}
