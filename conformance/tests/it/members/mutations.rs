use serde_json::{Map, Value, json};

/// An answer with one member mutated.
pub(crate) struct Mutant {
    pub(crate) member: String,
    pub(crate) mutation: &'static str,
    pub(crate) json: String,
}

/// Every mutant of an answer.
pub(crate) fn mutants(body: &Map<String, Value>) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (member, value) in body {
        let mut add = |mutation, json| all.push(Mutant { member: member.clone(), mutation, json });
        let with = |value: Value| {
            let mut body = body.clone();
            body.insert(member.clone(), value);
            Value::Object(body).to_string()
        };
        let mut without = body.clone();
        without.remove(member);
        add("left out", Value::Object(without).to_string());
        let text = Value::Object(body.clone()).to_string();
        add("twice", format!("{}, {}: {value}}}", text.strip_suffix('}').unwrap(), json!(member)));
        // A value that is wrong already shows nothing when it is wrong in another way.
        let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !is_empty(value) {
            add("null", with(Value::Null));
        }
        // A value that the check puts in is of the kind of the member's name.
        let list = value.is_array() || value.as_str().is_some_and(|v| v.starts_with('=') && v.ends_with('s'));
        match value {
            _ if list => {
                add("a text for a list", with(json!("code")));
                add("a number for a list", with(json!(7)));
                if !is_empty(value) {
                    add("an empty list", with(json!([])));
                }
                add("an entry that is a number", with(extended(value, json!(7))));
                add("an entry without a value", with(extended(value, json!(""))));
            }
            Value::String(text) => {
                add("an empty text", with(json!("")));
                add("a number for a text", with(json!(7)));
                add("a list for a text", with(json!([text])));
                if text.starts_with("https://") || text == "=registration_client_uri" {
                    let uri =
                        if text.starts_with('=') { "https://as.example/register/client-0" } else { text };
                    add("a relative reference", with(json!("/relative")));
                    add("a URL without TLS", with(json!(uri.replacen("https://", "http://", 1))));
                    add(
                        "a URL with braces",
                        with(json!(format!("{}/{{tenant}}", uri.trim_end_matches('/')))),
                    );
                    add("a URL with a fragment", with(json!(format!("{uri}#fragment"))));
                    add("a URL with a space", with(json!(format!("{uri}/a b"))));
                }
            }
            Value::Bool(flag) => {
                add("a text for a boolean", with(json!(flag.to_string())));
                add("a number for a boolean", with(json!(1)));
            }
            Value::Number(number) => {
                add("a text for a number", with(json!(number.to_string())));
                add("a negative number", with(json!(-1)));
                add("a list for a number", with(json!([number])));
                let milliseconds = number.as_u64().filter(|time| *time > 1_000_000_000);
                if let Some(milliseconds) = milliseconds.and_then(|time| time.checked_mul(1000)) {
                    add("milliseconds for seconds", with(json!(milliseconds)));
                }
            }
            Value::Object(_) => add("a text for an object", with(json!("x"))),
            Value::Null | Value::Array(_) => {}
        }
    }
    all
}

fn extended(list: &Value, entry: Value) -> Value {
    let mut list = list.as_array().cloned().unwrap_or_default();
    list.push(entry);
    Value::Array(list)
}
