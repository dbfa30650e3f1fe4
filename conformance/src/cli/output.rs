//! Where reports go, as they come.

use std::{
    fs::{File, OpenOptions},
    io::{self, IsTerminal, Write},
    path::Path,
};

use conformance::{Document, Report, json, markdown, terminal};

use super::{Usage, arguments::Format};

/// Prints each report at once where the format allows that, else all at the end, and holds none.
pub(super) struct Output {
    sink: Box<dyn Write>,
    format: Format,
    colour: bool,
    document: Option<Document>,
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
        let document = match format {
            Format::Html => Some(Document::html()),
            Format::Junit => Some(Document::junit()),
            Format::Sarif => Some(Document::sarif()),
            Format::Text | Format::Json | Format::Markdown => None,
        };
        let document = document.transpose().map_err(Usage::of)?;
        Ok(Self { sink, format, colour, document })
    }

    pub(super) fn add(&mut self, report: &Report) -> Result<(), Usage> {
        if let Some(document) = &mut self.document {
            return document.add(report).map_err(Usage::of);
        }
        let printed = match self.format {
            Format::Json => json::print(report),
            Format::Markdown => markdown::print(std::slice::from_ref(report)),
            _ => terminal::print(report, self.colour) + "\n",
        };
        self.write(&printed)
    }

    pub(super) fn finish(mut self) -> Result<(), Usage> {
        let written = match self.document {
            Some(document) => document.write(&mut self.sink).and_then(|()| self.sink.flush()),
            None => Ok(()),
        };
        told(written)
    }

    pub(super) fn write(&mut self, text: &str) -> Result<(), Usage> {
        told(self.sink.write_all(text.as_bytes()).and_then(|()| self.sink.flush()))
    }
}

/// A pipe that was closed is no failure of the check.
fn told(written: io::Result<()>) -> Result<(), Usage> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Usage::of(error)),
        _ => Ok(()),
    }
}
