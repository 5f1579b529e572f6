//! Leaves out what is said twice: a consumer's setting that its group, or Kafka's default, says anyway.

use super::args::Name;
use super::command::Command;
use super::parse::{Line, Story};
use super::settings::Settings;
use crate::base::Map;

/// What has been said so far, whole.
#[derive(Default)]
struct Said {
    groups: Map<Name, Settings>,
    consumers: Map<Name, Settings>,
}

impl Story {
    /// The same story in its canonical form.
    pub fn plain(mut self) -> Story {
        let mut said = Said::default();
        self.lines.iter_mut().for_each(|line| said.line(line));
        self
    }
}

impl Said {
    fn line(&mut self, line: &mut Line) {
        match line.step.as_mut().map(|step| &mut step.command) {
            Some(Command::Group(group)) => {
                let whole = group.settings.over(&group.settings.defaults());
                self.groups.or_insert_with(group.name.clone(), || whole);
            }
            Some(Command::Consumer(consumer)) => {
                let group = consumer.group.as_ref().and_then(|group| self.groups.get(group));
                let base = group.cloned().unwrap_or_else(|| Settings::default().defaults());
                self.say(&consumer.names, &mut consumer.settings, |_, _| Some(base.clone()));
            }
            Some(Command::Start(start)) => {
                let names = start.consumers.clone();
                self.say(&names, &mut start.settings, |said, name| said.consumers.get(name).cloned());
            }
            _ => {}
        }
    }

    /// Leaves out of `settings` what all of `names` have already, and keeps what they have afterwards.
    fn say(
        &mut self,
        names: &[Name],
        settings: &mut Settings,
        base: impl Fn(&Said, &Name) -> Option<Settings>,
    ) {
        let bases: Vec<Option<Settings>> = names.iter().map(|name| base(self, name)).collect();
        for (name, base) in names.iter().zip(&bases) {
            let Some(base) = base else { continue };
            self.consumers.insert(name.clone(), settings.over(base));
        }
        // Another protocol has other defaults: then every setting stays.
        let same = bases.iter().all(|base| *base == bases[0]) && settings.client.protocol.is_none();
        if let (true, Some(Some(base))) = (same, bases.first()) {
            *settings = settings.beyond(base);
        }
    }
}
