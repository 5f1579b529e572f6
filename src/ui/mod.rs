//! Layer 10: the page. Yew components draw the session's views; every act of a person is a line of text.
//!
//! Data goes down as `Rc<…View>` (equal ones are not drawn again), intents come up through one callback. The session
//! stands behind `lab::Lab`: messages in, views out. Words come from [`i18n`], shapes from [`paint`].

mod app;
mod archives;
mod beside;
mod broken;
mod digests;
mod dom;
pub mod files;
mod hook;
pub mod i18n;
mod intent;
mod keep;
mod lab;
mod pace;
mod page;
pub mod paint;
mod panel;
pub mod store;
mod take;
mod turns;
mod widget;

/// Mounts the page in the element with the id `page`, in place of the static picture that stands there.
pub fn mount() {
    broken::watch();
    let Some(root) = gloo::utils::document().get_element_by_id("page") else { return };
    yew::Renderer::<app::App>::with_root(root).render();
}
