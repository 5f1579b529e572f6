//! The run as text: it follows the run until the person edits it; then it is his until it runs.

use crate::base::Time;
use crate::session::view::{CheckResult, ParseError, StoryView};
use crate::ui::dom;
use crate::ui::i18n::{Tone, fill, format, plural, t};
use crate::ui::intent::{Ask, Intent, Show};
use crate::ui::widget::{Button, Look, icon, state};
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`Story`].
#[derive(Clone, PartialEq, Properties)]
pub struct StoryProps {
    /// The run as text.
    pub story: Rc<StoryView>,
    /// The edited text.
    pub draft: Option<Rc<str>>,
    /// What is wrong with it.
    pub errors: Rc<[ParseError]>,
    /// Where intents go.
    pub intent: Callback<Intent>,
}

/// The story.
#[component]
pub fn Story(props: &StoryProps) -> Html {
    let t = t();
    let area = use_node_ref();
    let text = props.draft.clone().unwrap_or_else(|| props.story.text.clone());
    let edited = props.draft.is_some();
    let oninput =
        props.intent.reform(|event: InputEvent| Intent::Show(Show::Draft(Some(dom::value(&event).into()))));
    let run = {
        let text = text.clone();
        props.intent.reform(move |()| Intent::Ask(Ask::Run(text.clone())))
    };
    let follow = props.intent.reform(|()| Intent::Show(Show::Draft(None)));
    html! {
        <div class="story-tab">
            <div class="story-edit">
                <div class="head-row">
                    <Button text={t.run} icon="play" look={Look::Primary} class="small" on_press={run} />
                    if edited { <Button text={t.follow} class="small" on_press={follow} /> }
                    <span class="why">{ if edited { t.editing } else { t.following } }</span>
                </div>
                <textarea ref={area.clone()} class="term" aria-label={t.story_text} spellcheck="false"
                    autocomplete="off" wrap="off" value={text.to_string()} {oninput}
                    aria-invalid={(!props.errors.is_empty()).then_some("true")} />
            </div>
            <div class="story-side" role="region" aria-label={t.checks} tabindex="0">
                if !props.errors.is_empty() { { errors(&props.errors, &area, &text) } }
                { refused(&props.story) }
                { checks(&props.story.checks) }
                <Commands intent={props.intent.clone()} />
            </div>
        </div>
    }
}

/// What is wrong, each with its place; pressing one goes there.
fn errors(errors: &Rc<[ParseError]>, area: &NodeRef, text: &Rc<str>) -> Html {
    html! {
        <div class="story-errors" role="alert">
            <h3 class="state harm">{ icon("warn") }{ plural(t().story_errors, errors.len() as u64, &[]) }</h3>
            <ol>{ for errors.iter().map(|error| one_error(error, area, text)) }</ol>
        </div>
    }
}

fn one_error(error: &ParseError, area: &NodeRef, text: &Rc<str>) -> Html {
    let t = t();
    let mut words = fill(t.story_error, &[&error.line, &error.column, &error.found, &error.expected]);
    if let Some(nearest) = &error.nearest {
        words.push(' ');
        words.push_str(&fill(t.story_nearest, &[nearest]));
    }
    let marked = marked(text, error);
    let (line, area, text) = (error.line, area.clone(), text.clone());
    let onclick = Callback::from(move |_: MouseEvent| {
        let (from, to) = line_range(&text, line);
        dom::select(&area, from, to);
    });
    let key = format!("{}-{}-{}", error.line, error.column, error.found);
    html! {
        <li {key}>
            <button type="button" class="rowbtn" title={fill(t.go_to_line, &[&line])} {onclick}>{ words }</button>
            <pre class="marked" aria-hidden="true">{ marked }</pre>
        </li>
    }
}

/// The line, and a mark under the column; of a long line the part around it.
fn marked(text: &str, error: &ParseError) -> String {
    const BEFORE: usize = 30;
    let line = text.split('\n').nth(error.line.saturating_sub(1) as usize).unwrap_or("");
    let column = error.column.saturating_sub(1) as usize;
    let skip = column.saturating_sub(BEFORE);
    let shown: String =
        line.chars().skip(skip).take(2 * BEFORE).map(|c| if c == '\t' { ' ' } else { c }).collect();
    format!("{shown}\n{}^", " ".repeat(column - skip))
}

