//! What was refused: said at once, and it stays until it is dismissed.

use crate::session::capital;
use crate::ui::i18n::t;
use crate::ui::intent::{Intent, Refusal, Show};
use crate::ui::widget::{Button, Look, icon};
use std::rc::Rc;
use yew::prelude::*;

/// The alert; its region is in the document from the start, so that readers' tools hear what comes into it.
///
/// `inline`: it stands in its place instead of floating over the page.
pub fn alert(alert: Option<&(Refusal, Rc<str>)>, inline: bool, intent: &Callback<Intent>) -> Html {
    let dismiss = intent.reform(|()| Intent::Show(Show::Dismiss));
    html! {
        <div class={if inline { "alerts-here" } else { "alerts" }} role="alert">
            if let Some((what, why)) = alert {
                <div class="alert">
                    { icon("warn") }<b>{ title(*what) }</b>
                    <Button text={t().dismiss} look={Look::Quiet} class="small" on_press={dismiss} />
                    { for reason(*what, why).lines().map(|line| html! { <p>{ line.to_string() }</p> }) }
                </div>
            }
        </div>
    }
}

/// The reason, without the title where it begins with that.
fn reason(what: Refusal, why: &str) -> String {
    let Some(rest) = why.strip_prefix(title(what)) else { return why.to_string() };
    let rest = rest.trim_start_matches([':', '.', ' ']);
    if rest.is_empty() { why.to_string() } else { capital(rest) }
}

fn title(what: Refusal) -> &'static str {
    let t = t();
    match what {
        Refusal::Command => t.refused_title,
        Refusal::Import => t.refused_import,
        Refusal::Load => t.refused_load,
        Refusal::Export => t.refused_export,
        Refusal::Save => t.refused_save,
    }
}
