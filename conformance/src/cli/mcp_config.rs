//! The servers of an MCP client's configuration file.

use std::{fs, path::Path};

use serde_json::{Map, Value};

use super::usage::Usage;

/// The URLs of the remote servers that a file names: `mcpServers` of Claude, Cursor and others, `servers` of Visual
/// Studio Code, and servers behind `mcp-remote`.
pub(super) fn hosts(path: &Path) -> Result<Vec<String>, Usage> {
    let text = fs::read_to_string(path).map_err(|error| Usage::at(path, error))?;
    let document: Value = serde_json::from_str(&text).map_err(|error| Usage::at(path, error))?;
    let hosts = of_document(&document);
    if hosts.is_empty() {
        return Err(Usage::at(path, "no remote server is named in `mcpServers` or `servers`"));
    }
    Ok(hosts)
}

fn of_document(document: &Value) -> Vec<String> {
    let places = [document, document.get("mcp").unwrap_or(&Value::Null)];
    let lists = places.into_iter().flat_map(|place| ["mcpServers", "servers"].map(|name| place.get(name)));
    let servers = lists.flatten().filter_map(Value::as_object).flat_map(Map::values);
    let mut hosts: Vec<String> = servers.filter_map(url).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

fn url(server: &Value) -> Option<String> {
    let text = |name: &str| server.get(name).and_then(Value::as_str);
    let direct = ["url", "serverUrl", "httpUrl"].into_iter().find_map(text);
    let arguments =
        server.get("args").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let is_proxy = arguments.clone().any(|argument| argument.starts_with("mcp-remote"));
    let behind = arguments.into_iter().find(|argument| argument.starts_with("http")).filter(|_| is_proxy);
    direct.or(behind).map(str::to_owned)
}

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
            (json!({"x": 1}), vec![]),
        ] {
            assert_eq!(of_document(&document), expected, "{document}");
        }
    }
}