/// Where a line begins and ends, in UTF-16 units as the browser counts them.
fn line_range(text: &str, line: u32) -> (u32, u32) {
    let mut from = 0;
    for (i, content) in (1..).zip(text.split('\n')) {
        let length = content.encode_utf16().count() as u32;
        if i == line {
            return (from, from + length);
        }
        from += length + 1;
    }
    (from.saturating_sub(1), from.saturating_sub(1))
}

/// What was refused, and why.
fn refused(story: &StoryView) -> Html {
    if story.refused.is_empty() {
        return Html::default();
    }
    let one = |(i, (at, line, why)): (usize, &(Time, Rc<str>, Rc<str>))| {
        html! {
            <li key={i}>{ state(Tone::Harm, "warn", format::moment(*at)) }<code class="wrap">{ line.clone() }</code>
                <span class="muted">{ why.clone() }</span></li>
        }
    };
    html! {
        <><h3>{ t().refused_title }</h3><ul class="checks">{ for story.refused.iter().enumerate().map(one) }</ul></>
    }
}

/// The checks that were due so far.
fn checks(checks: &[CheckResult]) -> Html {
    if checks.is_empty() {
        return Html::default();
    }
    let one = |(i, check): (usize, &CheckResult)| {
        let word = match check.holds {
            true => state(Tone::Ok, "ok", t().check_holds),
            false => state(Tone::Harm, "warn", t().check_fails),
        };
        html! {
            <li key={i}>{ word }<code>{ check.line.clone() }</code>
                <span class="muted">{ format!("{}, {}", check.found, format::moment(check.at)) }</span></li>
        }
    };
    html! { <><h3>{ t().checks }</h3><ul class="checks">{ for checks.iter().enumerate().map(one) }</ul></> }
}

/// Props of [`Commands`].
#[derive(Clone, PartialEq, Properties)]
struct CommandsProps {
    intent: Callback<Intent>,
}

/// One command, typed: what every button does as well.
#[component]
fn Commands(props: &CommandsProps) -> Html {
    let t = t();
    let line = use_state(String::new);
    let oninput = {
        let line = line.clone();
        Callback::from(move |event: InputEvent| line.set(dom::value(&event)))
    };
    let onsubmit = {
        let (line, intent) = (line.clone(), props.intent.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !line.trim().is_empty() {
                intent.emit(Intent::Ask(Ask::Line(line.trim().into())));
                line.set(String::new());
            }
        })
    };
    html! {
        <form class="field command" {onsubmit}>
            <label for="command">{ t.commands }</label>
            <input id="command" class="mono" autocomplete="off" spellcheck="false" placeholder={t.command_hint}
                value={(*line).clone()} {oninput} />
            <button type="submit" class="btn">{ t.do_it }</button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::{line_range, marked};
    use crate::session::view::ParseError;

    #[test]
    fn the_mark_stands_under_the_column() {
        let error = |line, column| ParseError {
            line,
            column,
            found: "x".into(),
            expected: "y".into(),
            nearest: None,
        };
        assert_eq!(marked("seed 7\nend x", &error(2, 5)), "end x\n    ^");
        assert_eq!(
            marked(&"a".repeat(100), &error(1, 51)),
            format!("{}\n{}^", "a".repeat(60), " ".repeat(30))
        );
        assert_eq!(marked("", &error(9, 1)), "\n^");
    }

    #[test]
    fn a_line_is_where_the_browser_counts_it() {
        let text = "seed 7\n# 故事 😀\nend 1s";
        assert_eq!(line_range(text, 1), (0, 6));
        assert_eq!(line_range(text, 2), (7, 14));
        assert_eq!(line_range(text, 3), (15, 21));
        assert_eq!(line_range(text, 9), (21, 21));
    }
}
