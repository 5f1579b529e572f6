//! Carrying commands out: each becomes inputs of the world.

use super::{Act, Event, Refusal, Runner};
use crate::sim;
use crate::story::args::Name;
use crate::story::command::{
    Close, CloseOption, Command, Consumer, Delete, Group, Producer, Reset, ResetTo, Source, Start,
};
use crate::story::settings::Settings;

impl Runner {
    /// Carries a command out at the present and keeps what came of it as an event. Gives the command as it stands in the
    /// text (a `load` with its file's digest).
    pub(super) fn carry_out(&mut self, command: &Command) -> Result<Command, Refusal> {
        let (before, traced) = (self.events.len(), self.world.trace().len());
        match self.carried(command) {
            Ok(changed) => {
                let command = changed.unwrap_or_else(|| command.clone());
                let early = matches!(command, Command::Seed(_) | Command::Cluster(_) | Command::Network(_));
                if !early && !matches!(command, Command::Check(_) | Command::End(_)) {
                    let what = Act::Command(command.to_string().into());
                    self.events.insert(before, Event { at: self.now(), traced, what });
                }
                Ok(command)
            }
            Err(refusal) => {
                if let Command::Group(group) = command {
                    self.refused_groups.insert(group.name.clone(), refusal.reason.clone());
                }
                Err(self.refused(command.to_string(), refusal))
            }
        }
    }

    /// Keeps a refusal as an event.
    pub(super) fn refused(&mut self, line: String, refusal: Refusal) -> Refusal {
        self.push(Act::Refused(line.into(), refusal.reason.clone()));
        refusal
    }

    /// Keeps an event.
    pub(super) fn push(&mut self, what: Act) {
        self.events.push(Event { at: self.now(), traced: self.world.trace().len(), what });
    }

    /// The command's own work. `Some` when the line in the text must change.
    fn carried(&mut self, command: &Command) -> Result<Option<Command>, Refusal> {
        match command {
            Command::Seed(_) | Command::Cluster(_) | Command::Network(_) | Command::End(_) => {}
            Command::Topic(topic) => {
                let (name, partitions) = (topic.name.clone(), topic.partitions);
                self.world.create_topic(sim::TopicSpec {
                    name,
                    partitions,
                    configs: topic.configs.clone(),
                    id: None,
                    placement: topic.placement.clone(),
                })?;
            }
            Command::Producer(producer) => self.producer(producer)?,
            Command::Group(group) => self.group(group)?,
            Command::Consumer(consumer) => self.consumer(consumer)?,
            Command::Configure(of) => self.world.configure_topic(&of.topic, &of.changes)?,
            Command::DeleteRecords(of) => self.world.delete_records(&of.topic, of.partition, of.before)?,
            Command::Grow(grow) => self.world.grow_topic(&grow.topic, grow.partitions)?,
            Command::Delete(Delete::Topic(name)) => self.world.delete_topic(name)?,
            // A request that the coordinator refuses leaves its traces there.
            Command::Delete(Delete::Group(name)) => self.whole(|world| world.delete_group(name))?,
            Command::Produce(produce) => self.world.produce(sim::ProduceSpec {
                topic: produce.topic.clone(),
                count: produce.count,
                keys: produce.keys,
                value_bytes: produce.value_bytes,
            })?,
            Command::Stop(stop) => self.all(&stop.producers, sim::World::stop_producer)?,
            Command::Load(load) => return self.load(load).map(|load| Some(Command::Load(load))),
            Command::Kill(kill) => {
                self.all(&kill.consumers, |world, name| match world.is_producer(name) {
                    true => world.kill_producer(name),
                    false => world.kill(name),
                })?
            }
            Command::Close(close) => self.close(close)?,
            Command::Start(start) => self.start(start)?,
            Command::Pause(pause) => {
                self.all(&pause.consumers, |world, name| world.pause(name, pause.span))?
            }
            Command::Slow(slow) => self.all(&slow.consumers, |world, name| world.slow(name, slow.span))?,
            Command::Disconnect(disconnect) => self.all(&disconnect.consumers, sim::World::disconnect)?,
            Command::Connect(connect) => self.all(&connect.consumers, sim::World::connect)?,
            Command::Subscribe(of) => self.all(&of.consumers, |world, name| match &of.source {
                Source::Subscribe(topics) => world.subscribe(name, topics.clone()),
                Source::Match(pattern) => world.subscribe_matching(name, pattern.clone()),
                Source::Assign(_) => Ok(()),
            })?,
            Command::Unsubscribe(unsubscribe) => {
                self.all(&unsubscribe.consumers, sim::World::unsubscribe)?;
            }
            Command::Reset(reset) => self.reset(reset)?,
            Command::Backup(backup) => self.backup(backup)?,
            Command::Export(export) => self.export(export)?,
            Command::Import(import) => {
                return self.import(import).map(|import| Some(Command::Import(import)));
            }
            Command::Restore(restore) => self.restore(restore)?,
            Command::Check(check) => self.check(check),
        }
        Ok(None)
    }

