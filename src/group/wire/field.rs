//! Reading fields of a JSON object. Every error says which field.

use crate::base::Uuid;
use crate::group::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::rc::Rc;

/// What is wrong, in words.
pub(super) type Read<T> = Result<T, String>;

fn kind<T>(value: Option<T>, name: &str, what: &str) -> Read<T> {
    value.ok_or_else(|| format!("{name} is not {what}"))
}

pub(super) fn text(of: &Value, name: &str) -> Read<Rc<str>> {
    kind(of[name].as_str().map(Rc::from), name, "a text")
}

/// A text; `None` for null and for a field that is not there.
pub(super) fn nullable_text(of: &Value, name: &str) -> Read<Option<Rc<str>>> {
    if of[name].is_null() { Ok(None) } else { text(of, name).map(Some) }
}

pub(super) fn i64(of: &Value, name: &str) -> Read<i64> {
    kind(of[name].as_i64(), name, "a whole number of 64 bits")
}

pub(super) fn i32(of: &Value, name: &str) -> Read<i32> {
    as_i32(&of[name], name)
}

pub(super) fn as_i32(value: &Value, name: &str) -> Read<i32> {
    kind(value.as_i64().and_then(|n| n.try_into().ok()), name, "a whole number of 32 bits")
}

/// A number; the default for a field that is not there.
pub(super) fn i32_or(of: &Value, name: &str, default: i32) -> Read<i32> {
    if of[name].is_null() { Ok(default) } else { i32(of, name) }
}

pub(super) fn i16(of: &Value, name: &str) -> Read<i16> {
    kind(of[name].as_i64().and_then(|n| n.try_into().ok()), name, "a whole number of 16 bits")
}

pub(super) fn bool(of: &Value, name: &str) -> Read<bool> {
    kind(of[name].as_bool(), name, "true or false")
}

pub(super) fn bytes(of: &Value, name: &str) -> Read<Bytes> {
    kind(of[name].as_str().and_then(|t| STANDARD.decode(t).ok()).map(Bytes::from), name, "base64")
}

/// A text that may be empty for bytes that are.
pub(super) fn base64(bytes: &[u8]) -> Value {
    STANDARD.encode(bytes).into()
}

/// An id; [`Uuid::ZERO`] for a field that is not there.
pub(super) fn uuid_or_zero(of: &Value, name: &str) -> Read<Uuid> {
    if of[name].is_null() {
        return Ok(Uuid::ZERO);
    }
    kind(of[name].as_str().and_then(Uuid::parse), name, "an id of 22 characters")
}

pub(super) fn list<'a>(of: &'a Value, name: &str) -> Read<&'a Vec<Value>> {
    kind(of[name].as_array(), name, "a list")
}

/// Each entry of a list.
pub(super) fn each<T>(of: &Value, name: &str, read: impl Fn(&Value) -> Read<T>) -> Read<Vec<T>> {
    list(of, name)?.iter().map(read).collect()
}

pub(super) fn texts(of: &Value, name: &str) -> Read<Vec<Rc<str>>> {
    each(of, name, |value| kind(value.as_str().map(Rc::from), name, "a list of texts"))
}

pub(super) fn numbers(of: &Value, name: &str) -> Read<Vec<i32>> {
    each(of, name, |value| as_i32(value, name))
}
