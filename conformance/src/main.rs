//! `conformance check <host>`: whether a host supports dynamic client registration, how well, and whose fault
//! what is missing is.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
