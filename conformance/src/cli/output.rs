//! The destination of reports, as they come.

use std::{
    fs::{File, OpenOptions},
    io::{self, IsTerminal, Write},
    path::Path,
};

use conformance::{Document, FormError, Report, badge, json, markdown, summary, terminal};

use super::{arguments::Format, usage::Usage};

/// A printer of each report at once where the format allows that, else of all at the end; it holds none in memory.
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
            Format::Text
            | Format::Json
            | Format::Markdown
            | Format::Summary
            | Format::Word
            | Format::Badge => None,
        };
        let document = document.transpose().map_err(Usage::of)?;
        Ok(Self { sink, format, colour, document })
    }

    pub(super) fn add(&mut self, report: &Report) -> Result<(), Usage> {
        if let Some(document) = &mut self.document {
            return document.add(report).map_err(Usage::of);
        }
        let printed = match self.format {
            Format::Json => json::print(report).map_err(Usage::of)?,
            Format::Markdown => markdown::print(std::slice::from_ref(report)),
            Format::Summary => summary::print(report) + "\n",
            Format::Word => format!("{}\n", badge::word(report)),
            Format::Badge => badge::svg(report),
            _ => terminal::print(report, self.colour) + "\n",
        };
        self.write(&printed)
    }

    pub(super) fn finish(mut self) -> Result<(), Usage> {
        match self.document {
            Some(document) => match document.write(&mut self.sink) {
                Ok(()) => written(self.sink.flush()),
                Err(FormError::Io(error)) => written(Err(error)),
                Err(other) => Err(Usage::of(other)),
            },
            None => Ok(()),
        }
    }

    pub(super) fn write(&mut self, text: &str) -> Result<(), Usage> {
        written(self.sink.write_all(text.as_bytes()).and_then(|()| self.sink.flush()))
    }
}

/// The result of a write; a pipe that was closed is no failure of the check.
fn written(result: io::Result<()>) -> Result<(), Usage> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Usage::of(error)),
        _ => Ok(()),
    }
}
