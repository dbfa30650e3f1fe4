use serde::de::DeserializeOwned;

/// Reads a value from JSON text.
///
/// Through a tree, because a reader of the tree is half the code of a reader of the text, for each type.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_value(serde_json::from_str(text)?)
}
