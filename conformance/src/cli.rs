//! The command line.

mod arguments;
mod baseline;
mod batch;
mod check;
mod explain;
mod hosts;
mod output;
mod person;
mod render;
mod vectors;

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use clap::{CommandFactory, Parser};
use conformance::{escape, json};

use arguments::{Arguments, Command};

pub(crate) fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Check(check) => check::run(*check),
        Command::Completions { shell } => {
            let mut command = Arguments::command();
            clap_complete::generate(shell, &mut command, "conformance", &mut io::stdout());
            Ok(0)
        }
        Command::Explain { ids } => explain::run(&ids),
        Command::Man => man(),
        Command::Render(render) => render::run(&render),
        Command::Schema => {
            let schema = serde_json::to_string_pretty(&json::schema()).unwrap_or_default();
            print(&format!("{schema}\n"));
            Ok(0)
        }
        Command::Vectors { pattern } => vectors::run(pattern.as_deref()),
    };
    done.map_or_else(Usage::told, ExitCode::from)
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

/// A pipe that was closed is no failure.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// To the person, not to the pipe.
fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// What was asked cannot be done as it was asked: exit code 2.
#[derive(Debug)]
pub(crate) struct Usage(String);

impl Usage {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(escape(&error.to_string()))
    }

    fn at(path: &Path, error: impl std::fmt::Display) -> Self {
        Self(escape(&format!("{}: {error}", path.display())))
    }

    fn told(self) -> ExitCode {
        tell(&format!("conformance: {}", self.0));
        ExitCode::from(2)
    }
}
