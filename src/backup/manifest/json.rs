//! Canonical JSON: one spelling for each content.
//!
//! The fields of a type are listed once more beside it (`object!`, `words!`; the compiler sees to it that none is
//! forgotten). Derived code would do the same, at ten times the weight in the page.

use super::FormatError;
use crate::base::Map;
use serde_json::Value;
use std::fmt;
use std::rc::Rc;

/// A 64-bit offset or producer id, written as a decimal string: JavaScript loses integers beyond 2⁵³.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(pub i64);

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What has a place in a manifest.
pub trait Json: Sized {
    /// As JSON.
    fn to_value(&self) -> Value;

    /// From JSON.
    ///
    /// # Errors
    /// [`Wrong`]: where, and what stands there.
    fn from_value(value: &Value) -> Result<Self, Wrong>;
}

/// Why JSON is not what it should be.
#[derive(Debug)]
pub struct Wrong {
    place: String,
    why: String,
}

impl Wrong {
    /// `value` is not `expected`.
    pub fn new(value: &Value, expected: &str) -> Wrong {
        let found = match value {
            Value::Object(_) => "an object".to_owned(),
            Value::Array(_) => "a list".to_owned(),
            other => other.to_string(),
        };
        Wrong { place: String::new(), why: format!("{found} is not {expected}") }
    }

    fn within(mut self, place: &str) -> Wrong {
        let link = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = format!("{place}{link}{}", self.place);
        self
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.place.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{}", self.place, self.why)
    }
}

/// The fields of an object that is read: exactly `names`.
pub(in crate::backup) fn fields<'a>(
    value: &'a Value,
    names: &[&str],
) -> Result<&'a serde_json::Map<String, Value>, Wrong> {
    let fields = value.as_object().ok_or_else(|| Wrong::new(value, "an object"))?;
    let wrong =
        |what: &str, name: &str| Err(Wrong { place: String::new(), why: format!("{what} field {name:?}") });
    if let Some(unknown) = fields.keys().find(|name| !names.contains(&name.as_str())) {
        return wrong("unknown", unknown);
    }
    match names.iter().find(|name| !fields.contains_key(**name)) {
        Some(missing) => wrong("missing", missing),
        None => Ok(fields),
    }
}

/// One of the fields.
pub(in crate::backup) fn field<T: Json>(
    fields: &serde_json::Map<String, Value>,
    name: &str,
) -> Result<T, Wrong> {
    T::from_value(&fields[name]).map_err(|wrong| wrong.within(name))
}

/// [`Json`] for a struct: an object of its fields, by their names or those given.
macro_rules! object {
    ($type:ident { $($field:ident $(= $name:literal)?),+ $(,)? }) => {
        impl $crate::backup::manifest::json::Json for $type {
            fn to_value(&self) -> serde_json::Value {
                use $crate::backup::manifest::json::name;
                let $type { $($field),+ } = self;
                let mut fields = serde_json::Map::new();
                $(fields.insert(name!($field $($name)?).to_owned(), $field.to_value());)+
                serde_json::Value::Object(fields)
            }

            fn from_value(value: &serde_json::Value) -> Result<Self, $crate::backup::manifest::json::Wrong> {
                use $crate::backup::manifest::json::{self, name};
                let fields = json::fields(value, &[$(name!($field $($name)?)),+])?;
                Ok($type { $($field: json::field(fields, name!($field $($name)?))?),+ })
            }
        }
    };
}

/// The name of a field in JSON.
macro_rules! name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}

/// [`Json`] for an enum: each variant is a word.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $crate::backup::manifest::json::Json for $type {
            fn to_value(&self) -> serde_json::Value {
                match self {
                    $($type::$variant => $word.into(),)+
                }
            }

            fn from_value(value: &serde_json::Value) -> Result<Self, $crate::backup::manifest::json::Wrong> {
                match value.as_str() {
                    $(Some($word) => Ok($type::$variant),)+
                    _ => Err($crate::backup::manifest::json::Wrong::new(
                        value,
                        concat!("one of:", $(" ", stringify!($word)),+),
                    )),
                }
            }
        }
    };
}

pub(in crate::backup) use {name, object, words};

