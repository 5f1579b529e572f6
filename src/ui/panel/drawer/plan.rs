//! What would come of a restore: the moment and the strategy are chosen, each offset is told before anything is done.

use super::super::form::{one, value};
use crate::session::view::{PlanLine, PlanTable, PlanView};
use crate::session::{Form, Values};
use crate::ui::i18n::{Tone, fill, format, format::count, plural, t};
use crate::ui::intent::{Ask, Intent};
use crate::ui::widget::{Button, state};
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`Before`].
#[derive(Clone, PartialEq, Properties)]
pub struct BeforeProps {
    /// The backup.
    pub label: Rc<str>,
    /// Its plan, when there is one.
    pub plan: Option<Rc<PlanView>>,
    /// Where intents go.
    pub intent: Callback<Intent>,
}

/// What comes before the first step. Whatever is chosen is planned at once.
#[component]
pub fn Before(props: &BeforeProps) -> Html {
    let t = t();
    let form = Form::of_restore(&props.label);
    let values = {
        let first = form.first.clone();
        use_state(move || -> Values { first })
    };
    let filled = form.filled(&values);
    {
        let intent = props.intent.clone();
        use_effect_with(filled.line.clone(), move |line| intent.emit(Intent::Ask(Ask::Plan(line.clone()))));
    }
    let plan = props.plan.as_ref().filter(|plan| plan.label == props.label);
    let show = |of: &crate::session::Field| {
        let wrong = filled.errors.iter().find(|(id, _)| *id == of.id).map(|(_, why)| &**why);
        let mut of = of.clone();
        of.label = match of.id {
            "at" => t.to_the_moment,
            "into" => t.where_to,
            "as" => t.new_names,
            "transactions" => t.open_transactions_how,
            "topics" => t.topics_some,
            "groups" => t.groups_some,
            _ => t.offsets_how,
        };
        one(&of, &value(&values, of.id), t.by_default, wrong, &values)
    };
    let again = {
        let line = filled.line.clone();
        props.intent.reform(move |()| Intent::Ask(Ask::Plan(line.clone())))
    };
    let windows = plan.map_or(&[][..], |plan| &plan.windows);
    let window = |(from, to): &(Rc<str>, Rc<str>)| {
        if from == to { from.to_string() } else { fill(t.from_to, &[from, to]) }
    };
    let windows: Vec<String> = windows.iter().map(window).collect();
    html! {
        <div class="plan">
            <div class="load-fields">{ for form.fields(&values).iter().map(show) }</div>
            if !windows.is_empty() { <p class="cap">{ fill(t.moments, &[&windows.join(", ")]) }</p> }
            <p class="form-line"><span class="vh">{ t.form_line }</span><code class="wrap">{ filled.line.clone() }</code></p>
            if let Some(plan) = plan {
                <div class="head-row"><span class="cap" role="status">{ outcome(plan) }</span>
                    <Button text={t.plan_again} class="small" look={crate::ui::widget::Look::Quiet} on_press={again} />
                </div>
                if let Ok(table) = &plan.table { { table_of(table) } }
            }
        </div>
    }
}

/// What all of it comes to, or why it cannot be.
fn outcome(plan: &PlanView) -> Html {
    match &plan.table {
        Ok(table) => {
            let at = format::moment(plan.planned);
            let [again, skipped, leaves, returns] =
                [table.again, table.skipped, table.leaves, table.returns].map(format::count_u);
            html! { { fill(t().plan_cost, &[&at, &again, &skipped, &leaves, &returns]) } }
        }
        Err(why) => state(Tone::Harm, "warn", why.to_string()),
    }
}

fn table_of(table: &PlanTable) -> Html {
    let t = t();
    let used = table.strategies.get(table.used as usize).copied().unwrap_or_default();
    html! {
        <>
            <div class="scroll" tabindex="0" role="region" aria-label={t.plan}>
                <table class="table"><caption>{ t.plan }</caption>
                    <thead><tr>
                        <th scope="col">{ t.partition }</th><th scope="col">{ t.log_becomes }</th>
                        <th scope="col">{ t.group }</th>
                        <th scope="col" class="num">{ t.committed_to }</th>
                        { for table.strategies.iter().map(|name| html! {
                            <th scope="col">{ *name }if *name == used { { " " }{ t.is_used } }</th>
                        }) }
                    </tr></thead>
                    <tbody>{ for table.rows.iter().map(row) }</tbody>
                </table>
            </div>
            if table.more > 0 { <p class="cap">{ plural(t.plan_more, table.more, &[]) }</p> }
            if !table.notes.is_empty() {
                <ul class="note">{ for table.notes.iter().map(|note| html! { <li>{ note.clone() }</li> }) }</ul>
            }
        </>
    }
}

fn row(row: &PlanLine) -> Html {
    let t = t();
    let number = |offset: Option<i64>| offset.map_or(t.none.to_string(), count);
    let change = match row.group {
        Some(_) => fill(t.becomes, &[&number(row.now), &number(row.committed)]),
        None => t.none.to_string(),
    };
    html! {
        <tr key={format!("{}-{}-{:?}", row.topic, row.partition, row.group)}>
            <th scope="row">{ format!("{}-{}", row.topic, row.partition) }</th>
            <td>{ log(row) }</td>
            <td>{ row.group.as_deref().unwrap_or(t.none).to_string() }</td>
            <td class="num">{ change }</td>
            { for row.outcomes.iter().map(|of| html! { <td>{ cost(*of) }</td> }) }
        </tr>
    }
}

/// The log as it will be, what leaves it and what comes back.
fn log(row: &PlanLine) -> String {
    let t = t();
    let bounds = fill(t.from_to, &[&count(row.log.0), &count(row.log.1)]);
    with(bounds, [(row.exchange.0, t.leave), (row.exchange.1, t.come_back)])
}

/// The offset that a strategy comes to, what is read again and what is skipped.
fn cost((offset, again, skipped): (i64, u64, u64)) -> String {
    with(count(offset), [(again, t().cost_again), (skipped, t().cost_skipped)])
}

/// A text, and behind it the numbers that are not 0, in their words.
fn with(mut text: String, numbers: [(u64, &str); 2]) -> String {
    for (n, words) in numbers.into_iter().filter(|(n, _)| *n > 0) {
        text.push_str(&fill(words, &[&format::count_u(n)]));
    }
    text
}
