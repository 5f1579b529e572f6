//! The stage with very many partitions: nobody's first, then one bar an owner.

use crate::base::Map;
use crate::session::view::StageView;
use crate::ui::i18n::{Tone, format::count, plural, t};
use crate::ui::paint::{Fill, Shape, owner_class};
use crate::ui::widget::{picture, state};
use std::rc::Rc;
use yew::prelude::*;

/// The bars.
pub fn owners(stage: &StageView) -> Html {
    let mut sums: Map<Option<Rc<str>>, (u64, i64)> = Map::new();
    for partition in stage.topics.iter().flat_map(|topic| &topic.partitions) {
        let sum = sums.or_default(partition.owner.clone());
        *sum = (sum.0 + 1, sum.1 + partition.unread);
    }
    let most = sums.values().map(|(n, _)| *n).max().unwrap_or(1);
    // What nobody owns comes first, then the consumers in their order.
    let order = [None].into_iter().chain(stage.consumers.iter().map(|consumer| Some(consumer.name.clone())));
    let bars = order.filter_map(|owner| sums.get(&owner).map(|(n, unread)| (owner.clone(), *n, *unread)));
    html! {
        <div class="logs-col">
            <div class="logs-head plain"><span>{ t().owners_head }</span></div>
            <ol class="logs owners">
                { for bars.map(|(owner, n, unread)| bar(stage, owner, (n, unread), most)) }
            </ol>
        </div>
    }
}

fn bar(stage: &StageView, owner: Option<Rc<str>>, (n, unread): (u64, i64), most: u64) -> Html {
    let width = n as f64 * 100.0 / most as f64;
    let index = stage.consumers.iter().find(|c| owner.as_ref() == Some(&c.name)).map(|c| c.index);
    let shape = match index {
        Some(index) => Shape::rect(owner_class(index, stage.consumers.len()), 0.0, 6.0, width, 12.0),
        None => Shape::Rect("gap", Some(Fill::Harm), 0.0, 6.0, width, 12.0),
    };
    let words = plural(t().owner_count, n, &[&count(unread)]);
    let key = owner.as_ref().map_or_else(|| "-".to_string(), |name| format!("={name}"));
    html! {
        <li class="log" {key}>
            <span class="name">
                if let Some(owner) = &owner { { owner.clone() } } else { { state(Tone::Harm, "unowned", t().unowned) } }
            </span>
            { picture("", 24.0, &[shape]) }<span class="num owner-count">{ words }</span>
        </li>
    }
}
