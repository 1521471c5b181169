//! The `counterpoint` program: parse, run, print what went wrong, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    counterpoint::cli::main()
}
