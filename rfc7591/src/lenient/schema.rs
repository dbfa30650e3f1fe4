use schemars::Schema;
use serde_json::Value;

/// Takes `null` out of the properties of a schema: an `Option` is a member that is left out, not one that is `null`.
pub fn without_null(schema: &mut Schema) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for property in properties.values_mut().filter_map(Value::as_object_mut) {
        if let Some(Value::Array(types)) = property.get_mut("type")
            && let [only, Value::String(null)] = types.as_slice()
            && null == "null"
        {
            let only = only.clone();
            property.insert("type".to_owned(), only);
        }
        if let Some(Value::Array(any)) = property.get("anyOf")
            && let [Value::Object(only), null] = any.as_slice()
            && null.get("type").is_some_and(|kind| kind == "null")
        {
            let only = only.clone();
            property.remove("anyOf");
            property.extend(only);
        }
    }
}
