//! What a person does to logs as a whole: other settings for their topic, records deleted.

use crate::log::{Policy, config};
use crate::sim::trace::Happening;
use crate::sim::{Refusal, World};
use std::rc::Rc;

impl World {
    /// Sets a topic to something else, by Kafka's names; `None` is Kafka's default. (`kafka-configs --alter`)
    ///
    /// # Errors
    /// No such topic; what Kafka would refuse; compaction while producers without keys write to it.
    pub fn configure_topic(
        &mut self,
        topic: &str,
        changes: &[(&'static str, Option<Rc<str>>)],
    ) -> Result<(), Refusal> {
        let (name, of) =
            self.core.topics.get_key_value(topic).ok_or_else(|| Refusal::NoTopic(topic.into()))?;
        let (name, mut configs) = (name.clone(), of.config.clone());
        for (config, value) in changes {
            match value {
                Some(value) => drop(configs.insert((*config).into(), value.clone())),
                None => drop(configs.remove(*config)),
            }
        }
        config::check(&configs).map_err(|sentence| Refusal::BadConfig(sentence.into()))?;
        let policy = Rc::new(Policy::of(&configs));
        if policy.compact {
            let keyless = |of: &&crate::sim::producer::Producer| of.topic == name && of.lacks_keys();
            if let Some(producer) = self.producers.iter().find(keyless) {
                return Err(Refusal::Keyless(name, Some(producer.name.clone())));
            }
        }
        let of = self.core.topics.get_mut(topic).expect("it was found");
        (of.config, of.policy) = (configs, policy.clone());
        for log in of.logs.clone() {
            self.core.logs[log as usize].data.set_policy(policy.clone());
        }
        self.core.arm_upkeep();
        self.core.note(Happening::TopicConfigured(name));
        Ok(())
    }

    /// Deletes the records of a partition before an offset; −1 is the high watermark. (`kafka-delete-records`)
    ///
    /// # Errors
    /// No such topic or partition, an offset beyond the high watermark, a topic that is compacted only.
    pub fn delete_records(&mut self, topic: &str, partition: i32, before: i64) -> Result<(), Refusal> {
        let (_, log) = self.partition_of(topic, partition)?;
        let of = &self.core.logs[log as usize];
        if !of.data.policy().delete {
            return Err(Refusal::Kafka("POLICY_VIOLATION"));
        }
        let high_watermark = of.data.high_watermark();
        let before = if before == -1 { high_watermark } else { before };
        if !(0..=high_watermark).contains(&before) {
            return Err(Refusal::Kafka("OFFSET_OUT_OF_RANGE"));
        }
        let gone = of.data.count_between(of.data.log_start(), before);
        self.keep_fetched(|at, _| at == log);
        let of = &mut self.core.logs[log as usize];
        of.data.delete_before(before);
        let (name, start) = (of.name.clone(), of.data.log_start());
        self.core.appended(log);
        self.core.note(Happening::RecordsDeleted(name, gone, start));
        Ok(())
    }
}
