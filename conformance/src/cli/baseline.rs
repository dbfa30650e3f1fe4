//! The changes since an earlier run. The earlier reports stay in their file: only their places are in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs::{File, OpenOptions},
    hash::{DefaultHasher, Hash, Hasher},
    io::{BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use conformance::{Level, Outcome, Report, Rule, Verdict, escape};
use serde::{Deserialize, Serialize};

use super::{
    arguments::{FailOn, Format},
    json_file::{UTF_16, is_utf_16, without_mark},
    usage::Usage,
};

/// Stored reports, by resource.
pub(super) struct Stored {
    file: BufReader<File>,
    places: BTreeMap<u64, u64>,
}

impl Stored {
    pub(super) fn open(path: &Path) -> Result<Self, Usage> {
        let at = |error| Usage::at(path, error);
        let mut file = BufReader::new(File::open(path).map_err(at)?);
        let mut places = BTreeMap::new();
        let (mut line, mut place) = (Vec::new(), 0_u64);
        loop {
            line.clear();
            let read = file.read_until(b'\n', &mut line).map_err(at)?;
            if read == 0 && places.is_empty() && place > 0 {
                return Err(Usage::at(path, "there is no report in it"));
            }
            if read == 0 {
                return Ok(Self { file, places });
            }
            if is_utf_16(&line) {
                return Err(Usage::at(path, UTF_16));
            }
            match serde_json::from_slice(without_mark(&line)) {
                Ok(Line { resource }) => drop(places.insert(key(&resource), place)),
                // A last line that was cut off is no report.
                Err(_) if !line.ends_with(b"\n") => {}
                Err(error) => return Err(Usage::at(path, format!("a line is no report: {error}"))),
            }
            place = place.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        }
    }

    /// The stored report of a resource.
    pub(super) fn report(&mut self, resource: &str) -> Result<Option<Report>, Usage> {
        let Some(place) = self.places.get(&key(resource)) else { return Ok(None) };
        self.file.seek(SeekFrom::Start(*place)).map_err(Usage::of)?;
        let mut line = Vec::new();
        self.file.by_ref().take(MAX_LINE).read_until(b'\n', &mut line).map_err(Usage::of)?;
        let report = serde_json::from_slice(without_mark(&line));
        report.map_err(|error| Usage::of(format!("the stored report of {resource}: {error}")))
    }
}

/// The resources that are done already; a last line that was cut off is removed.
pub(super) fn done(path: &Path) -> Result<BTreeSet<u64>, Usage> {
    let at = |error| Usage::at(path, error);
    if !path.exists() {
        return Ok(BTreeSet::new());
    }
    let file = OpenOptions::new().read(true).write(true).open(path).map_err(at)?;
    let mut reader = BufReader::new(&file);
    let (mut done, mut whole, mut line) = (BTreeSet::new(), 0_u64, Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).map_err(at)?;
        if read == 0 || !line.ends_with(b"\n") {
            break;
        }
        if let Ok(Line { resource }) = serde_json::from_slice(&line) {
            done.insert(key(&resource));
        }
        whole = whole.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
    file.set_len(whole).map_err(at)?;
    Ok(done)
}

#[derive(Deserialize)]
struct Line {
    resource: String,
}

/// The key of a resource.
pub(super) fn key(resource: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    resource.hash(&mut hasher);
    hasher.finish()
}

/// The differences between two reports of a resource.
#[derive(Debug, Serialize)]
pub(super) struct Changes {
    pub(super) resource: String,
    /// A regression: of the verdict, or of a requirement of a level that was asked for, by default MUST or SHOULD.
    pub(super) regression: bool,
    /// The verdict, and requirements.
    #[serde(rename = "changes")]
    pub(super) of: Vec<Change>,
}

#[derive(Debug, Eq, PartialEq, Serialize)]
pub(super) struct Change {
    /// A requirement, or `verdict`.
    pub(super) id: String,
    pub(super) was: String,
    pub(super) is: String,
}

impl Changes {
    pub(super) fn between(before: Option<&Report>, after: &Report, fail_on: Option<FailOn>) -> Self {
        let fail_on = fail_on.map_or(Some(Level::Should), FailOn::level);
        let mut changes = Vec::new();
        let mut regression = false;
        let was = before.map_or("unknown", |before| before.verdict.name());
        if was != after.verdict.name() {
            let ranks = before.and_then(|before| rank(&before.verdict)).zip(rank(&after.verdict));
            regression |= ranks.is_some_and(|(before, after)| after > before);
            changes.push(Change {
                id: "verdict".to_owned(),
                was: was.to_owned(),
                is: after.verdict.name().to_owned(),
            });
        }
        let name = |outcome: &Outcome| match outcome {
            Outcome::Failed => "failed",
            Outcome::NotTested { .. } => "not_tested",
            Outcome::Passed => "passed",
        };
        for check in &after.checks {
            // A rule that this version does not have cannot have a regression.
            let Ok(rule) = Rule::try_from(&*check.id) else { continue };
            let Some(was) = before.and_then(|before| before.outcome(rule)) else { continue };
            if name(was) != name(&check.outcome) {
                regression |=
                    after.findings.iter().any(|finding| finding.id == check.id && finding.counts_at(fail_on));
                let [was, is] = [name(was), name(&check.outcome)].map(str::to_owned);
                changes.push(Change { id: check.id.clone().into_owned(), was, is });
            }
        }
        Self { resource: after.resource.clone(), regression, of: changes }
    }

    /// The changes in a format; empty if there are none.
    pub(super) fn print(&self, format: Format) -> Result<String, Usage> {
        match format {
            _ if self.of.is_empty() => Ok(String::new()),
            Format::Json => self.json().map_err(Usage::of),
            _ => Ok(self.text()),
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        let mark = if self.regression { "worse" } else { "changed" };
        // Writing to a string does not fail.
        let _ = writeln!(out, "{}  {mark}", escape(&self.resource));
        for change in &self.of {
            let _ = writeln!(out, "  {}: {} -> {}", escape(&change.id), change.was, change.is);
        }
        out
    }

    fn json(&self) -> Result<String, serde_json::Error> {
        let mut line = serde_json::to_string(self)?;
        line.push('\n');
        Ok(line)
    }
}

/// The place of a verdict, the best first; `None` where nothing is known of the host for now.
fn rank(verdict: &Verdict) -> Option<u8> {
    match verdict {
        Verdict::Registrable => Some(0),
        Verdict::Open => Some(1),
        Verdict::NoRegistration | Verdict::ExternalAuthorizationServer { .. } => Some(2),
        Verdict::Unusable { .. } => Some(3),
        Verdict::Unreadable { .. } => Some(4),
        Verdict::NoMetadata | Verdict::Closed { .. } => Some(5),
        Verdict::Refused { .. } => Some(6),
        Verdict::Unreachable { .. } => None,
    }
}

const MAX_LINE: u64 = 4 << 20;
