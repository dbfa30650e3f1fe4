use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use conformance::Report;

use super::{Usage, arguments::Render, output::Output};

pub(super) fn run(render: &Render) -> Result<u8, Usage> {
    let path = &render.file;
    let lines: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(path).map_err(|error| Usage::at(path, error))?))
    };
    let mut output = Output::new(render.format, None, false)?;
    for line in lines.lines() {
        let line = line.map_err(|error| Usage::at(path, error))?;
        let report: Report = serde_json::from_str(&line).map_err(|error| Usage::at(path, error))?;
        output.add(report)?;
    }
    output.finish()?;
    Ok(0)
}
