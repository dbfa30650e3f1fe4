//! The hosts to check, one at a time, from the arguments and a file.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use super::{
    json_file::{UTF_16, is_utf_16},
    usage::Usage,
};

/// The hosts of the arguments, then the lines of a file, without empty lines and those that begin with `#`.
pub(super) struct Hosts {
    arguments: std::vec::IntoIter<String>,
    lines: Option<Box<dyn BufRead + Send>>,
    /// The number of hosts, where that is known.
    pub(super) total: Option<u64>,
}

impl Hosts {
    pub(super) fn new(arguments: Vec<String>, file: Option<&Path>) -> Result<Self, Usage> {
        let count = u64::try_from(arguments.len()).unwrap_or(u64::MAX);
        let (lines, total): (Option<Box<dyn BufRead + Send>>, _) = match file {
            None => (None, Some(count)),
            Some(path) if path == Path::new("-") => (Some(Box::new(BufReader::new(io::stdin()))), None),
            Some(path) => {
                let at = |error| Usage::at(path, error);
                let mut of_file = 0_u64;
                for line in BufReader::new(File::open(path).map_err(at)?).split(b'\n') {
                    let line = line.map_err(at)?;
                    if is_utf_16(&line) {
                        return Err(Usage::at(path, UTF_16));
                    }
                    let is_host = host(&String::from_utf8_lossy(&line)).is_some();
                    of_file = of_file.saturating_add(u64::from(is_host));
                }
                let again = File::open(path).map_err(at)?;
                (Some(Box::new(BufReader::new(again))), Some(count.saturating_add(of_file)))
            }
        };
        Ok(Self { arguments: arguments.into_iter(), lines, total })
    }
}

impl Iterator for Hosts {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<io::Result<String>> {
        if let Some(host) = self.arguments.next() {
            return Some(Ok(host));
        }
        let lines = self.lines.as_mut()?;
        loop {
            let mut line = Vec::new();
            // A line that does not end is no host.
            match lines.take(MAX_LINE).read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => {
                    self.lines = None;
                    return Some(Err(error));
                }
            }
            if let Some(host) = host(&String::from_utf8_lossy(&line)) {
                return Some(Ok(host.to_owned()));
            }
        }
    }
}

fn host(line: &str) -> Option<&str> {
    // The byte order mark, with which some programs begin a file, is part of no host.
    let line = line.trim_start_matches('\u{feff}').trim();
    (!line.is_empty() && !line.starts_with('#')).then_some(line)
}

const MAX_LINE: u64 = 4096;
