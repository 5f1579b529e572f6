//! A restore puts another log under a consumer that runs on.
//!
//! With Kafka the files of a partition are replaced while its broker is down. A client loses its connections, and with
//! them the fetch under way, its fetch session and what else it had asked for. Once the broker is back, the partition has
//! a leader epoch that the client has not seen (every start of a broker brings one), so the client asks with
//! OffsetForLeaderEpoch where the log ends for the epoch of its position. Until that is answered nothing of the partition
//! is fetched or returned, and what had been fetched is dropped (`AWAIT_VALIDATION`). Then a position
//! - inside the log stays, whatever record stands there now;
//! - beyond its end was truncated: reading goes on at the end, or, without a reset policy, `poll()` throws
//!   `LogTruncationException`;
//! - before its start is out of range at the next fetch, which is the reset policy's matter.
//!
//! (Kafka 4.3.1, asked: without a policy `LogTruncationException` names the end as the divergent offset; with one and the
//! new protocol the position is the end.) While its broker is down, a client goes on returning what it has fetched. Here
//! the broker is down for no time at all, so nothing of that is returned after the restore.
//!
//! What `poll()` has returned already a real application would go on with: it holds the records, though the offsets that
//! it then commits mean others. Here those are dropped, as offsets say here which record is meant, and all that is counted
//! is counted of the log as it is now: what lies below the position and was never read of this log counts as passed over.

use super::Consumer;
use crate::sim::core::Core;
use crate::sim::fetch::Phase;
use crate::sim::spec::Reset;

impl Consumer {
    /// Another log is in the place of this one, or none.
    pub fn log_replaced(&mut self, log: u32) {
        let client = &mut self.client;
        client.buffer.retain(|chunk| chunk.log != log);
        client.batch.forget(log);
        client.working.take_if(|(of, _)| *of == log);
        if let Some(sharing) = &mut client.sharing {
            sharing.forget(log);
        }
        // Keys and values of these lines are made from the log when somebody looks.
        self.desk.lines.retain(|line| line.log != log);
        let Some(place) = client.places.iter_mut().find(|place| place.log == log) else { return };
        place.buffered = false;
        client.unready += u32::from(place.doubt());
        // Their answers would be of the log that was there.
        (client.asked.listed, client.asked.checked) = (None, None);
    }

    /// OffsetForLeaderEpoch was answered: where these logs end for the epochs of the positions in them.
    pub(super) fn offsets_validated(&mut self, core: &mut Core, token: u64, ends: Vec<(u32, i64)>) {
        if self.client.asked.checked.take_if(|asked| *asked == token).is_none() {
            return;
        }
        for (log, end) in ends {
            let Some(doubted) = self.validate(core, log, end) else { continue };
            if doubted > end && self.settings.reset == Reset::None {
                self.fail(core, "LogTruncationException");
                return;
            }
            let position = doubted.min(end);
            self.validated(core, log, position);
            // What of this log lies before it is nobody's to read any more.
            let progress = core.progress(self.group, log);
            progress.begin = progress.begin.max(position);
        }
    }
}

impl Core {
    /// A log is about to be replaced: its connections are gone, and what was under way of it comes to nothing.
    pub fn lose_fetches(&mut self, log: u32) {
        for consumer in 0..self.fetches.len() as u32 {
            let fetch = &mut self.fetches[consumer as usize];
            fetch.chunks.retain(|chunk| chunk.log != log);
            let asked = fetch.wanted.iter_mut().filter(|wanted| wanted.is_some_and(|(of, _)| of == log));
            let lost = asked.map(Option::take).count() > 0;
            if let Some(share) = &mut fetch.share {
                share.answer.acquired.retain(|(of, _)| *of != log);
            }
            if lost && fetch.phase == Phase::Parked {
                self.answer_fetch(consumer);
            }
        }
    }
}
