//! Of a backup, what is restored: all of it, or some of its topics and groups.

use super::manifest::{GroupEntry, Manifest};
use super::restore::{RestoreError, RestoredTopic};
use std::rc::Rc;

/// What is wanted of a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Topics; none named: all.
    pub topics: Vec<Rc<str>>,
    /// Groups; none named: all that have committed in those topics.
    pub groups: Vec<Rc<str>>,
}

impl Selection {
    /// Whether this topic is wanted.
    pub(super) fn has_topic(&self, name: &str) -> bool {
        self.topics.is_empty() || self.topics.iter().any(|topic| **topic == *name)
    }

    /// Refuses topics that the backup does not hold.
    pub(super) fn check(&self, manifest: &Manifest) -> Result<(), RestoreError> {
        let held = |name: &Rc<str>| manifest.topics.iter().any(|topic| topic.name == *name);
        match self.topics.iter().find(|name| !held(name)) {
            Some(name) => Err(RestoreError::not_held(manifest, "topic", name)),
            None => Ok(()),
        }
    }

    /// Of `groups` those that are wanted, with their offsets in `topics`.
    pub(super) fn groups(
        &self,
        manifest: &Manifest,
        mut groups: Vec<GroupEntry>,
        topics: &[RestoredTopic],
    ) -> Result<Vec<GroupEntry>, RestoreError> {
        if !self.topics.is_empty() {
            for group in &mut groups {
                group.offsets.retain(|offset| topics.iter().any(|topic| topic.name == offset.topic));
            }
            // What has nothing there has nothing to do with it.
            groups.retain(|group| !group.offsets.is_empty());
        }
        if let Some(name) = self.groups.iter().find(|name| !groups.iter().any(|group| group.group == **name))
        {
            let what = if self.topics.is_empty() { "group" } else { "offsets in these topics of group" };
            return Err(RestoreError::not_held(manifest, what, name));
        }
        groups.retain(|group| self.groups.is_empty() || self.groups.contains(&group.group));
        Ok(groups)
    }
}
