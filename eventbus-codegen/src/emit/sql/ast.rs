//! The statements that migrations are made of, and how they are printed for both databases.

use std::borrow::Cow;

/// One statement.
#[derive(Debug, Clone)]
pub(super) enum Statement {
    /// A line for the reader.
    Comment(&'static str),
    /// A setting for this transaction.
    SetLocal { name: &'static str, value: &'static str },
    /// Statements of ours, as they are.
    Script(Cow<'static, str>),
    /// New rows.
    Insert(Insert),
    /// Rows that go.
    Delete { table: &'static str, key: Vec<(&'static str, Value)> },
    /// A new view.
    View(View),
    /// What something is for. Only PostgreSQL keeps that.
    Describe { what: &'static str, path: Vec<String>, docs: String },
    /// Something that goes: what it is, and its name as SQL has it.
    Drop { what: &'static str, name: String },
}

/// Rows for a table.
#[derive(Debug, Clone)]
pub(super) struct Insert {
    pub(super) table: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<Value>>,
    /// By what a row that is there already is known; without any, there is none.
    pub(super) key: &'static [&'static str],
    /// The columns that change in a row that is there already; without any, it stays as it is.
    pub(super) update: &'static [&'static str],
}

/// A value of a row.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Boolean(bool),
    Integer(u32),
    Text(String),
    /// An array of PostgreSQL's.
    Texts(Vec<String>),
}

/// A view of rows of one table.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) name: String,
    /// What stands between the name and `AS`.
    pub(super) options: &'static str,
    /// What each column holds, and its name.
    pub(super) columns: Vec<(Expr, String)>,
    pub(super) from: &'static str,
    /// What is the same in all its rows.
    pub(super) only: Vec<(&'static str, Value)>,
}

/// Something that is worked out of a row.
#[derive(Debug, Clone)]
pub(super) enum Expr {
    /// A column, or another expression of ours, as it is.
    Raw(&'static str),
    Text(String),
    Call(&'static str, Vec<Self>),
    /// An operator between two.
    Infix(&'static str, Box<[Self; 2]>),
    /// What belongs to the first of these that `of` is equal to; else nothing.
    Case {
        of: Box<Self>,
        when: Vec<(&'static str, Self)>,
    },
}

impl Expr {
    pub(super) fn infix(left: Self, operator: &'static str, right: Self) -> Self {
        Self::Infix(operator, Box::new([left, right]))
    }

    pub(super) fn case(of: Self, when: impl IntoIterator<Item = (&'static str, Self)>) -> Self {
        Self::Case { of: Box::new(of), when: when.into_iter().collect() }
    }
}

/// The statements as the text of a file.
pub(super) fn print(statements: &[Statement]) -> String {
    statements.iter().map(statement).collect::<Vec<_>>().join("\n")
}

/// A name that is spelt as it is.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\0', "").replace('"', "\"\""))
}

fn statement(statement: &Statement) -> String {
    match statement {
        Statement::Comment(line) => format!("-- {line}\n"),
        Statement::SetLocal { name, value } => format!("SET LOCAL {name} = '{value}';\n"),
        Statement::Script(sql) => format!("{}\n", sql.replace("\r\n", "\n").trim_end()),
        Statement::Insert(rows) => insert(rows),
        Statement::Delete { table, key } => format!("DELETE FROM {table} WHERE {};\n", equal(key)),
        Statement::View(of) => view(of),
        Statement::Describe { what, path, docs } => {
            let path: Vec<String> = path.iter().map(|name| quoted(name)).collect();
            format!("COMMENT ON {what} {} IS {};\n", path.join("."), literal(docs))
        }
        Statement::Drop { what, name } => format!("DROP {what} IF EXISTS {name};\n"),
    }
}

fn insert(insert: &Insert) -> String {
    let rows: Vec<String> = insert
        .rows
        .iter()
        .map(|row| format!("    ({})", row.iter().map(value).collect::<Vec<_>>().join(", ")))
        .collect();
    let updates: Vec<String> =
        insert.update.iter().map(|column| format!("{column} = excluded.{column}")).collect();
    let conflict = match (insert.key, updates.as_slice()) {
        ([], _) => String::new(),
        (key, []) => format!("\nON CONFLICT ({}) DO NOTHING", key.join(", ")),
        (key, updates) => {
            format!("\nON CONFLICT ({}) DO UPDATE SET {}", key.join(", "), updates.join(", "))
        }
    };
    format!(
        "INSERT INTO {} ({}) VALUES\n{}{conflict};\n",
        insert.table,
        insert.columns.join(", "),
        rows.join(",\n"),
    )
}

fn view(view: &View) -> String {
    let columns: Vec<String> = view
        .columns
        .iter()
        .map(|(column, name)| format!("    {} AS {}", expr(column), quoted(name)))
        .collect();
    format!(
        "CREATE VIEW {}{} AS\nSELECT\n{}\nFROM {}\nWHERE {};\n",
        quoted(&view.name),
        view.options,
        columns.join(",\n"),
        view.from,
        equal(&view.only)
    )
}

fn equal(key: &[(&'static str, Value)]) -> String {
    let parts: Vec<String> =
        key.iter().map(|(column, held)| format!("{column} = {}", value(held))).collect();
    parts.join(" AND ")
}

fn expr(part: &Expr) -> String {
    match part {
        Expr::Raw(sql) => (*sql).to_owned(),
        Expr::Text(text) => literal(text),
        Expr::Call(name, of) => {
            format!("{name}({})", of.iter().map(expr).collect::<Vec<_>>().join(", "))
        }
        Expr::Infix(operator, sides) => {
            let [left, right] = sides.each_ref().map(expr);
            format!("{left} {operator} {right}")
        }
        Expr::Case { of, when } => {
            let when: Vec<String> = when
                .iter()
                .map(|(value, then)| format!(" WHEN '{value}' THEN {}", expr(then)))
                .collect();
            format!("CASE {}{} END", expr(of), when.concat())
        }
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Boolean(is) => is.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => literal(text),
        Value::Texts(texts) if texts.is_empty() => "'{}'".to_owned(),
        Value::Texts(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| literal(text)).collect();
            format!("ARRAY[{}]", texts.join(", "))
        }
    }
}

/// Standard SQL doubles a quote; both databases take every other character as it is, except NUL.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}