macro_rules! integers {
    ($($type:ident),+) => {$(
        impl Json for $type {
            fn to_value(&self) -> Value {
                (*self).into()
            }

            fn from_value(value: &Value) -> Result<Self, Wrong> {
                let number = value.as_u64().map(i128::from).or_else(|| value.as_i64().map(i128::from));
                number
                    .and_then(|number| $type::try_from(number).ok())
                    .ok_or_else(|| Wrong::new(value, concat!("an integer (", stringify!($type), ")")))
            }
        }
    )+};
}

integers!(i16, i32, i64, u32, u64);

impl Json for bool {
    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }

    fn from_value(value: &Value) -> Result<bool, Wrong> {
        value.as_bool().ok_or_else(|| Wrong::new(value, "true or false"))
    }
}

impl Json for Rc<str> {
    fn to_value(&self) -> Value {
        Value::String((**self).to_owned())
    }

    fn from_value(value: &Value) -> Result<Rc<str>, Wrong> {
        value.as_str().map(Rc::from).ok_or_else(|| Wrong::new(value, "a string"))
    }
}

impl Json for Offset {
    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }

    fn from_value(value: &Value) -> Result<Offset, Wrong> {
        let offset = value.as_str().and_then(|text| text.parse().ok());
        offset.map(Offset).ok_or_else(|| Wrong::new(value, "an offset, a decimal number in quotes"))
    }
}

impl<T: Json> Json for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_value)
    }

    fn from_value(value: &Value) -> Result<Option<T>, Wrong> {
        if value.is_null() { Ok(None) } else { T::from_value(value).map(Some) }
    }
}

impl<T: Json> Json for Vec<T> {
    fn to_value(&self) -> Value {
        list(self)
    }

    fn from_value(value: &Value) -> Result<Vec<T>, Wrong> {
        let items = value.as_array().ok_or_else(|| Wrong::new(value, "a list"))?;
        let mut read = Vec::with_capacity(items.len());
        for item in items {
            read.push(T::from_value(item).map_err(|wrong| wrong.within(&format!("[{}]", read.len())))?);
        }
        Ok(read)
    }
}

impl Json for Map<Rc<str>, Rc<str>> {
    fn to_value(&self) -> Value {
        Value::Object(self.iter().map(|(key, value)| ((**key).to_owned(), value.to_value())).collect())
    }

    fn from_value(value: &Value) -> Result<Self, Wrong> {
        let fields = value.as_object().ok_or_else(|| Wrong::new(value, "an object"))?;
        let mut read = Map::new();
        for name in fields.keys() {
            read.insert(name.as_str().into(), field(fields, name)?);
        }
        Ok(read)
    }
}

/// A list of items.
pub fn list<T: Json>(items: &[T]) -> Value {
    Value::Array(items.iter().map(T::to_value).collect())
}

/// The canonical bytes of `value`: sorted keys, two spaces, one line feed at the end.
pub fn to_bytes(mut value: Value) -> Vec<u8> {
    value.sort_all_objects();
    let mut bytes = serde_json::to_vec_pretty(&value).expect("a value can be written");
    bytes.push(b'\n');
    bytes
}

/// The JSON in at most `max` bytes.
pub(super) fn value(bytes: &[u8], max: usize) -> Result<Value, FormatError> {
    if bytes.len() > max {
        return Err(FormatError::TooLarge { bytes: bytes.len() as u64 });
    }
    serde_json::from_slice(bytes).map_err(|error| FormatError::Malformed(error.to_string()))
}

/// The content of `value`, which was read from `bytes`; they must be the canonical ones.
pub(super) fn strict<T: Json>(value: &Value, bytes: &[u8]) -> Result<T, FormatError> {
    let content = T::from_value(value).map_err(|wrong| FormatError::Malformed(wrong.to_string()))?;
    let canonical = to_bytes(content.to_value());
    if canonical != bytes {
        let same = canonical.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        return Err(FormatError::NotCanonical { at: same as u64 });
    }
    Ok(content)
}

/// Reads canonical JSON of at most `max` bytes.
///
/// # Errors
/// [`FormatError`] for everything but the bytes that [`to_bytes`] writes.
pub fn parse<T: Json>(bytes: &[u8], max: usize) -> Result<T, FormatError> {
    strict(&value(bytes, max)?, bytes)
}
