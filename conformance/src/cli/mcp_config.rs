//! The servers of an MCP client's configuration file.

use std::path::Path;

use conformance::escape;
use serde_json::{Map, Value};

use super::{console::notify, json_file, usage::Usage};

/// The URLs of the remote servers that a file names: `mcpServers` of Claude, Cursor and others, also those of a project,
/// `servers` of Visual Studio Code, `context_servers` of Zed, and servers behind `mcp-remote`. It says which of them it
/// leaves out.
pub(super) fn hosts(path: &Path) -> Result<Vec<String>, Usage> {
    let document: Value = json_file::read(path, "the JSON configuration of an MCP client")?;
    let (hosts, left_out) = of_document(&document);
    for why in left_out {
        notify(&escape(&format!("{}: {why}", path.display())));
    }
    if hosts.is_empty() {
        let none = "no remote server to check is named in `mcpServers`, `servers` or `context_servers`";
        return Err(Usage::at(path, none));
    }
    Ok(hosts)
}

/// The URLs, and the reason of each server that is left out.
fn of_document(document: &Value) -> (Vec<String>, Vec<String>) {
    let places = [document, document.get("mcp").unwrap_or(&Value::Null)];
    let projects = document.get("projects").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let lists = places.into_iter().chain(projects).flat_map(|place| LISTS.map(|name| place.get(name)));
    let servers = lists.flatten().filter_map(Value::as_object).flatten();
    let (mut hosts, mut left_out) = (Vec::new(), Vec::new());
    for (name, server) in servers {
        match url(server) {
            Ok(url) => hosts.extend(url),
            Err(why) => left_out.push(format!("`{name}` is not checked: {why}")),
        }
    }
    hosts.sort_unstable();
    hosts.dedup();
    (hosts, left_out)
}

/// The URL of a server; `None` for a program of this machine, and an error for one that cannot be asked.
fn url(server: &Value) -> Result<Option<String>, &'static str> {
    let direct = ["url", "serverUrl", "httpUrl"].into_iter().find_map(|name| server.get(name));
    let arguments =
        server.get("args").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let is_proxy = arguments.clone().any(|argument| argument.starts_with("mcp-remote"));
    let behind = arguments.into_iter().find(|argument| argument.starts_with("http")).filter(|_| is_proxy);
    let url = match direct {
        Some(url) => Some(url.as_str().ok_or("its URL is no text")?),
        None => behind,
    };
    match url {
        Some(_) if server.get("disabled") == Some(&Value::Bool(true)) => Err("it is disabled"),
        Some(url) if url.contains("${") => {
            Err("its URL has a variable that only its client knows; name the URL")
        }
        url => Ok(url.map(str::to_owned)),
    }
}

const LISTS: [&str; 3] = ["mcpServers", "servers", "context_servers"];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn files_of_several_clients() {
        for (document, expected) in [
            (
                json!({"mcpServers": {"a": {"url": "https://a.example/mcp"}, "b": {"command": "x"}}}),
                vec!["https://a.example/mcp"],
            ),
            (
                json!({"servers": {"a": {"type": "http", "url": "https://a.example"}}}),
                vec!["https://a.example"],
            ),
            (json!({"mcp": {"servers": {"a": {"url": "https://a.example"}}}}), vec!["https://a.example"]),
            (
                json!({"mcpServers": {
                    "a": {"command": "npx", "args": ["-y", "mcp-remote@latest", "https://a.example/sse"]},
                    "b": {"command": "npx", "args": ["-y", "other", "https://b.example/"]},
                    "c": {"serverUrl": "https://a.example/sse"},
                }}),
                vec!["https://a.example/sse"],
            ),
            (json!({"context_servers": {"a": {"url": "https://a.example"}}}), vec!["https://a.example"]),
            (
                json!({"projects": {"/p": {"mcpServers": {"a": {"url": "https://a.example"}}}}}),
                vec!["https://a.example"],
            ),
            (json!({"x": 1}), vec![]),
        ] {
            let (hosts, left_out) = of_document(&document);
            assert_eq!(
                (hosts, left_out),
                (expected.iter().map(ToString::to_string).collect(), Vec::new()),
                "{document}"
            );
        }
    }

    #[test]
    fn what_is_left_out_has_a_reason() {
        for (server, why) in [
            (json!({"url": 7}), "no text"),
            (json!({"url": "https://a.example", "disabled": true}), "disabled"),
            (json!({"url": "https://a.example/${input:tenant}"}), "variable"),
            (json!({"args": ["mcp-remote", "https://${HOST}/"]}), "variable"),
        ] {
            let (hosts, left_out) =
                of_document(&json!({"mcpServers": {"a": server, "b": {"url": "https://b.example"}}}));
            assert_eq!(hosts, ["https://b.example"], "the control");
            assert!(left_out.len() == 1 && left_out[0].contains(why), "{left_out:?}");
        }
    }
}
