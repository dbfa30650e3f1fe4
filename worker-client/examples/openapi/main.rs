//! Prints the description of the routes: `cargo run -p worker-client --example openapi > worker-client/openapi.json`.

mod document;

#[expect(clippy::print_stdout, reason = "what it is for")]
fn main() -> Result<(), serde_json::Error> {
    println!("{}", serde_json::to_string(&document::openapi())?);
    Ok(())
}
