//! The regions of the page, one component a file.

mod alert;
mod bar;
mod drawer;
mod folder;
mod form;
mod inspector;
mod load;
mod measures;
mod stage;
mod time;

pub use alert::alert;
pub use bar::Bar;
pub use drawer::Drawer;
pub use folder::FolderDialog;
pub use form::{FormDialog, title as form_title};
pub use inspector::Inspector;
pub use load::LoadDialog;
pub use measures::Measures;
pub use stage::Stage;
pub use time::TimePanel;
