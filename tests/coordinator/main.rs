//! The coordinator from outside: who is refused what, what is told beside the wire, and that the log is the state.

#![cfg(not(target_family = "wasm"))]

mod cases;
mod lab;
mod modern;
mod random;
