//! `conformance check <host>`: whether a host supports dynamic client registration, how well, and which party must act
//! where it does not.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
