//! Starts one PostgreSQL cluster for a command and stops it afterwards: `with-postgres cargo test`.

use std::env;
use std::process::{Command, ExitCode};

use eventbus_tests::postgres;

fn main() -> ExitCode {
    let mut words = env::args_os().skip(1);
    let Some(program) = words.next() else {
        eprintln!("error: no command\nhelp: with-postgres COMMAND [ARGUMENT..]");
        return ExitCode::from(2);
    };
    let status = Command::new(&program)
        .args(words)
        .env(postgres::URL_VARIABLE, postgres::server_url())
        .status();
    match status {
        Ok(status) => status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => {
            eprintln!("error: cannot run {}: {error}", program.display());
            ExitCode::FAILURE
        }
    }
}
