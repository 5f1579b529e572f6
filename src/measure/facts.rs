//! The facts of a run that recordings of real consumers are compared with (`vectors/runs`).

use crate::base::Time;
use crate::sim::World;
use serde_json::Value;

/// `{"facts": {…}, "times": {"after": […]}}` of a run. `acts` are the lines of its story as they were written, with
/// their times.
pub fn facts(_world: &World, _acts: &[(Time, String)]) -> Value {
    todo!()
}
