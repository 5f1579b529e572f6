//! Layer 6: what a run costs, read from its world and trace. Nothing here changes a world.

pub mod facts;
mod ledger;

pub use ledger::{LagPoint, Ledger, Measures, Tenure};
