//! `cargo eventbus`.

use std::process::ExitCode;

fn main() -> ExitCode {
    eventbus_codegen::cli::main()
}
