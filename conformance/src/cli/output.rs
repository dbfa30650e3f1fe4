//! Where reports go, as they come.

use std::{
    fs::{File, OpenOptions},
    io::{self, IsTerminal, Write},
    path::Path,
};

use conformance::{Report, html, json, junit, markdown, sarif, terminal};

use super::{Usage, arguments::Format};

/// Prints each report at once where the format allows that, else all at the end.
pub(super) struct Output {
    sink: Box<dyn Write>,
    format: Format,
    colour: bool,
    kept: Vec<Report>,
}

impl Output {
    pub(super) fn new(format: Format, file: Option<&Path>, append: bool) -> Result<Self, Usage> {
        let sink: Box<dyn Write> = match file {
            None => Box::new(io::stdout()),
            Some(path) => {
                let mut options = OpenOptions::new();
                options.create(true).write(true).append(append).truncate(!append);
                let file: File = options.open(path).map_err(|error| Usage::at(path, error))?;
                Box::new(file)
            }
        };
        let colour = file.is_none()
            && io::stdout().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Ok(Self { sink, format, colour, kept: Vec::new() })
    }

    pub(super) fn add(&mut self, report: Report) -> Result<(), Usage> {
        let printed = match self.format {
            Format::Text => terminal::print(&report, self.colour) + "\n",
            Format::Json => json::print(&report),
            Format::Markdown => markdown::print(std::slice::from_ref(&report)),
            Format::Junit | Format::Sarif | Format::Html => {
                self.kept.push(report);
                return Ok(());
            }
        };
        self.write(&printed)
    }

    pub(super) fn finish(mut self) -> Result<(), Usage> {
        let printed = match self.format {
            Format::Junit => junit::print(&self.kept),
            Format::Sarif => sarif::print(&self.kept),
            Format::Html => html::print(&self.kept),
            Format::Text | Format::Json | Format::Markdown => return Ok(()),
        };
        self.write(&printed)
    }

    pub(super) fn write(&mut self, text: &str) -> Result<(), Usage> {
        let written = self.sink.write_all(text.as_bytes()).and_then(|()| self.sink.flush());
        match written {
            // A pipe that was closed is no failure of the check.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Usage::of(error)),
            _ => Ok(()),
        }
    }
}
