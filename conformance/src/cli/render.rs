use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use conformance::Report;

use super::{
    arguments::Render,
    baseline::{Changes, Stored},
    json_file::without_mark,
    output::Output,
    usage::Usage,
};

pub(super) fn run(render: &Render) -> Result<u8, Usage> {
    let path = &render.file;
    let lines: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(path).map_err(|error| Usage::at(path, error))?))
    };
    let mut output = Output::new(render.format, None, false)?;
    let mut before = render.baseline.as_deref().map(Stored::open).transpose()?;
    let mut worse = false;
    for line in lines.lines() {
        let line = line.map_err(|error| Usage::at(path, error))?;
        let json = without_mark(line.as_bytes());
        let report: Report = serde_json::from_slice(json).map_err(|error| Usage::at(path, error))?;
        match &mut before {
            None => output.add(&report)?,
            Some(before) => {
                let changes =
                    Changes::between(before.report(&report.resource)?.as_ref(), &report, render.fail_on);
                worse |= changes.regression;
                output.write(&changes.print(render.format)?)?;
            }
        }
    }
    if before.is_none() {
        output.finish()?;
    }
    Ok(u8::from(worse))
}
