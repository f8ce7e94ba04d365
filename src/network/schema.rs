//! The JSON Schema of a description, and the check of a description against it.
//!
//! In: a merged tree. Out: a message for every unknown key, missing key and value of the wrong type, each at its line.
//! A tree that passes can be read by serde. The check follows the very schema that editors are given, so an editor
//! and a run never disagree; it knows the part of JSON Schema that the structs of a description need.

use serde_json::{Map, Value as Json};

use super::description::Description;
use super::document::{Node, Place, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, suggest};

/// The JSON Schema (draft 2020-12) of a network description, for editors and other tools.
pub fn schema() -> Json {
    let mut json = schemars::schema_for!(Description).to_value();
    without_null(&mut json);
    json
}

/// TOML has no null: an absent key is simply absent.
fn without_null(json: &mut Json) {
    match json {
        Json::Object(map) => {
            if map.get("default").is_some_and(Json::is_null) {
                map.remove("default");
            }
            if let Some(Json::Array(types)) = map.get_mut("type") {
                types.retain(|t| t != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    map.insert("type".to_string(), one);
                }
            }
            if let Some(Json::Array(choices)) = map.get_mut("anyOf") {
                choices.retain(|choice| choice.get("type").is_none_or(|t| t != "null"));
                if let [Json::Object(only)] = choices.as_slice() {
                    let only = only.clone();
                    map.remove("anyOf");
                    for (key, value) in only {
                        map.entry(key).or_insert(value);
                    }
                }
            }
            map.values_mut().for_each(without_null);
        }
        Json::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// Reports all that keeps `place` from being a description.
pub(crate) fn validate(place: &Place, problems: &mut Diagnostics) {
    let schema = schema();
    let check = Check { root: &schema };
    check.node(place, &schema, problems);
}

struct Check<'s> {
    root: &'s Json,
}

impl<'s> Check<'s> {
    /// The schema that a `$ref` names, or the schema itself.
    fn resolve(&self, schema: &'s Json) -> &'s Json {
        let target = schema.get("$ref").and_then(Json::as_str).and_then(|r| r.strip_prefix('#'));
        target.and_then(|pointer| self.root.pointer(pointer)).unwrap_or(schema)
    }

    fn node(&self, place: &Place, schema: &'s Json, problems: &mut Diagnostics) {
        let Some(node) = place.node() else { return };
        let meaning = schema.get("description").or_else(|| self.resolve(schema).get("description"));
        let schema = self.resolve(schema);
        let choices = self.choices(schema);
        // The alternative of the value's kind says best what is wrong inside it.
        let nested = matches!(node.value, Value::Table(_) | Value::List(_));
        let fitting = choices.iter().find(|choice| self.kind_fits(node, choice));
        match fitting {
            Some(choice) if nested => match node.value {
                Value::Table(_) => self.table(place, choice, problems),
                _ => self.list(place, choice, problems),
            },
            Some(_) if choices.iter().any(|choice| self.scalar_fits(node, choice)) => {}
            _ => problems.push(self.refuse(place, node, &choices, meaning)),
        }
    }

    /// The alternatives of a schema, flattened.
    fn choices(&self, schema: &'s Json) -> Vec<&'s Json> {
        let schema = self.resolve(schema);
        match schema.get("anyOf").or(schema.get("oneOf")).and_then(Json::as_array) {
            Some(list) => list.iter().flat_map(|choice| self.choices(choice)).collect(),
            None => vec![schema],
        }
    }

    fn kind_fits(&self, node: &Node, schema: &Json) -> bool {
        let wanted = schema.get("type").and_then(Json::as_str);
        match &node.value {
            Value::Text(_) => wanted == Some("string"),
            Value::Integer(_) => matches!(wanted, Some("number" | "integer")),
            Value::Float(_) => wanted == Some("number"),
            Value::Bool(_) => wanted == Some("boolean"),
            Value::List(_) => wanted == Some("array"),
            Value::Table(_) => wanted == Some("object"),
        }
    }

    fn scalar_fits(&self, node: &Node, schema: &Json) -> bool {
        if !self.kind_fits(node, schema) {
            return false;
        }
        match &node.value {
            Value::Text(text) => words(schema).is_none_or(|words| words.contains(&text.as_str())),
            Value::Integer(number) => {
                let unsigned = schema.get("format").and_then(Json::as_str) == Some("uint32");
                !unsigned || u32::try_from(*number).is_ok()
            }
            _ => true,
        }
    }

    fn refuse(&self, place: &Place, node: &Node, choices: &[&Json], meaning: Option<&Json>) -> Diagnostic {
        let path = place.path();
        let listed: Vec<&str> = choices.iter().filter_map(|c| words(c)).flatten().collect();
        let mut message = match &node.value {
            Value::Text(text) if !listed.is_empty() => {
                let error = Diagnostic::error("network/choice", format!("`{path}` cannot be `{text}`"));
                match suggest(text, listed.iter().copied()) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error,
                }
            }
            _ => {
                let found = found(&node.value);
                let wanted = expected(choices);
                Diagnostic::error("network/type", format!("`{path}` must be {wanted}, not {found}"))
            }
        };
        if !listed.is_empty() {
            message = message.help(format!("write one of {}", quoted(listed.iter().copied())));
        }
        if let Some(text) = meaning.and_then(Json::as_str) {
            message = message.note(format!("`{}`: {}", last(path), one_line(text)));
        }
        message.at(place.span(), "")
    }

    fn list(&self, place: &Place, schema: &'s Json, problems: &mut Diagnostics) {
        let Some(Node { value: Value::List(items), .. }) = place.node() else { return };
        let bound = |key: &str| schema.get(key).and_then(Json::as_u64).map(|n| n as usize);
        let count = items.len();
        if bound("minItems").is_some_and(|least| count < least)
            || bound("maxItems").is_some_and(|most| count > most)
        {
            let wanted = bound("minItems").unwrap_or_default();
            let message = format!("`{}` must have {wanted} items, not {count}", place.path());
            problems.push(Diagnostic::error("network/type", message).at(place.span(), ""));
        }
        if let Some(item) = schema.get("items").filter(|i| i.is_object()) {
            (0..count).for_each(|i| self.node(&place.item(i), item, problems));
        }
    }

    fn table(&self, place: &Place, schema: &'s Json, problems: &mut Diagnostics) {
        let Some(node) = place.node() else { return };
        let empty = Map::new();
        let properties = schema.get("properties").and_then(Json::as_object).unwrap_or(&empty);
        let others = schema.get("additionalProperties");
        for (key, entry) in node.entries() {
            let here = place.at(key);
            match (properties.get(key), others) {
                (Some(inner), _) => self.node(&here, inner, problems),
                (None, Some(inner)) if inner.is_object() => {
                    if properties.is_empty() && !is_name(key) {
                        problems.push(bad_name(key, entry));
                    }
                    self.node(&here, inner, problems);
                }
                (None, _) => problems.push(unknown_key(place, key, entry, properties)),
            }
        }
        for required in schema.get("required").and_then(Json::as_array).into_iter().flatten() {
            let Some(key) = required.as_str().filter(|key| node.get(key).is_none()) else { continue };
            let mut message =
                Diagnostic::error("network/missing", format!("`{}` needs the key `{key}`", place.path()))
                    .at(place.key(), "");
            if let Some(text) = properties.get(key).and_then(|p| p.get("description")).and_then(Json::as_str)
            {
                message = message.note(format!("`{key}`: {}", one_line(text)));
            }
            problems.push(message);
        }
    }
}

fn unknown_key(place: &Place, key: &str, entry: &Node, properties: &Map<String, Json>) -> Diagnostic {
    let path = place.path();
    let owner = if path.is_empty() { "a description".to_string() } else { format!("`{path}`") };
    let error =
        Diagnostic::error("network/unknown-key", format!("{owner} has no key `{key}`")).at(entry.key, "");
    match suggest(key, properties.keys().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("its keys are {}", quoted(properties.keys().map(String::as_str)))),
    }
}

/// Names are used in expressions and files, so they are those of NMODL.
pub(crate) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let starts = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    starts && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn bad_name(key: &str, entry: &Node) -> Diagnostic {
    Diagnostic::error("network/name", format!("`{key}` cannot be a name"))
        .at(entry.key, "")
        .help("a name is made of letters, digits and _, and does not start with a digit")
}

/// The words that a text may be, when the schema lists them.
fn words(schema: &Json) -> Option<Vec<&str>> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(word), _) => word.as_str().map(|w| vec![w]),
        (None, Some(list)) => list.as_array().map(|list| list.iter().filter_map(Json::as_str).collect()),
        (None, None) => None,
    }
}

/// As in "a number or a text".
fn expected(choices: &[&Json]) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for choice in choices {
        let kind = match choice.get("type").and_then(Json::as_str) {
            Some("number") => "a number",
            Some("integer") => "a whole number from 0 on",
            Some("string") if words(choice).is_some() => "a word",
            Some("string") => "a text",
            Some("boolean") => "true or false",
            Some("array") => "a list",
            _ => "a table",
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    match kinds.as_slice() {
        ["a number", "a text"] => "a number or an expression".to_string(),
        _ => kinds.join(" or "),
    }
}

fn found(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        other => other.kind().to_string(),
    }
}

/// What there is instead of a name that is not there.
pub(crate) fn it_has<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names = quoted(names);
    if names.is_empty() { "it has none".into() } else { format!("it has {names}") }
}

/// Names in backticks, with commas.
pub(crate) fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
