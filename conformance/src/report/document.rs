//! A document of many reports, put together without holding them: each is written down when it comes.

use std::{
    fmt,
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
};

use super::{html::Html, junit::Junit, sarif::Sarif};
use crate::Report;

/// The reports of any number of hosts as one document; its parts wait in a temporary file for its head.
pub struct Document {
    form: Box<dyn Form>,
    parts: BufWriter<File>,
    places: Vec<Place>,
}

impl Document {
    /// An HTML page.
    pub fn html() -> io::Result<Self> {
        Self::of(Html::default())
    }

    /// `JUnit` XML.
    pub fn junit() -> io::Result<Self> {
        Self::of(Junit::default())
    }

    /// A SARIF log.
    pub fn sarif() -> io::Result<Self> {
        Self::of(Sarif::default())
    }

    fn of(form: impl Form + 'static) -> io::Result<Self> {
        let parts = BufWriter::new(tempfile::tempfile()?);
        Ok(Self { form: Box::new(form), parts, places: Vec::new() })
    }

    /// Adds the report of a host.
    pub fn add(&mut self, report: &Report) -> io::Result<()> {
        let part = self.form.part(report);
        if part.is_empty() {
            return Ok(());
        }
        self.parts.write_all(part.as_bytes())?;
        let begin = self.places.last().map_or(0, |last| last.begin.saturating_add(last.length));
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        self.places.push(Place { begin, length, rank: self.form.rank(report) });
        Ok(())
    }

    /// Writes all of it, in the order of the document.
    pub fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let Self { form, parts, mut places } = self;
        let mut parts = parts.into_inner().map_err(io::IntoInnerError::into_error)?;
        let in_order = places.is_sorted_by(|a, b| a.rank <= b.rank);
        places.sort_by(|a, b| a.rank.cmp(&b.rank));
        out.write_all(form.head().as_bytes())?;
        parts.rewind()?;
        for (index, place) in places.iter().enumerate() {
            if index > 0 {
                out.write_all(form.between().as_bytes())?;
            }
            if !in_order {
                parts.seek(SeekFrom::Start(place.begin))?;
            }
            io::copy(&mut Read::by_ref(&mut parts).take(place.length), out)?;
        }
        out.write_all(form.tail().as_bytes())
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("parts", &self.places.len()).finish_non_exhaustive()
    }
}

/// Where a part is, and where it belongs.
struct Place {
    begin: u64,
    length: u64,
    rank: Rank,
}

/// What the parts of a document are in order of; those of the same rank are as they come.
pub(super) type Rank = Option<(bool, String)>;

/// How a document is written: a part for each report, and what stands around them, which may say something of all.
pub(super) trait Form {
    fn part(&mut self, report: &Report) -> String;

    fn rank(&self, _report: &Report) -> Rank {
        None
    }

    fn head(&self) -> String;

    fn between(&self) -> &'static str {
        ""
    }

    fn tail(&self) -> String;
}

/// A document of reports that are held.
pub(super) fn print(mut form: impl Form, reports: &[Report]) -> String {
    let mut parts: Vec<(Rank, String)> =
        reports.iter().map(|report| (form.rank(report), form.part(report))).collect();
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    let parts: Vec<String> =
        parts.into_iter().map(|(_, part)| part).filter(|part| !part.is_empty()).collect();
    [form.head(), parts.join(form.between()), form.tail()].concat()
}
