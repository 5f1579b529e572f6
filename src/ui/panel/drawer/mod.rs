//! The drawer: tabs, what was said last, and who this run is.

mod backups;
mod events;
mod keep;
mod plan;
mod restore;
mod status;
mod story;

use crate::session::view::{BackupsView, HappenedView, RunView, StageView, StoryView};
use crate::ui::files::Picked;
use crate::ui::i18n::{fill, format, t};
use crate::ui::intent::{Intent, Keeping, Show, Tab};
use crate::ui::page::Page;
use crate::ui::widget::{TabItem, TabsProps, tabs};
use backups::backups;
use events::events;
use status::Status;
use std::rc::Rc;
use story::Story;
use yew::prelude::*;

/// Props of [`Drawer`].
#[derive(Clone, PartialEq, Properties)]
pub struct DrawerProps {
    /// The open tab.
    pub tab: Option<Tab>,
    /// The clock and the identity of the run.
    pub run: Rc<RunView>,
    /// Topics and consumers now.
    pub stage: Rc<StageView>,
    /// Backups and the restore under way.
    pub backups: Rc<BackupsView>,
    /// The run as text.
    pub story: Rc<StoryView>,
    /// What happened.
    pub happened: Rc<HappenedView>,
    /// What the page shows beside the views.
    pub page: Rc<Page>,
    /// Where intents go.
    pub intent: Callback<Intent>,
    /// Where chosen files go.
    pub on_files: Callback<Vec<Picked>>,
}

/// The id of what the tabs control.
const PANEL: &str = "drawer-body";

/// The drawer.
#[component]
pub fn Drawer(props: &DrawerProps) -> Html {
    let t = t();
    let backups = props.backups.backups.len() as u64;
    let untouched = props.story.last_act.is_none();
    let failed = props.story.checks.iter().filter(|check| !check.holds).count() as u64;
    let badge = |n: u64, text: &str| (n > 0).then(|| AttrValue::from(fill(text, &[&format::count_u(n)])));
    let items = vec![
        TabItem { text: t.backups.into(), badge: badge(backups, "{0}") },
        TabItem { text: t.story.into(), badge: badge(failed, t.n_violated).filter(|_| untouched) },
        TabItem { text: t.events.into(), badge: None },
    ];
    let chosen = props.tab.and_then(|tab| Tab::ALL.iter().position(|other| *other == tab));
    let on_press = {
        let open = props.tab;
        props.intent.reform(move |index: usize| {
            // The open tab closes the drawer.
            let tab = Tab::ALL.get(index).copied().filter(|tab| Some(*tab) != open);
            Intent::Show(Show::Tab(tab))
        })
    };
    html! {
        <section class="drawer" aria-label={t.drawer}>
            if let Some(why) = unkept(props) { <p class="note banner" role="status">{ why }</p> }
            <div class="drawer-tabs">
                { tabs(TabsProps { name: t.drawer, items: &items, chosen, controls: PANEL, on_press }) }
                <Status happened={props.happened.clone()} last_act={props.story.last_act.clone()} />
                { ids(&props.run) }
            </div>
            if let Some(tab) = props.tab {
                <div class="drawer-body" id={PANEL} role="tabpanel" aria-label={tab_word(tab)}>{ body(props, tab) }</div>
            }
        </section>
    }
}

/// Why backups are not kept, unless the open tab says it.
fn unkept(props: &DrawerProps) -> Option<Rc<str>> {
    match &props.page.keeping {
        Keeping::Memory(why) if props.tab != Some(Tab::Backups) => Some(why.clone()),
        _ => None,
    }
}

fn tab_word(tab: Tab) -> &'static str {
    match tab {
        Tab::Backups => t().backups,
        Tab::Story => t().story,
        Tab::Events => t().events,
    }
}

fn body(props: &DrawerProps, tab: Tab) -> Html {
    match tab {
        Tab::Backups => backups(props),
        Tab::Story => html! {
            <Story story={props.story.clone()} draft={props.page.draft.clone()} errors={props.page.errors.clone()}
                intent={props.intent.clone()} />
        },
        Tab::Events => events(&props.happened),
    }
}

/// Seed, engine and state hash, so that every screenshot is a bug report.
fn ids(run: &RunView) -> Html {
    let t = t();
    html! {
        <p class="ids">
            <span>{ t.seed }{ " " }<b>{ run.seed }</b></span>
            <span class="engine">{ t.engine }{ " " }{ run.engine }</span>
            <span>{ t.hash }{ " " }<output class="mono" aria-label={t.state_hash} aria-live="off">{ run.hash.clone() }</output></span>
        </p>
    }
}
