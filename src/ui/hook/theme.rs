//! The theme: as the system says, light or dark; kept in this browser.

use crate::ui::dom;
use yew::prelude::*;

/// The page's theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The value of `data-theme`, and what is kept.
    fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The one after it.
    fn next(self) -> Theme {
        match self {
            Theme::Auto => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Auto,
        }
    }

    /// The one that is kept.
    fn kept() -> Theme {
        match dom::kept("theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::Auto,
        }
    }
}

/// The theme, and a callback that takes the next one.
#[hook]
pub fn use_theme() -> (Theme, Callback<()>) {
    let theme = use_state(Theme::kept);
    let next = {
        let theme = theme.clone();
        Callback::from(move |()| {
            let next = theme.next();
            dom::set_theme(next.name());
            dom::keep("theme", next.name());
            theme.set(next);
        })
    };
    (*theme, next)
}
