//! The statements that migrations are made of, and how they are printed for both databases.

/// One statement.
#[derive(Debug)]
pub(super) enum Statement {
    /// A line for the reader.
    Comment(&'static str),
    /// A setting for this transaction.
    SetLocal { name: &'static str, value: &'static str },
    /// Statements of the runtime, as they are.
    Script(&'static str),
    /// New rows.
    Insert(Insert),
    /// Rows that go.
    Delete(Delete),
}

/// Rows for a table.
#[derive(Debug)]
pub(super) struct Insert {
    pub(super) table: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) key: &'static [&'static str],
    /// The columns that change in a row that is there already; without any, it stays as it is.
    pub(super) update: &'static [&'static str],
}

/// Rows of a table, by their keys.
#[derive(Debug)]
pub(super) struct Delete {
    pub(super) table: &'static str,
    pub(super) key: &'static [&'static str],
    pub(super) rows: Vec<Vec<Value>>,
}

/// A value of a row.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Integer(u32),
    Text(String),
}

/// The statements as the text of a file.
pub(super) fn print(statements: &[Statement]) -> String {
    statements.iter().map(statement).collect::<Vec<_>>().join("\n")
}

fn statement(statement: &Statement) -> String {
    match statement {
        Statement::Comment(line) => format!("-- {line}\n"),
        Statement::SetLocal { name, value } => format!("SET LOCAL {name} = '{value}';\n"),
        Statement::Script(sql) => format!("{}\n", sql.replace("\r\n", "\n").trim_end()),
        Statement::Insert(rows) => insert(rows),
        Statement::Delete(rows) => delete(rows),
    }
}

fn delete(delete: &Delete) -> String {
    format!(
        "DELETE FROM {} WHERE ({}) IN (VALUES\n{}\n);\n",
        delete.table,
        delete.key.join(", "),
        rows(&delete.rows),
    )
}

fn rows(rows: &[Vec<Value>]) -> String {
    let row = |row: &Vec<Value>| {
        format!("    ({})", row.iter().map(value).collect::<Vec<_>>().join(", "))
    };
    rows.iter().map(row).collect::<Vec<_>>().join(",\n")
}

fn insert(insert: &Insert) -> String {
    let updates: Vec<String> =
        insert.update.iter().map(|column| format!("{column} = excluded.{column}")).collect();
    let conflict = match updates.as_slice() {
        [] => "NOTHING".to_owned(),
        updates => format!("UPDATE SET {}", updates.join(", ")),
    };
    format!(
        "INSERT INTO {} ({}) VALUES\n{}\nON CONFLICT ({}) DO {conflict};\n",
        insert.table,
        insert.columns.join(", "),
        rows(&insert.rows),
        insert.key.join(", "),
    )
}

/// Standard SQL doubles a quote; both databases take every other character as it is, except NUL.
fn value(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => format!("'{}'", text.replace('\0', "").replace('\'', "''")),
    }
}
