use std::io;

use super::model::Report;

/// The sort key of the parts of a document; those of the same rank stay in the order in which they come.
pub(super) type Rank = Option<(bool, String)>;

/// The form of a document: a part for each report, and the head and tail, which may count all of them.
pub(super) trait Form {
    fn part(&mut self, report: &Report) -> Result<String, FormError>;

    fn rank(&self, _report: &Report) -> Rank {
        None
    }

    fn head(&self) -> Result<String, FormError>;

    fn between(&self) -> &'static str {
        ""
    }

    fn tail(&self) -> String;
}

/// The document of reports that are in memory.
pub(super) fn print(mut form: impl Form, reports: &[Report]) -> Result<String, FormError> {
    let mut parts = Vec::new();
    for report in reports {
        parts.push((form.rank(report), form.part(report)?));
    }
    parts.sort_by(|a: &(Rank, String), b| a.0.cmp(&b.0));
    let parts: Vec<String> =
        parts.into_iter().map(|(_, part)| part).filter(|part| !part.is_empty()).collect();
    Ok([form.head()?, parts.join(form.between()), form.tail()].concat())
}

/// The reason why reports cannot be printed in a form.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// A template of the page cannot be filled.
    #[error("the page cannot be rendered: {0}")]
    Html(#[from] askama::Error),
    /// The file that holds the parts, or the output, cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The XML document cannot be serialised.
    #[error("the XML document cannot be written: {0}")]
    Xml(#[from] quick_junit::SerializeError),
}
