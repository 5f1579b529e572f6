//! Wires of the stage: from each partition to the consumer that owns it.

use super::{line_class, number};
use crate::base::TopicPartition;
use crate::session::view::StageView;

/// Above so many partitions no wires are drawn.
pub const PARTITIONS_MAX: usize = 60;

/// A wire: a key that stays, its class and its path in a plot 56 wide.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// The partition, as a domain id.
    pub key: TopicPartition,
    /// Its classes.
    pub class: &'static str,
    /// Its path.
    pub path: String,
}

/// Sizes of the stage's two columns, in pixels at the usual size of text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Height of a partition's row.
    pub row: f64,
    /// Height of the line above a topic's rows when there are several topics, else 0.
    pub head: f64,
    /// Least height of a consumer's row.
    pub consumer: f64,
}

impl Sizes {
    /// Height of both columns: that of the higher one.
    pub fn height(self, stage: &StageView) -> f64 {
        let partitions: usize = stage.topics.iter().map(|topic| topic.partitions.len()).sum();
        let logs = partitions as f64 * self.row + stage.topics.len() as f64 * self.head;
        logs.max(stage.consumers.len() as f64 * self.consumer)
    }
}

/// The wires of the stage.
pub fn wires(stage: &StageView, sizes: Sizes) -> Vec<Wire> {
    let consumers = stage.consumers.len();
    let share = sizes.height(stage) / consumers.max(1) as f64;
    let mut wires = Vec::new();
    let mut top = 0.0;
    for topic in &stage.topics {
        top += sizes.head;
        for partition in &topic.partitions {
            let y = top + sizes.row / 2.0;
            top += sizes.row;
            let owner = stage.consumers.iter().position(|c| partition.owner.as_ref() == Some(&c.name));
            let (class, path) = match owner {
                Some(i) => {
                    let to = share * (i as f64 + 0.5);
                    let index = stage.consumers[i].index;
                    (line_class(index, consumers), wire(y, to))
                }
                None if partition.unowned_since.is_some() => {
                    let (mid, low) = (y + 7.0, y + 14.0);
                    let (y, mid, low) = (number(y), number(mid), number(low));
                    ("wire-cut", format!("M4 {y}C12 {y} 20 {mid} 24 {low}"))
                }
                None => continue,
            };
            let key = TopicPartition { topic: partition.topic.clone(), partition: partition.partition };
            wires.push(Wire { key, class, path });
        }
    }
    wires
}

/// From one height to another, in a plot 56 wide.
fn wire(from: f64, to: f64) -> String {
    let (from, to) = (number(from), number(to));
    format!("M0 {from}C28 {from} 28 {to} 56 {to}")
}
