//! Values to JSON, as Kafka's generated converters make them and Jackson writes them.

use super::{Field, Schema, Value};
use crate::terminal::dump_log::java::{double, put_utf8};
use crate::terminal::dump_log::output::put_number;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

impl Schema {
    /// Appends a message of that version.
    pub fn put_json(&self, values: &[Value<'_>], version: i16, out: &mut Vec<u8>) {
        put_struct(&self.fields, values, version, out);
    }
}

fn put_struct(fields: &[Field], values: &[Value<'_>], version: i16, out: &mut Vec<u8>) {
    let mut before = b'{';
    for (field, value) in fields.iter().zip(values) {
        if !field.is_in(version) || (field.tag.is_some() && *value == field.default) {
            continue;
        }
        out.push(before);
        before = b',';
        out.push(b'"');
        out.extend_from_slice(field.name.as_bytes());
        out.extend_from_slice(b"\":");
        put_value(&field.kind, value, version, out);
    }
    if before == b'{' {
        out.push(b'{');
    }
    out.push(b'}');
}

fn put_value(kind: &super::Kind, value: &Value<'_>, version: i16, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Number(number) => put_number(out, *number),
        Value::Float(number) if number.is_finite() => out.extend_from_slice(double(*number).as_bytes()),
        Value::Float(number) => put_string(out, double(*number).as_bytes()),
        Value::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Value::Text(text) => put_string(out, text),
        Value::Bytes(bytes) => put_string(out, STANDARD.encode(bytes).as_bytes()),
        Value::Uuid(id) => put_string(out, id.to_string().as_bytes()),
        Value::Message(schema, version, values) => schema.put_json(values, *version, out),
        Value::Struct(values) => {
            let super::Kind::Struct(fields) = kind else {
                unreachable!("a structure has a structure's kind")
            };
            put_struct(fields, values, version, out);
        }
        Value::List(values) => {
            let super::Kind::List(element) = kind else { unreachable!("a list has a list's kind") };
            out.push(b'[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                put_value(element, value, version, out);
            }
            out.push(b']');
        }
    }
}

/// Appends a string; what is no UTF-8 in it becomes U+FFFD.
pub fn put_string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    let mut plain = 0;
    for (at, &byte) in text.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            0x08 => b"\\b",
            b'\t' => b"\\t",
            b'\n' => b"\\n",
            0x0c => b"\\f",
            b'\r' => b"\\r",
            0..0x20 => b"",
            _ => continue,
        };
        put_utf8(out, &text[plain..at]);
        plain = at + 1;
        if escape.is_empty() {
            out.extend_from_slice(format!("\\u{byte:04X}").as_bytes());
        } else {
            out.extend_from_slice(escape);
        }
    }
    put_utf8(out, &text[plain..]);
    out.push(b'"');
}
