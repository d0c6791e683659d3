use eventbus_runtime::{Arguments, SqliteStore};

pub fn arguments<A: Arguments<SqliteStore>>() {}

pub fn none() {
    arguments::<String>();
}
