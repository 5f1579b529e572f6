//! Kafka's own records by their schemas: bytes to values, values to JSON.
//!
//! A schema is a text. `4/4 offset:i64 leaderEpoch@3:i32 … topicId@4#0:uuid` says: flexible from version 4, of which 4 is
//! the newest; a field `offset`; a field that is there from version 3; a field that is there from version 4, as tag 0.
//!
//! ```text
//! schema  = ( first flexible version | - ) / newest version   field…
//! field   = name [ @first [ -last ] ] [ #tag ] : type [ ! ] [ ? ] [ =default ]       ? : may be null
//! type    = i8 i16 u16 i32 u32 i64 f64 bool s (string) b (bytes) uuid
//!         | [type] | [field…] (a list of structures) | {field…} (a structure)
//! ```
//! Kafka's readers take any version of a message, and read those they do not know as the newest they know; its parts
//! refuse them, but for structures that several fields share (`!`).

mod json;
mod read;

pub use json::put_string;
pub use read::take_uvarint;

use crate::base::Uuid;
use std::rc::Rc;

/// What a message consists of.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The first version with compact lengths and tags.
    flexible: Option<i16>,
    /// The newest version.
    newest: i16,
    fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq)]
struct Field {
    name: &'static str,
    first: i16,
    last: Option<i16>,
    tag: Option<u32>,
    kind: Kind,
    /// A structure that several fields share.
    shared: bool,
    nullable: bool,
    /// What a tagged field is when it is not there.
    default: Value<'static>,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    I8,
    I16,
    U16,
    I32,
    U32,
    I64,
    F64,
    Bool,
    Text,
    Bytes,
    Uuid,
    List(Box<Kind>),
    Struct(Vec<Field>),
}

/// What a field says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing, where that is allowed.
    Null,
    /// Any whole number.
    Number(i64),
    /// A floating point number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// UTF-8 by contract.
    Text(&'a [u8]),
    /// Bytes.
    Bytes(&'a [u8]),
    /// An id.
    Uuid(Uuid),
    /// Several of a kind.
    List(Vec<Value<'a>>),
    /// A value a field of the schema.
    Struct(Vec<Value<'a>>),
    /// Bytes that are themselves a message, of that version.
    Message(Rc<Schema>, i16, Vec<Value<'a>>),
}

impl Field {
    fn is_in(&self, version: i16) -> bool {
        (self.first == 0 || version >= self.first) && self.last.is_none_or(|last| version <= last)
    }
}

impl Kind {
    /// What a field of this kind is that was never set.
    fn unset(&self) -> Value<'static> {
        match self {
            Kind::I8 | Kind::I16 | Kind::U16 | Kind::I32 | Kind::U32 | Kind::I64 => Value::Number(0),
            Kind::F64 => Value::Float(0.0),
            Kind::Bool => Value::Bool(false),
            Kind::Text => Value::Text(b""),
            Kind::Bytes => Value::Bytes(b""),
            Kind::Uuid => Value::Uuid(Uuid::ZERO),
            Kind::List(_) => Value::List(Vec::new()),
            Kind::Struct(fields) => Value::Struct(fields.iter().map(|field| field.default.clone()).collect()),
        }
    }
}

impl Schema {
    /// Reads the text of a schema, which is one of ours.
    pub fn parse(text: &'static str) -> Schema {
        let (versions, fields) = text.split_once(' ').unwrap_or((text, ""));
        let (flexible, newest) = versions.split_once('/').expect("two versions");
        let mut notation = Notation { rest: fields };
        let newest = newest.parse().expect("a version");
        let schema = Schema { flexible: flexible.parse().ok(), newest, fields: notation.fields() };
        assert!(notation.rest.is_empty(), "a schema that ends too early: {text}");
        schema
    }

    fn is_flexible(&self, version: i16) -> bool {
        self.flexible.is_some_and(|first| first == 0 || version >= first)
    }

    /// The newest version.
    pub fn newest(&self) -> i16 {
        self.newest
    }

    /// The place of a field.
    pub fn place(&self, name: &str) -> usize {
        self.fields.iter().position(|field| field.name == name).expect("a field of the schema")
    }
}

/// The rest of a text that is being read.
struct Notation {
    rest: &'static str,
}

impl Notation {
    fn fields(&mut self) -> Vec<Field> {
        let mut fields = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with([']', '}']) {
            fields.push(self.field());
            self.skip(' ');
        }
        fields
    }

    fn field(&mut self) -> Field {
        let name = self.word();
        let first = if self.skip('@') { self.number() } else { 0 };
        let last = self.skip('-').then(|| self.number());
        let tag = self.skip('#').then(|| self.number());
        assert!(self.skip(':'), "a type after {name}");
        let kind = self.kind();
        let shared = self.skip('!');
        let nullable = self.skip('?');
        let default = if !self.skip('=') {
            kind.unset()
        } else if self.rest.starts_with("null") {
            self.word();
            Value::Null
        } else {
            let sign = if self.skip('-') { -1 } else { 1 };
            Value::Number(sign * self.number::<i64>())
        };
        Field { name, first, last, tag, kind, shared, nullable, default }
    }

    fn kind(&mut self) -> Kind {
        if self.skip('{') {
            let fields = self.fields();
            assert!(self.skip('}'), "a structure ends");
            return Kind::Struct(fields);
        }
        if self.skip('[') {
            let inside = self.rest;
            let end = inside.find([':', ']', '#', '@']).unwrap_or(inside.len());
            // A name and what follows a name begin a field; a type stands alone.
            let element =
                if inside[end..].starts_with(']') { self.kind() } else { Kind::Struct(self.fields()) };
            assert!(self.skip(']'), "a list ends");
            return Kind::List(Box::new(element));
        }
        match self.word() {
            "i8" => Kind::I8,
            "i16" => Kind::I16,
            "u16" => Kind::U16,
            "i32" => Kind::I32,
            "u32" => Kind::U32,
            "i64" => Kind::I64,
            "f64" => Kind::F64,
            "bool" => Kind::Bool,
            "s" => Kind::Text,
            "b" => Kind::Bytes,
            "uuid" => Kind::Uuid,
            other => panic!("no type of a schema: {other}"),
        }
    }

    fn word(&mut self) -> &'static str {
        let end = self.rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn number<T: std::str::FromStr>(&mut self) -> T {
        let Ok(number) = self.word().parse() else { panic!("a number is expected before {}", self.rest) };
        number
    }

    fn skip(&mut self, letter: char) -> bool {
        let found = self.rest.strip_prefix(letter);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }
}
