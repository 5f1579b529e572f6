//! What is stored, as values of JavaScript.

use super::{Note, StorageError};
use crate::session::{ChunkKey, Digest};
use js_sys::{Array, Reflect, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::IdbRequest;

impl Note {
    /// As it is stored.
    pub fn to_js(self) -> JsValue {
        let record = js_sys::Object::new();
        let number = |ms: Option<i64>| ms.map_or(JsValue::NULL, |ms| (ms as f64).into());
        set(&record, "exported_ms", &number(self.exported_ms));
        set(&record, "verified_ms", &number(self.verified_ms));
        record.into()
    }

    /// What is stored; nothing is known of what cannot be read.
    pub fn of_js(record: &JsValue) -> Note {
        let number = |name: &str| get(record, name).as_f64().map(|ms| ms as i64);
        Note { exported_ms: number("exported_ms"), verified_ms: number("verified_ms") }
    }
}

/// Keys and values of everything in a store.
pub fn pairs(all: &[IdbRequest; 2]) -> Result<Vec<(JsValue, JsValue)>, StorageError> {
    let [keys, values] = [all[0].result(), all[1].result()];
    let (keys, values) = (keys.map_err(StorageError::of)?, values.map_err(StorageError::of)?);
    Ok(Array::from(&keys).iter().zip(Array::from(&values).iter()).collect())
}

pub fn key_of(key: &ChunkKey) -> JsValue {
    Array::of2(&Uint8Array::from(&key.file.0[..]).into(), &key.number.into()).into()
}

pub fn chunk_key(key: &JsValue) -> Option<ChunkKey> {
    let parts = Array::from(key);
    let file = Uint8Array::new(&parts.get(0)).to_vec().try_into().ok()?;
    Some(ChunkKey { file: Digest(file), number: parts.get(1).as_f64()? as u32 })
}

pub fn catalog_of(record: &JsValue) -> Result<(u64, Rc<[u8]>), StorageError> {
    let generation = get(record, "generation").as_f64().unwrap_or(0.0) as u64;
    Ok((generation, bytes_of(&get(record, "bytes"))?))
}

pub fn text(value: &JsValue) -> Result<Rc<str>, StorageError> {
    value.as_string().map(Rc::from).ok_or_else(|| StorageError::Failed("a label is not a text".into()))
}

/// A copy in JavaScript's memory that is exactly as long as `bytes`.
pub fn buffer(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).buffer().into()
}

pub fn bytes_of(value: &JsValue) -> Result<Rc<[u8]>, StorageError> {
    match value.dyn_ref::<js_sys::ArrayBuffer>() {
        Some(buffer) => Ok(Uint8Array::new(buffer).to_vec().into()),
        None => Err(StorageError::Failed("a stored value is not made of bytes".into())),
    }
}

pub fn set(record: &JsValue, name: &str, value: &JsValue) {
    Reflect::set(record, &name.into(), value).expect("a fresh object takes every property");
}

pub fn get(record: &JsValue, name: &str) -> JsValue {
    Reflect::get(record, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
