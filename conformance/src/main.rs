//! `conformance check <host>`: whether a host supports dynamic client registration, how well, and whose fault
//! what is missing is.

mod check;
mod fetch;
mod report;

use std::{io::Write, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};
use worker_client::flow::Egress;

use crate::{check::check, fetch::Door, report::Report};

/// Tells whether a host supports dynamic client registration, how well, and whose fault what is missing is.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Asks hosts, by reading only: the well-known documents, the named URL and the root page.
    Check {
        /// Hosts or URLs, such as `good.example` or `https://good.example/mcp`.
        #[arg(required = true)]
        hosts: Vec<String>,
        /// How to print the reports.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Short for `--format json`.
        #[arg(long, conflicts_with = "format")]
        json: bool,
        /// Also ask loopback over http; the report says so.
        #[arg(long)]
        allow_private: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Command::Check { hosts, format, json, allow_private } = Arguments::parse().command;
    let egress = if allow_private { Egress::public().and_loopback() } else { Egress::public() };
    let door = match Door::open(egress.clone(), allow_private) {
        Ok(door) => door,
        Err(error) => return fail(&format!("TLS cannot be set up: {error}")),
    };
    let mut code = 0;
    for host in &hosts {
        let report = match check(host, &egress, &door).await {
            Ok(report) => Report { allow_private, ..report },
            Err(invalid) => return fail(&format!("{}: {invalid}", report::text::escape(host))),
        };
        code = code.max(report.exit_code());
        let printed = match if json { Format::Json } else { format } {
            Format::Text => report::text::print(&report),
            Format::Json => report::json::print(&report),
        };
        // A pipe that was closed is no failure of the check.
        let _ = std::io::stdout().write_all(printed.as_bytes());
    }
    ExitCode::from(code)
}

fn fail(message: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "conformance: {message}");
    ExitCode::from(2)
}

const EXIT_CODES: &str =
    "Exit codes: 0 supported; 1 not supported, or a MUST is broken; 2 usage; 3 no answer.";
