//! The page as a whole: the lab behind it, what it shows, where intents go.

use super::dom;
use super::files::{self, Picked};
use super::hook::{use_drop, use_space};
use super::i18n::t;
use super::intent::{Ask, Intent, Show, Told};
use super::keep::Keeper;
use super::lab::Lab;
use super::page::{Change, Page, WINDOW};
use super::panel::{
    Bar, Drawer, FolderDialog, FormDialog, Inspector, LoadDialog, Measures, Stage, TimePanel, alert,
};
use super::take::take;
use crate::session::view::{LabView, TopicView};
use std::cell::OnceCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The page.
#[component]
pub fn App() -> Html {
    let page = use_reducer(Page::opened);
    let lab = use_lab(page.dispatcher());
    let intent = use_intent(lab, page.dispatcher());
    let on_files = {
        let intent = intent.clone();
        use_callback((), move |picked: Vec<Picked>, ()| take(picked, intent.clone()))
    };
    let dropping = use_drop(on_files.clone());
    let on_space = {
        let intent = intent.clone();
        use_callback(page.playing, move |(), playing| {
            intent.emit(Intent::Ask(if *playing { Ask::Pause } else { Ask::Play }));
        })
    };
    use_space(on_space);
    let Some((view, calm)) = page.view.clone().zip(page.calm.clone()) else { return Html::default() };
    html! {
        <>
            <a class="skip" href="#stage">{ t().skip }</a>
            { layout(&page, (&view, &calm), &intent, &on_files) }
            { alert(page.alert.as_ref().filter(|_| !page.has_dialog()), false, &intent) }
            if let Some(form) = &page.form {
                <FormDialog form={form.clone()} alert={page.alert.clone()} intent={intent.clone()} />
            }
            if let Some(file) = &page.file {
                <LoadDialog key={format!("{} {}", file.name, page.waiting.len())} file={file.clone()} alert={page.alert.clone()} loaded={page.loaded.clone()} topics={topics(&view, false)} read={topics(&view, true)}
                    intent={intent.clone()} />
            }
            if let Some(folder) = &page.folder {
                <FolderDialog folder={folder.clone()} alert={page.alert.clone()} loaded={page.folder_loaded.clone()}
                    topics={topics(&view, false)} intent={intent.clone()} />
            }
            if dropping { <div class="drop-veil"><p>{ t().drop_here }</p></div> }
        </>
    }
}

/// The regions of the lab: what moves follows every view, what is read follows the calm one.
fn layout(
    page: &Page,
    (view, calm): (&LabView, &LabView),
    intent: &Callback<Intent>,
    on_files: &Callback<Vec<Picked>>,
) -> Html {
    html! {
        <div class="lab">
            <Bar run={view.run.clone()} playing={page.playing} speed={page.speed} step={page.step}
                intent={intent.clone()} />
            <Measures measures={calm.measures.clone()} number={number_text(calm)} />
            <Stage stage={view.stage.clone()} calm={calm.stage.clone()} now={calm.run.now}
                focus={page.focus.clone()} table={page.table} fast={page.speed > 4000} intent={intent.clone()}
                on_files={on_files.clone()} />
            <TimePanel time={view.time.clone()} consumers={view.stage.consumers.len()} focus={page.focus.clone()}
                window={page.window} table={page.time_table} intent={intent.clone()} />
            <Inspector inspector={calm.inspector.clone()} stage={calm.stage.clone()} now={calm.run.now}
                focus={page.focus.clone()} sheet={page.sheet} intent={intent.clone()} />
            <Drawer tab={page.tab} run={calm.run.clone()} stage={calm.stage.clone()} backups={calm.backups.clone()}
                story={calm.story.clone()} happened={calm.happened.clone()} page={shown(page)}
                intent={intent.clone()} on_files={on_files.clone()} />
        </div>
    }
}

/// What the first group's number is called.
fn number_text(view: &LabView) -> &'static str {
    let modern = view.stage.groups.first().is_some_and(|group| group.consumer.is_some());
    if modern { t().epoch } else { t().generation }
}

/// The part of the page that the drawer shows, without the views that change with every frame.
fn shown(page: &Page) -> Rc<Page> {
    Rc::new(Page { view: None, calm: None, ..page.clone() })
}

/// The names of the topics; of those that a group reads, or of all.
fn topics(view: &LabView, read: bool) -> Vec<Rc<str>> {
    let is_read = |topic: &&TopicView| topic.partitions.iter().any(|partition| partition.group.is_some());
    view.stage.topics.iter().filter(|topic| !read || is_read(topic)).map(|topic| topic.name.clone()).collect()
}

/// The lab: opened once, playing from the start, its first partition selected.
#[hook]
fn use_lab(page: UseReducerDispatcher<Page>) -> Lab {
    let storage = use_memo((), |()| Keeper::default());
    let (keeper, told_by_storage) = ((*storage).clone(), page.clone());
    let lab = use_memo((), |()| {
        // The lab hears of a file when the person has it.
        let own: Rc<OnceCell<Lab>> = Rc::default();
        let told_of = own.clone();
        let lab = Lab::open(Callback::from(move |told: Told| match told {
            Told::Store(transaction) => keeper.store(transaction),
            Told::Archive(labels, name, archive) => {
                let (keeper, lab, page) = (keeper.clone(), told_of.get().cloned(), page.clone());
                spawn_local(async move {
                    let show = |show| page.dispatch(Change::Show(show));
                    if files::save(&name, &archive, show).await {
                        let at_ms = dom::wall_clock_ms();
                        keeper.exported(labels.clone(), at_ms);
                        lab.into_iter().for_each(|lab| lab.ask(Ask::Exported(labels.clone(), at_ms)));
                    }
                });
            }
            Told::File(name, bytes) => {
                spawn_local(async move {
                    files::save(&name, &bytes.into(), |_| ()).await;
                });
            }
            told => page.dispatch(Change::Told(told)),
        }));
        drop(own.set(lab.clone()));
        lab
    });
    {
        let lab = (*lab).clone();
        use_effect_with((), move |()| {
            storage
                .start(lab.clone(), Callback::from(move |told| told_by_storage.dispatch(Change::Told(told))));
            lab.ask(Ask::Window(Some(WINDOW)));
            lab.ask(Ask::Play);
        });
    }
    (*lab).clone()
}

/// One callback for all intents: to the lab, to the page, or to both.
#[hook]
fn use_intent(lab: Lab, page: UseReducerDispatcher<Page>) -> Callback<Intent> {
    use_callback(lab, move |intent: Intent, lab| match intent {
        Intent::Ask(ask) => {
            match &ask {
                Ask::Focus(focus) => page.dispatch(Change::Focus(focus.clone())),
                Ask::Window(window) => page.dispatch(Change::Window(*window)),
                Ask::Speed(speed) => page.dispatch(Change::Speed(*speed)),
                _ => {}
            }
            lab.ask(ask);
        }
        Intent::Show(show) => {
            if let Show::Wizard(label) = &show {
                lab.ask(Ask::Restore(label.clone()));
            }
            // Whoever closes the drawer gives up what was asked for in it.
            if show == Show::Tab(None) {
                lab.ask(Ask::NoVerify(None));
            }
            page.dispatch(Change::Show(show));
        }
    })
}
