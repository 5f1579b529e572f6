//! The logs of the stage, a row a partition.

use crate::session::view::{Focus, Move, PartitionFacts, SharePartitionFacts, StageView, TopicView};
use crate::ui::i18n::{Tone, fill, format, format::count, t};
use crate::ui::intent::{Ask, Intent};
use crate::ui::paint::{Fill, Shape, owner_class, ramp, strip};
use crate::ui::widget::{picture, shape, state};
use yew::prelude::*;

/// What [`logs`] shows.
pub struct LogsProps<'a> {
    /// Topics and consumers now.
    pub stage: &'a StageView,
    /// What is selected.
    pub focus: Option<&'a Focus>,
    /// Height of a row in pixels.
    pub row: f64,
    /// Where intents go.
    pub intent: &'a Callback<Intent>,
}

/// The logs of all topics.
pub fn logs(props: &LogsProps) -> Html {
    let several = props.stage.topics.len() > 1;
    html! {
        <div class={classes!("logs-col", (props.row < 30.0).then_some("low"))}>
            { head(props.stage) }
            if props.stage.topics.is_empty() { <p class="muted">{ t().no_topics }</p> }
            { for props.stage.topics.iter().map(|topic| topic_logs(props, topic, several)) }
        </div>
    }
}

/// The heads of the columns, with the legend.
fn head(stage: &StageView) -> Html {
    let t = t();
    let shared = |topic: &TopicView| topic.partitions.iter().all(|of| stage.share_of(of).is_some());
    let (down, up) = match !stage.shares.is_empty() && stage.topics.iter().all(shared) {
        true => (t.start_offset, t.window_end),
        false => (t.committed, t.position),
    };
    let sign = |path: &'static str| {
        html! {
            <svg class="plot" width="10" height="8" aria-hidden="true"><path class="mark" d={path} /></svg>
        }
    };
    let again = Shape::Rect("", Some(Fill::Change), 0.0, 0.0, 100.0, 10.0);
    let unread = Shape::rect(ramp::LEVELS[4], 0.0, 0.0, 100.0, 10.0);
    let box_of = |s: &Shape| {
        html! {
            <svg class="plot" width="16" height="10" aria-hidden="true">{ shape(s) }</svg>
        }
    };
    html! {
        <div class="logs-head"><span>{ t.partition }</span>
            <span class="legend">
                <span>{ sign("M5 7 1 1h8z") }{ down }</span><span>{ sign("M5 1 1 7h8z") }{ up }</span>
                <span class="wide">{ box_of(&again) }{ t.be_read_again }</span>
                <span class="wide">{ box_of(&unread) }{ t.unread }</span>
            </span>
            <span class="num">{ t.unread }</span><span class="end">{ t.owner }</span>
        </div>
    }
}

fn topic_logs(props: &LogsProps, topic: &TopicView, several: bool) -> Html {
    let most = props.stage.topics.iter().flat_map(|t| &t.partitions).map(|p| p.unread).max().unwrap_or(0);
    html! {
        <div key={topic.name.to_string()}>
            if several { <h3 class="logs-topic">{ topic.name.clone() }</h3> }
            <ol class="logs" aria-label={topic.name.clone()}>
                { for topic.partitions.iter().map(|partition| {
                    let owner = props.stage.consumers.iter().find(|c| Some(&c.name) == partition.owner.as_ref());
                    let class = owner.map(|c| owner_class(c.index, props.stage.consumers.len()));
                    let id = Focus::Partition(partition.topic.clone(), partition.partition);
                    log(&LogProps {
                        partition,
                        going: props.stage.move_of(partition),
                        share: props.stage.share_of(partition),
                        most,
                        class,
                        row: props.row,
                        chosen: props.focus == Some(&id),
                        intent: props.intent,
                    })
                }) }
            </ol>
        </div>
    }
}

/// What [`log`] shows.
struct LogProps<'a> {
    partition: &'a PartitionFacts,
    /// What is under way with it.
    going: Option<&'a Move>,
    /// How a share group has it.
    share: Option<&'a SharePartitionFacts>,
    /// The largest number of unread records on the stage.
    most: i64,
    /// The class of the owner's colour.
    class: Option<&'static str>,
    row: f64,
    chosen: bool,
    intent: &'a Callback<Intent>,
}

/// One partition: its name, its strip, how much is unread, who owns it.
fn log(props: &LogProps) -> Html {
    let view = props.partition;
    let name = format!("{}-{}", view.topic, view.partition);
    let id = Focus::Partition(view.topic.clone(), view.partition);
    let onclick = props.intent.reform(move |_: MouseEvent| Intent::Ask(Ask::Focus(id.clone())));
    html! {
        <li key={view.partition} class="log" aria-current={props.chosen.then_some("true")}>
            <button type="button" class="name" onclick={onclick}>{ name.clone() }</button>
            { log_picture(&name, view, (props.going, props.share), props.most, props.row) }
            <span class="num">{ count(view.unread) }</span>
            <span class="to">
                if let Some(share) = props.share {
                    <span>{ fill(t().n_acquired, &[&format::count_u(share.acquired)]) }</span>
                } else if let Some(owner) = &view.owner {
                    if let Some(going) = props.going {
                        <span class="state change going">{ fill(t().moves_to, &[&heir(going)]) }</span>
                    }
                    <span class={classes!("chip", props.class, props.going.map(|_| "leaving"))}>{ owner.clone() }</span>
                } else if view.unowned_since.is_some() {
                    { state(Tone::Harm, "unowned", t().unowned) }
                } else if view.group.is_some() {
                    { state(Tone::Still, "wait", t().no_owner_yet) }
                }
            </span>
        </li>
    }
}

/// Who is to have a partition that its owner must give up.
fn heir(going: &Move) -> &str {
    going.to.as_deref().unwrap_or(t().none)
}

/// The strip; of a share group, its window.
pub fn log_picture(
    name: &str,
    view: &PartitionFacts,
    (going, share): (Option<&Move>, Option<&SharePartitionFacts>),
    most: i64,
    row: f64,
) -> Html {
    let Some(of) = share else {
        return picture(&words(name, view, going), row, &strip::shapes(view, most, row));
    };
    let (acquired, end) = (format::count_u(of.acquired), count(view.high_watermark));
    let words = fill(t().share_log_name, &[&name, &count(of.start), &count(of.end), &end, &acquired]);
    picture(&words, row, &strip::shared(view, of, most, row))
}

/// The strip in words.
fn words(name: &str, view: &PartitionFacts, going: Option<&Move>) -> String {
    let t = t();
    let number = |offset: Option<i64>| offset.map_or(t.none.to_string(), count);
    let owner = view.owner.as_deref().unwrap_or(t.none);
    let owner = going.map_or(owner.to_string(), |going| fill(t.moves_name, &[&owner, &heir(going)]));
    let (committed, position) = (number(view.committed), number(view.position));
    fill(t.log_name, &[&name, &committed, &position, &count(view.high_watermark), &owner])
}
