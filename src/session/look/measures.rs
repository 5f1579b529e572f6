//! The measures of the whole run so far.

use crate::measure::Ledger;
use crate::session::view::MeasuresView;
use crate::sim::World;

/// The eight measures, of all groups together.
pub fn measures(world: &World, ledger: &Ledger) -> MeasuresView {
    let found = ledger.measures(world, None);
    MeasuresView {
        unowned: found.unowned,
        unowned_now: found.unowned_now,
        pause_max: found.pause_max,
        pause_median: found.pause_median,
        moved: found.moved,
        moved_needlessly: found.moved_needlessly,
        reread: found.reread,
        reread_to_come: found.reread_to_come,
        skipped: found.skipped,
        lag: found.lag,
        unread: found.unread,
        rebalances: found.rebalances,
        rebalancing: found.rebalancing,
        generation: found.generation,
        messages: found.messages,
    }
}
