//! Prints the branding of a root page: `cargo run -p branding --example branding -- <url or file>`.

use std::{env, error::Error, fs, process::ExitCode};

use branding::{Branding, Extractor, extract};
use url::Url;

#[tokio::main]
async fn main() -> ExitCode {
    let Some(source) = env::args().nth(1) else {
        eprintln!("usage: branding <url or file>");
        return ExitCode::from(2);
    };
    let branding = match Url::parse(&source) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => download(url).await,
        _ => read(&source),
    };
    match branding.and_then(|branding| Ok(serde_json::to_string_pretty(&branding)?)) {
        Ok(json) => println!("{json}"),
        Err(error) => {
            eprintln!("{source}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Downloads the page up to the point where the extractor needs no more.
async fn download(url: Url) -> Result<Branding, Box<dyn Error>> {
    // `reqwest` is built without a crypto provider of its own.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut response = reqwest::get(url).await?.error_for_status()?;
    let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
    let mut extractor = Extractor::new(response.url().clone(), content_type);
    while let Some(chunk) = response.chunk().await? {
        extractor.write(&chunk);
        if extractor.is_done() {
            break;
        }
    }
    Ok(extractor.finish())
}

/// Reads a page from a file. Its URL is unknown, so relative links are resolved against a placeholder.
fn read(path: &str) -> Result<Branding, Box<dyn Error>> {
    Ok(extract(Url::parse("https://host.example/")?, None, &fs::read(path)?))
}
