//! A document of many reports, put together without holding them: each is written to a file when it comes.

use std::{
    fmt,
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
};

use super::{
    form::{Form, FormError, Rank},
    html::Html,
    junit::Junit,
    model::Report,
    sarif::Sarif,
};

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
    pub fn add(&mut self, report: &Report) -> Result<(), FormError> {
        let part = self.form.part(report)?;
        if part.is_empty() {
            return Ok(());
        }
        self.parts.write_all(part.as_bytes())?;
        let begin = self.places.last().map_or(0, |last| last.begin.saturating_add(last.length));
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        self.places.push(Place { begin, length, rank: self.form.rank(report) });
        Ok(())
    }

    /// Writes the whole document, in its order.
    pub fn write(self, out: &mut dyn Write) -> Result<(), FormError> {
        let Self { form, parts, mut places } = self;
        let mut parts = parts.into_inner().map_err(io::IntoInnerError::into_error)?;
        let in_order = places.is_sorted_by(|a, b| a.rank <= b.rank);
        places.sort_by(|a, b| a.rank.cmp(&b.rank));
        out.write_all(form.head()?.as_bytes())?;
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
        Ok(out.write_all(form.tail().as_bytes())?)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("parts", &self.places.len()).finish_non_exhaustive()
    }
}

/// The place of a part in the file, and its rank in the document.
struct Place {
    begin: u64,
    length: u64,
    rank: Rank,
}
