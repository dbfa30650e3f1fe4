//! The command line.

mod accepted;
mod arguments;
mod baseline;
mod batch;
mod check;
mod clients;
mod console;
mod date;
mod explain;
mod hosts;
mod json_file;
mod loopback;
mod mcp_config;
mod options;
mod output;
mod render;
mod serve;
mod usage;
mod vectors;

use std::{io, process::ExitCode};

use clap::{CommandFactory, Parser};
use conformance::{escape, json};

use arguments::{Arguments, Command};
use console::{notify, print};
use usage::Usage;

pub(crate) fn run() -> ExitCode {
    let done = match arguments().command {
        Command::Check(check) => check::run(*check),
        Command::Clients => clients::run(),
        Command::Completions { shell } => {
            let mut command = Arguments::command();
            clap_complete::generate(shell, &mut command, "conformance", &mut io::stdout());
            Ok(0)
        }
        Command::Explain { ids } => explain::run(&ids),
        Command::Man => man(),
        Command::Render(render) => render::run(&render),
        Command::Serve(serve) => serve::run(&serve),
        Command::Schema => schema(),
        Command::Vectors { pattern } => vectors::run(pattern.as_deref()),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(usage) => {
            notify(&format!("conformance: {}", usage.message()));
            ExitCode::from(2)
        }
    }
}

/// The arguments; the process ends with a message if they cannot be parsed.
fn arguments() -> Arguments {
    Arguments::try_parse().unwrap_or_else(|error| {
        // The message quotes them: they are escaped, and parsed once more for it.
        let escaped = std::env::args_os().map(|argument| escape(&argument.to_string_lossy()));
        Arguments::try_parse_from(escaped).err().unwrap_or(error).exit()
    })
}

/// The manual: the command, then each of its parts.
fn man() -> Result<u8, Usage> {
    let command = Arguments::command();
    let mut page = Vec::new();
    let parts = command.get_subcommands().map(|part| {
        let name = format!("conformance-{}", part.get_name());
        part.clone().display_name(name)
    });
    for part in std::iter::once(command.clone()).chain(parts) {
        clap_mangen::Man::new(part).render(&mut page).map_err(Usage::of)?;
    }
    print(&String::from_utf8_lossy(&page));
    Ok(0)
}

fn schema() -> Result<u8, Usage> {
    let schema = serde_json::to_string_pretty(&json::schema()).map_err(Usage::of)?;
    print(&format!("{schema}\n"));
    Ok(0)
}
