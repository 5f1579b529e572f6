//! Bytes to values, as Kafka's generated readers read them; refusals carry their words.

use super::{Field, Kind, Schema, Value};
use crate::base::Uuid;

/// What a reader of Java's says, or that it says nothing (an exception without a message).
pub type Fault = String;

/// The message of an exception that has none.
const NO_MESSAGE: &str = "null";

/// The longest string.
const TEXT_BYTES_MAX: i32 = 0x7fff;

type Read<T> = Result<T, Fault>;

impl Schema {
    /// Takes a message of that version from the front of `bytes`. A value a field; those that the version does not have
    /// are as if they were never set.
    pub fn read<'a>(&self, bytes: &mut &'a [u8], version: i16) -> Read<Vec<Value<'a>>> {
        let flexible = self.is_flexible(version);
        let mut reader = Reader { rest: bytes, version, newest: self.newest, flexible };
        let values = reader.fields(&self.fields)?;
        *bytes = reader.rest;
        Ok(values)
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    name: &'a str,
    part: &'static str,
    nullable: bool,
    tagged: bool,
    shared: bool,
}

struct Reader<'a> {
    rest: &'a [u8],
    version: i16,
    newest: i16,
    flexible: bool,
}

impl<'a> Reader<'a> {
    fn fields(&mut self, fields: &[Field]) -> Read<Vec<Value<'a>>> {
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            let is_here = field.is_in(self.version) && field.tag.is_none();
            values.push(if is_here { self.value(field)? } else { field.default.clone() });
        }
        if self.flexible {
            self.tags(fields, &mut values)?;
        }
        Ok(values)
    }

    fn tags(&mut self, fields: &[Field], values: &mut [Value<'a>]) -> Read<()> {
        for _ in 0..self.uvarint()?.max(0) {
            let tag = self.uvarint()?;
            let size = self.uvarint()?;
            let known = fields.iter().position(|field| field.tag.is_some_and(|own| own as i32 == tag));
            let Some(place) = known else {
                self.array(size)?;
                continue;
            };
            if !fields[place].is_in(self.version) {
                return Err(format!("Tag {tag} is not valid for version {}", self.version));
            }
            values[place] = self.value(&fields[place])?;
        }
        Ok(())
    }

    fn value(&mut self, field: &Field) -> Read<Value<'a>> {
        let place = Place {
            name: field.name,
            part: "",
            nullable: field.nullable,
            tagged: field.tag.is_some(),
            shared: field.shared,
        };
        self.of_kind(&field.kind, place)
    }

    fn of_kind(&mut self, kind: &Kind, place: Place<'_>) -> Read<Value<'a>> {
        let Place { name, part, nullable, tagged, shared } = place;
        let null = || {
            let refusal = format!("non-nullable field {name}{part} was serialized as null");
            if nullable { Ok(Value::Null) } else { Err(refusal) }
        };
        Ok(match kind {
            Kind::I8 => Value::Number(i64::from(self.byte()? as i8)),
            Kind::I16 => Value::Number(i64::from(i16::from_be_bytes(self.fixed()?))),
            Kind::U16 => Value::Number(i64::from(u16::from_be_bytes(self.fixed()?))),
            Kind::I32 => Value::Number(i64::from(i32::from_be_bytes(self.fixed()?))),
            Kind::U32 => Value::Number(i64::from(u32::from_be_bytes(self.fixed()?))),
            Kind::I64 => Value::Number(i64::from_be_bytes(self.fixed()?)),
            Kind::F64 => Value::Float(f64::from_be_bytes(self.fixed()?)),
            Kind::Bool => Value::Bool(self.byte()? != 0),
            Kind::Uuid => Value::Uuid(Uuid(self.fixed()?)),
            Kind::Text => match self.length(Width::Short)? {
                ..0 => null()?,
                length if length > TEXT_BYTES_MAX => {
                    return Err(format!("string field {name}{part} had invalid length {length}"));
                }
                length => Value::Text(self.array(length)?),
            },
            Kind::Bytes => match self.length(Width::Int)? {
                ..0 => null()?,
                length => Value::Bytes(self.array(length)?),
            },
            Kind::List(element) => match self.length(Width::Int)? {
                ..0 => null()?,
                length => Value::List(self.list(element, length, place)?),
            },
            Kind::Struct(fields) => {
                // A structure that may be null says so in front: as a tag by 0, elsewhere by -1.
                let is_null = match nullable {
                    false => false,
                    true if tagged => self.uvarint()? <= 0,
                    true => (self.byte()? as i8) < 0,
                };
                if is_null {
                    return Ok(Value::Null);
                }
                if self.version > self.newest && !shared {
                    return Err(format!("Can't read version {} of a part of {name}", self.version));
                }
                Value::Struct(self.fields(fields)?)
            }
        })
    }

    fn list(&mut self, element: &Kind, length: i32, of: Place<'_>) -> Read<Vec<Value<'a>>> {
        let left = self.rest.len();
        // Java's readers say this as well; here it also bounds what is asked for.
        if length as u64 > left as u64 {
            return Err(format!(
                "Tried to allocate a collection of size {length}, but there are only {left} bytes remaining."
            ));
        }
        let mut values = Vec::new();
        for _ in 0..length {
            let place = Place { part: " element", nullable: false, tagged: false, ..of };
            values.push(self.of_kind(element, place)?);
        }
        Ok(values)
    }

    fn length(&mut self, width: Width) -> Read<i32> {
        Ok(match width {
            _ if self.flexible => self.uvarint()?.wrapping_sub(1),
            Width::Short => i32::from(i16::from_be_bytes(self.fixed()?)),
            Width::Int => i32::from_be_bytes(self.fixed()?),
        })
    }

    fn array(&mut self, size: i32) -> Read<&'a [u8]> {
        let left = self.rest.len();
        let Ok(length) = usize::try_from(size) else {
            return Err(size.to_string());
        };
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(|| {
            format!("Error reading byte array of {size} byte(s): only {left} byte(s) available")
        })?;
        self.rest = rest;
        Ok(bytes)
    }

    fn fixed<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (&bytes, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| NO_MESSAGE.to_owned())?;
        self.rest = rest;
        Ok(bytes)
    }

    fn byte(&mut self) -> Read<u8> {
        self.fixed::<1>().map(|[byte]| byte)
    }

    fn uvarint(&mut self) -> Read<i32> {
        take_uvarint(&mut self.rest)
    }
}

enum Width {
    Short,
    Int,
}

/// Takes an unsigned variable-length integer.
pub fn take_uvarint(from: &mut &[u8]) -> Read<i32> {
    let mut bits = 0u32;
    for group in 0..5 {
        let (&byte, rest) = from.split_first().ok_or_else(|| NO_MESSAGE.to_owned())?;
        *from = rest;
        bits |= u32::from(if group == 4 { byte } else { byte & 0x7f }) << (7 * group);
        if byte < 0x80 {
            return Ok(bits as i32);
        }
    }
    Err(format!(
        "Varint is too long, the most significant bit in the 5th byte is set, converted value: {bits:x}"
    ))
}
