//! Questions about consumers.

use super::{ConsumerFacts, ConsumerState, GroupState, LineFacts, MessageFacts, SettingFacts};
use crate::base::Time;
use crate::sim::World;
use crate::sim::client::{Consumer, Life, Phase, Task};

impl World {
    /// All consumers, in the order in which they were added.
    pub fn consumers(&self) -> Vec<ConsumerFacts> {
        self.consumers.iter().map(|of| self.consumer_facts(of)).collect()
    }

    /// One consumer.
    pub fn consumer(&self, name: &str) -> Option<ConsumerFacts> {
        let at = self.consumer_of(name).ok()?;
        Some(self.consumer_facts(&self.consumers[at]))
    }

    fn consumer_facts(&self, of: &Consumer) -> ConsumerFacts {
        let member = &of.client.member;
        let (rate, busy_milli) = of.desk.rate(self.core.now);
        let owns: Vec<u32> = match of.exists() {
            true => match &of.client.sharing {
                Some(sharing) => sharing.logs.clone(),
                None => of.client.places.iter().map(|place| place.log).collect(),
            },
            false => Vec::new(),
        };
        let name = |log: &u32| self.core.logs[*log as usize].name.clone();
        ConsumerFacts {
            membership: of.client.modern.as_ref().map(|modern| modern.facts(member.generation)),
            name: self.core.consumers[of.id as usize].clone(),
            group: self.core.groups[of.group as usize].name.clone(),
            index: of.id,
            processes: of.process,
            state: self.state(of),
            since: of.since,
            member_id: Some(member.id.clone()).filter(|id| !id.is_empty()),
            generation: Some(member.generation).filter(|generation| *generation >= 0),
            lag: owns.iter().map(|log| self.said(of.group, *log)).sum(),
            owns: owns.iter().map(name).collect(),
            rate,
            busy_milli,
            last_heartbeat: of.client.beats.sent,
            uncommitted: self.uncommitted(of),
            acquired: self.core.shares.held(of.address()),
            removed_at: self.removed_at(of),
            until: self.until(of),
            process: of.settings.process,
            processed: of.desk.total,
        }
    }

    fn said(&self, group: u32, log: u32) -> i64 {
        let committed = self.core.progress_of(group, log).and_then(|progress| progress.committed);
        committed.map_or(0, |committed| (self.core.logs[log as usize].data.end() - committed).max(0))
    }

    fn until(&self, of: &Consumer) -> Option<Time> {
        match of.client.task {
            Task::Slow { until } => Some(until),
            _ => of.client.frozen,
        }
    }

    /// When the coordinator removed its process.
    fn removed_at(&self, of: &Consumer) -> Option<Time> {
        self.core.removed[of.id as usize].filter(|(process, _)| *process == of.process).map(|(_, at)| at)
    }

    /// What it processed and did not commit. Of a dead one: what nobody has taken over since.
    fn uncommitted(&self, of: &Consumer) -> u64 {
        if of.exists() {
            return of.uncommitted(&self.core);
        }
        let to_come = |log: u32| {
            let progress = self.core.progress_of(of.group, log)?;
            let mine = progress.last_owner.is_some_and(|owner| owner.consumer == of.id);
            (mine && progress.owners.is_empty()).then(|| progress.at_risk().max(0) as u64)
        };
        of.client.places.iter().filter_map(|place| to_come(place.log)).sum()
    }

    fn state(&self, of: &Consumer) -> ConsumerState {
        match of.life {
            Life::Killed => return ConsumerState::Killed,
            Life::Closed => return ConsumerState::Closed,
            Life::Failed => return ConsumerState::Failed,
            Life::Running => {}
        }
        if of.client.frozen.is_some() {
            return ConsumerState::Paused;
        }
        if matches!(of.client.task, Task::Slow { .. }) {
            return ConsumerState::Slow;
        }
        let member = &of.client.member;
        match member.phase {
            Phase::Syncing(_) | Phase::Learning => ConsumerState::Syncing,
            Phase::Stable if self.removed_at(of).is_some() => ConsumerState::Zombie,
            Phase::Stable if member.rejoin.is_some() => ConsumerState::Told,
            Phase::Stable if of.client.modern.as_ref().is_some_and(|modern| modern.is_told()) => {
                ConsumerState::Told
            }
            Phase::Stable if self.is_behind(of) => ConsumerState::NotTold,
            Phase::Stable => ConsumerState::Running,
            Phase::Unjoined if !of.client.places.is_empty() => ConsumerState::Told,
            Phase::Unjoined | Phase::Joining(_) => ConsumerState::Joining,
        }
    }

    /// Whether its group goes on without its having heard of that.
    fn is_behind(&self, of: &Consumer) -> bool {
        let group = self.core.coordinator.state(&self.core.groups[of.group as usize].name);
        group.is_some_and(|(state, epoch)| match state {
            GroupState::PreparingRebalance => true,
            GroupState::Assigning | GroupState::Reconciling => of.client.member.generation < epoch,
            _ => false,
        })
    }

    /// The settings of a consumer that matter for its protocol, under Kafka's names.
    pub fn settings(&self, consumer: &str) -> Vec<SettingFacts> {
        let Ok(at) = self.consumer_of(consumer) else { return Vec::new() };
        self.consumers[at].settings.facts()
    }

    /// The newest lines of a consumer's output, oldest first, at most 40.
    pub fn output(&self, consumer: &str) -> Vec<LineFacts> {
        let Ok(at) = self.consumer_of(consumer) else { return Vec::new() };
        let lines = self.consumers[at].desk.lines.iter();
        lines
            .filter_map(|line| {
                let of = self.line(line.log, line.offset, line.at, line.again)?;
                Some(LineFacts { delivery: Some(line.delivery).filter(|count| *count > 0), ..of })
            })
            .collect()
    }

    /// The newest messages of a consumer with the coordinator, oldest first, at most 40.
    pub fn messages(&self, consumer: &str) -> Vec<MessageFacts> {
        let Ok(at) = self.consumer_of(consumer) else { return Vec::new() };
        let facts = |exchange: &crate::sim::client::Exchange| MessageFacts {
            sent: exchange.sent,
            answered: exchange.answered,
            api: exchange.api,
            error: Some(exchange.error).filter(|error| !error.is_none()).map(|error| error.name()),
            note: exchange.note.to_string().into(),
        };
        self.consumers[at].desk.messages.iter().map(facts).collect()
    }
}