    /// Does the same for several names: for all of them, or, when one is refused, for none.
    pub(super) fn all(
        &mut self,
        names: &[Name],
        mut act: impl FnMut(&mut sim::World, &str) -> Result<(), sim::Refusal>,
    ) -> Result<(), Refusal> {
        if let [name] = names {
            return Ok(act(&mut self.world, name)?);
        }
        self.whole(|world| names.iter().try_for_each(|name| act(world, name)))
    }

    /// Does something whole or, when it is refused, not at all.
    pub(super) fn whole(
        &mut self,
        act: impl FnOnce(&mut sim::World) -> Result<(), sim::Refusal>,
    ) -> Result<(), Refusal> {
        let mut world = self.world.clone();
        act(&mut world)?;
        self.world = world;
        Ok(())
    }

    fn producer(&mut self, producer: &Producer) -> Result<(), Refusal> {
        let now = self.now();
        if let Some(until) = producer.until.filter(|&until| until <= now) {
            return Err(Refusal::new(format!("it would end at {until}, and it is {now} already")));
        }
        Ok(self.world.add_producer(sim::ProducerSpec {
            name: producer.name.clone(),
            topic: producer.topic.clone(),
            rate_milli: producer.rate_milli,
            keys: producer.keys,
            value_bytes: producer.value_bytes,
            until: producer.until.map(|until| until.since(now)),
            idempotence: producer.delivery.idempotence,
            transactions: producer.delivery.transactions.clone(),
        })?)
    }

    fn group(&mut self, group: &Group) -> Result<(), Refusal> {
        let spec = sim::GroupSpec { name: group.name.clone(), settings: group.settings.client.clone() };
        Ok(self.world.add_group(spec)?)
    }

    fn consumer(&mut self, consumer: &Consumer) -> Result<(), Refusal> {
        let Some(group) = consumer.group.clone() else {
            return Err(Refusal::not_available("assign= without group="));
        };
        if let Some(reason) = self.refused_groups.get(&group) {
            return Err(Refusal::new(format!("its group {group} was refused: {reason}")));
        }
        self.all(&consumer.names, |world, name| {
            let (name, group) = (name.into(), group.clone());
            let (topics, settings) = (Vec::new(), consumer.settings.client.clone());
            let spec = sim::ConsumerSpec { name, group, topics, settings };
            match &consumer.source {
                Source::Subscribe(topics) => {
                    world.add_consumer(sim::ConsumerSpec { topics: topics.clone(), ..spec })
                }
                Source::Match(pattern) => world.add_matching(spec, pattern.clone()),
                Source::Assign(partitions) => world.add_alone(spec, partitions.clone()),
            }
        })
    }

    fn close(&mut self, close: &Close) -> Result<(), Refusal> {
        let goodbye = match close.option {
            None => sim::Goodbye::Default,
            Some(CloseOption::Leave) => sim::Goodbye::Leave,
            Some(CloseOption::Remain) => sim::Goodbye::Remain,
        };
        self.all(&close.consumers, |world, name| world.close(name, goodbye))
    }

    fn start(&mut self, start: &Start) -> Result<(), Refusal> {
        let settings = &start.settings;
        self.all(&start.consumers, |world, name| match world.is_producer(name) {
            false => world.start(name, &settings.client),
            true if *settings == Settings::default() => world.start_producer_again(name),
            true => {
                Err(sim::Refusal::BadSetting("start", "a producer keeps the settings that it has".into()))
            }
        })
    }

    fn reset(&mut self, reset: &Reset) -> Result<(), Refusal> {
        let to = match reset.to {
            ResetTo::Earliest => sim::ResetTo::Earliest,
            ResetTo::Latest => sim::ResetTo::Latest,
        };
        self.whole(|world| world.reset_offsets(&reset.group, &reset.topic, to))
    }
}
