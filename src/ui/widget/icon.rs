//! Icons of the page's sprite, and a state as icon and word.

use crate::ui::i18n::Tone;
use yew::prelude::*;

/// An icon of 16 pixels, always beside a word or under an accessible name.
pub fn icon(name: &'static str) -> Html {
    html! { <svg class="i" aria-hidden="true"><use href={format!("#i-{name}")} /></svg> }
}

/// An icon of 12 pixels.
pub fn icon_small(name: &'static str) -> Html {
    html! { <svg class="i i-s" aria-hidden="true"><use href={format!("#i-{name}")} /></svg> }
}

/// A state: icon and word, the hue being the third voice.
pub fn state(tone: Tone, icon_name: &'static str, word: impl Into<AttrValue>) -> Html {
    let word: AttrValue = word.into();
    html! { <span class={tone.class()}>{ icon(icon_name) }<span>{ word }</span></span> }
}
