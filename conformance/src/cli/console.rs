use std::io::{self, Write};

/// Prints to the standard output; a pipe that was closed is no failure.
pub(super) fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Prints a line to the standard error, for the person and not for the pipe.
pub(super) fn notify(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
