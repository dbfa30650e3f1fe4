use std::{
    fs,
    io::{IsTerminal, Write},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use conformance::{Checker, Options, Report, escape, html, json, junit, markdown, sarif, terminal};

/// Tells whether a host supports dynamic client registration, how well, and whose fault what is missing is.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Asks hosts, by reading only unless told otherwise.
    Check(Check),
}

#[derive(Args)]
struct Check {
    /// Hosts or URLs, such as `good.example` or `https://good.example/mcp`.
    hosts: Vec<String>,
    /// How to print the reports.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Also register clients, try what is to be refused, and delete what was made where that is offered.
    #[arg(long)]
    register: bool,
    /// Also log in; registers a client too.
    #[arg(long)]
    login: bool,
    /// Also send one MCP `initialize` to the named URL.
    #[arg(long)]
    mcp: bool,
    /// Also ask loopback over http; the report says so.
    #[arg(long)]
    allow_private: bool,
    /// Trust the authorities of this PEM file too.
    #[arg(long)]
    ca: Option<std::path::PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Junit,
    Sarif,
    Markdown,
    Html,
}

pub(crate) fn run() -> ExitCode {
    let Command::Check(check) = Arguments::parse().command;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(run_check(check)),
        Err(error) => fail(&error.to_string()),
    }
}

async fn run_check(check: Check) -> ExitCode {
    let mut options = Options::new();
    options.allow_private = check.allow_private;
    options.mcp = check.mcp;
    options.register = check.register;
    options.login = check.login;
    options.authorities = check.ca.and_then(|path| fs::read(path).ok());
    let checker = match Checker::new(options) {
        Ok(checker) => checker,
        Err(error) => return fail(&error.to_string()),
    };
    let mut reports: Vec<Report> = Vec::new();
    for host in &check.hosts {
        match checker.check(host).await {
            Ok(report) => reports.push(report),
            Err(invalid) => return fail(&format!("{}: {invalid}", escape(host))),
        }
    }
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let printed = match check.format {
        Format::Text => reports.iter().map(|report| terminal::print(report, colour)).collect(),
        Format::Json => reports.iter().map(json::print).collect(),
        Format::Junit => junit::print(&reports),
        Format::Sarif => sarif::print(&reports),
        Format::Markdown => markdown::print(&reports),
        Format::Html => html::print(&reports),
    };
    let _ = std::io::stdout().write_all(printed.as_bytes());
    ExitCode::from(reports.iter().map(Report::exit_code).max().unwrap_or_default())
}

fn fail(message: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "conformance: {message}");
    ExitCode::from(2)
}

const EXIT_CODES: &str =
    "Exit codes: 0 supported; 1 not supported, or a MUST is broken; 2 usage; 3 no answer.";
