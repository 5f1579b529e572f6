//! Subscriptions by regular expression.
//!
//! A member of the new protocol hands the expression to the coordinator (`SubscriptionPattern`, RE2's syntax), which finds
//! out what it means; the client asks for metadata of what it is assigned. A classic one (`java.util.regex.Pattern`) asks
//! for the metadata of all topics, and subscribes to those whose whole names match: when it is young, every
//! `metadata.max.age.ms`, and before it joins.

use super::join::Prepare;
use super::{Consumer, Wish};
use crate::group::compile;
use crate::sim::core::Core;
use std::rc::Rc;

impl Consumer {
    /// The same consumer with this expression, before its first process starts.
    pub fn with_pattern(mut self, pattern: Option<Rc<str>>) -> Consumer {
        self.pattern = pattern;
        self
    }

    /// The expression that it subscribes with.
    pub fn pattern(&self) -> Option<&Rc<str>> {
        self.pattern.as_ref()
    }

    /// Whether it subscribes with an expression or, if not, to topics, when all that was asked for is done.
    pub fn will_match(&self) -> Option<bool> {
        let last = self.client.wishes.iter().rev().find_map(|wish| match wish {
            Wish::Subscribe(_) => Some(Some(false)),
            Wish::Match(_) => Some(Some(true)),
            Wish::Unsubscribe => Some(None),
            _ => None,
        });
        let now = (self.pattern.is_some() || !self.topics.is_empty()).then_some(self.pattern.is_some());
        last.unwrap_or(now)
    }

    /// `subscribe()` with an expression.
    pub(super) fn match_topics(&mut self, core: &mut Core, pattern: Rc<str>) {
        self.pattern = Some(pattern);
        self.topics.clear();
        if !self.is_modern() && self.client.link.asking.is_none() {
            self.ask_metadata(core, Vec::new());
        }
    }

    /// Of which topics it wants metadata, when it subscribes with an expression; `None` in it: of all.
    pub(super) fn matched(&self, core: &Core) -> Option<Option<Vec<Rc<str>>>> {
        self.pattern.as_ref()?;
        let Some(modern) = &self.client.modern else { return Some(None) };
        let owned = self.client.places.iter().map(|place| core.logs[place.log as usize].name.topic.clone());
        Some(Some(modern.told(core).chain(owned).collect()))
    }

    /// Metadata has come: a classic consumer subscribes to what matches now.
    pub(super) fn match_known(&mut self) {
        if self.is_modern() {
            return;
        }
        let Some(Ok(pattern)) = self.pattern.as_deref().map(compile) else { return };
        let known = &self.client.link.topics;
        self.topics = known.keys().filter(|name| pattern.is_match(name)).cloned().collect();
    }

    /// Before it joins, a classic consumer with an expression looks at what there is (a new topic costs the group one
    /// rebalance then, not one for each member that hears of it). Whether it knows.
    pub(super) fn looked_before_join(&mut self, core: &mut Core) -> bool {
        if self.pattern.is_none() || self.client.member.prepare != Prepare::Not {
            return true;
        }
        let link = &self.client.link;
        if link.asking.is_none() && core.now >= link.heard + self.settings.tuning.retry() {
            self.ask_metadata(core, Vec::new());
        }
        self.client.link.asking.is_none()
    }
}
