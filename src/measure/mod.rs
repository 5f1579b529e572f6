//! Layer 6: what a run costs, read from its world and trace. Nothing here changes a world.
//!
//! | file | what |
//! |---|---|
//! | `ledger` | the measures that every run has, kept up to date a piece of the trace at a time |
//! | `ownership` | who owned what when: tenures, pauses, moves |
//! | `moves` | which moves a best assignment would have spared |
//! | `drain` | how long a peak of lag took to go away |
//! | `facts` | what recordings of real consumers are compared with |

mod drain;
pub mod facts;
mod ledger;
mod moves;
mod ownership;

pub use ledger::{LagPoint, Ledger, Measures};
pub use ownership::Tenure;
