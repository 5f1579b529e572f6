//! The bar: play first, steps, speed, the clock, the story, the theme.

use crate::session::view::RunView;
use crate::session::{Session, StepKind};
use crate::ui::dom;
use crate::ui::hook::{Theme, use_theme};
use crate::ui::i18n::{fill, format, t};
use crate::ui::intent::{Ask, Intent, Show};
use crate::ui::widget::{Button, Look, Menu, MenuItem};
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`Bar`].
#[derive(Clone, PartialEq, Properties)]
pub struct BarProps {
    /// The clock and the identity of the run.
    pub run: Rc<RunView>,
    /// Whether time goes on.
    pub playing: bool,
    /// Virtual milliseconds in a second of the page's clock.
    pub speed: u32,
    /// The size of a step.
    pub step: StepKind,
    /// Where intents go.
    pub intent: Callback<Intent>,
}

/// The bar.
#[component]
pub fn Bar(props: &BarProps) -> Html {
    let t = t();
    let (theme, next_theme) = use_theme();
    let theme_name = match theme {
        Theme::Auto => t.theme_auto,
        Theme::Light => t.theme_light,
        Theme::Dark => t.theme_dark,
    };
    html! {
        <header class="bar">
            <h1 class="brand">{ t.brand }</h1>
            <div class="transport" role="group" aria-label={t.transport}>
                { transport(props) }
                { clock(props) }
            </div>
            <span class="sep"></span>
            { stories(props) }
            <div class="tools">
                <Button text={theme_name} icon="theme" look={Look::Quiet} bare=true on_press={next_theme} />
            </div>
        </header>
    }
}

/// Play or pause, steps, speed.
fn transport(props: &BarProps) -> Html {
    let t = t();
    let (word, sign, ask) = match props.playing {
        true => (t.pause, "pause", Ask::Pause),
        false => (t.play, "play", Ask::Play),
    };
    let step = props.step;
    html! {
        <>
            <Button text={word} icon={sign} look={Look::Solid} class="play" shortcut="Space"
                on_press={props.intent.reform(move |()| Intent::Ask(ask.clone()))} />
            <div class="steps">
                <Button text={t.step} icon="step" class="step"
                    on_press={props.intent.reform(move |()| Intent::Ask(Ask::Step(step)))} />
                <select class="select" aria-label={t.step_size} onchange={props.intent.reform(chosen_step)}>
                    { for StepKind::ALL.iter().enumerate().map(|(i, kind)| html! {
                        <option key={i} value={i.to_string()} selected={*kind == step}>{ step_word(*kind) }</option>
                    }) }
                </select>
            </div>
            { speed(props) }
        </>
    }
}

fn chosen_step(event: Event) -> Intent {
    let chosen = dom::value(&event).parse().ok().and_then(|i: usize| StepKind::ALL.get(i).copied());
    Intent::Show(Show::StepSize(chosen.unwrap_or(StepKind::Event)))
}

fn step_word(kind: StepKind) -> &'static str {
    let t = t();
    match kind {
        StepKind::Event => t.step_event,
        StepKind::Rebalance => t.step_rebalance,
        StepKind::Interesting => t.step_interesting,
    }
}

/// The story that runs, and those that come with the page.
fn stories(props: &BarProps) -> Html {
    let items = Session::examples()
        .iter()
        .map(|example| MenuItem {
            text: example.title.into(),
            hint: None,
            icon: "restart",
            why_not: None,
            on_choose: props.intent.reform(move |()| Intent::Ask(Ask::Run(example.text.into()))),
        })
        .collect::<Vec<_>>();
    let title = if props.run.title.is_empty() { t().untitled.into() } else { props.run.title.clone() };
    html! { <Menu name={t().stories} text={AttrValue::from(title)} {items} /> }
}

/// Virtual time. It changes with every frame, so readers' tools read it only when asked.
fn clock(props: &BarProps) -> Html {
    html! { <output class="clock" aria-label={t().clock} aria-live="off">{ format::moment(props.run.now) }</output> }
}

/// The speed, on a scale of powers of ten.
fn speed(props: &BarProps) -> Html {
    let t = t();
    let words = fill(t.speed_value, &[&speed_word(props.speed)]);
    let oninput = props.intent.reform(|event: InputEvent| {
        let tenths: i32 = dom::value(&event).parse().unwrap_or(0);
        Intent::Ask(Ask::Speed(speed_of(tenths)))
    });
    html! {
        <label class="speed"><span class="wide">{ t.speed }</span>
            <input class="range" type="range" min={TENTHS.0.to_string()} max={TENTHS.1.to_string()} step="1" value={tenths_of(props.speed).to_string()}
                aria-label={t.speed} aria-valuetext={words.clone()} {oninput} />
            <span class="speed-value">{ words }</span>
        </label>
    }
}

/// The speed at a place of the slider: tenths of a power of ten, as round numbers.
fn speed_of(tenths: i32) -> u32 {
    const STEPS: [u32; 10] = [100, 130, 160, 200, 250, 320, 400, 500, 630, 800];
    let place = tenths.clamp(TENTHS.0, TENTHS.1) - TENTHS.0;
    STEPS[(place % 10) as usize] * 10u32.pow(place as u32 / 10)
}

/// The ends of the slider.
const TENTHS: (i32, i32) = (-10, 30);

/// The place of a speed on the slider.
fn tenths_of(speed: u32) -> i32 {
    (TENTHS.0..=TENTHS.1).rev().find(|tenths| speed_of(*tenths) <= speed).unwrap_or(TENTHS.0)
}

/// `0.25`, `1`, `1,000`.
fn speed_word(speed: u32) -> String {
    match speed {
        0..1000 => format!("0.{}", format!("{speed:03}").trim_end_matches('0')),
        _ => format::milli(u64::from(speed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slider_goes_from_a_tenth_to_a_thousand() {
        for (tenths, speed, word) in
            [(-10, 100, "0.1"), (-6, 250, "0.25"), (0, 1000, "1"), (3, 2000, "2"), (30, 1_000_000, "1,000")]
        {
            assert_eq!(speed_of(tenths), speed);
            assert_eq!(tenths_of(speed), tenths);
            assert_eq!(speed_word(speed), word);
        }
    }
}
